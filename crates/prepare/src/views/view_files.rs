//! Files of one view: a Parquet file for each split.

use std::collections::BTreeMap;

use streamguard_engine::{JobError, MergeContext, OutputFile};
use streamguard_table::{ParquetTableWriter, Row, SplitName, TableSchema};

use super::DatasetView;
use crate::output::parquet_error;

/// Returns the names of the files of a view.
pub(crate) fn view_file_names(view: DatasetView) -> impl Iterator<Item = String> {
    view.splits().iter().map(move |split| view_file_name(view, *split))
}

/// Returns the name of the file of a view that holds a split.
pub(crate) fn view_file_name(view: DatasetView, split: SplitName) -> String {
    format!("{}/{}.parquet", view.name(), split.name())
}

/// Files of a view while they are written.
pub(super) struct ViewFiles {
    view: DatasetView,
    files: BTreeMap<SplitName, ParquetTableWriter<OutputFile>>,
    pub(super) rows: BTreeMap<SplitName, u64>,
}

impl ViewFiles {
    pub(super) fn create(
        view: DatasetView,
        schema: &TableSchema,
        merge: &MergeContext<'_>,
    ) -> Result<Self, JobError> {
        let mut files = BTreeMap::new();
        for split in view.splits() {
            let name = view_file_name(view, *split);
            let file = ParquetTableWriter::new(merge.create_file(&name)?, schema);
            files.insert(*split, file.map_err(parquet_error(&name))?);
        }
        Ok(Self { view, files, rows: view.splits().iter().map(|split| (*split, 0)).collect() })
    }

    pub(super) fn write(&mut self, split: SplitName, row: &Row) -> Result<(), JobError> {
        let file = self.files.get_mut(&split).expect("there is a file for each split");
        file.write(row).map_err(|error| parquet_error(&view_file_name(self.view, split))(error))?;
        *self.rows.entry(split).or_default() += 1;
        Ok(())
    }

    pub(super) fn commit(self, merge: &mut MergeContext<'_>) -> Result<BTreeMap<SplitName, u64>, JobError> {
        for (split, file) in self.files {
            merge.commit_file(file.finish().map_err(parquet_error(&view_file_name(self.view, split)))?)?;
        }
        Ok(self.rows)
    }
}
