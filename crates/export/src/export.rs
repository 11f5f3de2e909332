//! The export: which rows go where, and the files that follow.

use std::collections::BTreeMap;
use std::path::Path;

use streamguard_table::{CodeColumns, Row, SplitName, TableDataset, TableError};

use crate::error::ExportError;
use crate::export_row::RowReader;
use crate::layout::ExportLayout;
use crate::output_folder::OutputFolder;
use crate::{croissant, cvefixes, hub, megavul, primevul};

/// Counts of what an export did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Rows that were written, by split.
    pub rows: BTreeMap<SplitName, u64>,
    /// Rows that were left out, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// Dataset that is to be written in another layout.
#[derive(Debug)]
pub struct DatasetExport<'a> {
    dataset: &'a TableDataset,
    layout: ExportLayout,
    reader: RowReader,
    /// Rows of each split.
    rows: BTreeMap<SplitName, u64>,
}

impl<'a> DatasetExport<'a> {
    /// Counts the rows of a dataset.
    ///
    /// # Errors
    /// [`ExportError`] if the dataset cannot be read, or does not fit the layout.
    pub fn plan(dataset: &'a TableDataset, layout: ExportLayout) -> Result<Self, ExportError> {
        let has_pairs = matches!(dataset.roles.code, CodeColumns::Pair(..));
        let unsuitable = |needs| ExportError::Unsuitable { layout: layout.name(), needs };
        match layout {
            ExportLayout::Megavul | ExportLayout::Cvefixes if !has_pairs => {
                return Err(unsuitable("code before and after fixes"));
            }
            ExportLayout::Primevul if !has_pairs && dataset.roles.label.is_none() => {
                return Err(unsuitable("labelled code, or code before and after fixes"));
            }
            _ => {}
        }
        let reader = RowReader::new(dataset, &dataset.schema);
        let mut rows = BTreeMap::new();
        // Code is most of a dataset, and says nothing about splits.
        let split = dataset.roles.split.as_deref();
        let split_column = dataset.schema.only(|name| split == Some(name));
        let split_reader = RowReader::new(dataset, &split_column);
        dataset.for_each_row(&split_column, |_, file, row| {
            if let Some(split) = split_reader.split(&row, file) {
                *rows.entry(split).or_default() += 1;
            }
            Ok(())
        })?;
        if rows.is_empty() {
            return Err(unsuitable("rows in splits"));
        }
        Ok(Self { dataset, layout, reader, rows })
    }

    /// Returns the names of all files that may be written.
    pub fn file_names(&self) -> Vec<String> {
        match self.layout {
            ExportLayout::Hf => hub::file_names(&self.rows),
            ExportLayout::Croissant => croissant::file_names(&self.rows),
            ExportLayout::Primevul => primevul::file_names(&self.rows),
            ExportLayout::Cvefixes => cvefixes::file_names(),
            ExportLayout::Megavul => megavul::file_names(&self.rows),
        }
    }

    /// Writes all files into a folder.
    ///
    /// # Errors
    /// [`ExportError`] if the dataset cannot be read, or a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<ExportSummary, ExportError> {
        let folder = OutputFolder::new(folder);
        match self.layout {
            ExportLayout::Hf => hub::write(self, &folder),
            ExportLayout::Croissant => croissant::write(self, &folder),
            ExportLayout::Primevul => primevul::write(self, &folder),
            ExportLayout::Cvefixes => cvefixes::write(self, &folder),
            ExportLayout::Megavul => megavul::write(self, &folder),
        }
    }

    /// Returns the dataset.
    pub(crate) fn dataset(&self) -> &TableDataset {
        self.dataset
    }

    /// Returns the number of rows of each split.
    pub(crate) fn rows(&self) -> &BTreeMap<SplitName, u64> {
        &self.rows
    }

    /// Returns the reader of rows.
    pub(crate) fn reader(&self) -> &RowReader {
        &self.reader
    }

    /// Calls `take` with each row with all columns, its number and its split. Rows in no split are counted as left out.
    pub(crate) fn for_each_row(
        &self,
        summary: &mut ExportSummary,
        mut take: impl FnMut(&mut ExportSummary, usize, SplitName, Row) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let mut failed = None;
        let read = self.dataset.for_each_row(&self.dataset.schema, |number, file, row| {
            let Some(split) = self.reader.split(&row, file) else {
                summary.leave_out("rows in no split");
                return Ok(());
            };
            take(summary, number, split, row).map_err(|error| {
                failed = Some(error);
                TableError::Stopped
            })
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(read.map(|_| ())?),
        }
    }
}

impl ExportSummary {
    /// Counts a row that was written.
    pub(crate) fn count(&mut self, split: SplitName) {
        *self.rows.entry(split).or_default() += 1;
    }

    /// Counts a row that was left out.
    pub(crate) fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }
}
