//! The layout of Hugging Face: Parquet files in `data/`, and a dataset card
//! (<https://huggingface.co/docs/hub/datasets-data-files-configuration>).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;
use std::io;

use streamguard_dataset::dataset_card::{CARD_NAME, card_metadata, in_code};
use streamguard_table::{ParquetTableWriter, SplitName, TableError, TableSchema};

use crate::error::ExportError;
use crate::export::{DatasetExport, ExportSummary};
use crate::output_folder::{ExportFile, OutputFolder};

/// Most rows of a file, so that it stays below the half gigabyte that the hub advises.
const MAX_FILE_ROWS: u64 = 100_000;

/// Licences that the card lists: the most frequent.
const MAX_LICENCES: usize = 30;

/// Returns the names of all files.
pub(crate) fn file_names(rows: &BTreeMap<SplitName, u64>) -> Vec<String> {
    data_names(rows, MAX_FILE_ROWS).into_values().flatten().chain([CARD_NAME.to_owned()]).collect()
}

/// Returns the names of the files of each split.
pub(crate) fn data_names(
    rows: &BTreeMap<SplitName, u64>,
    max_file_rows: u64,
) -> BTreeMap<SplitName, Vec<String>> {
    let names = |split: SplitName, rows: u64| -> Vec<String> {
        let files = rows.div_ceil(max_file_rows);
        (0..files).map(|file| format!("data/{}-{file:05}-of-{files:05}.parquet", split.name())).collect()
    };
    rows.iter().map(|(split, rows)| (*split, names(*split, *rows))).collect()
}

pub(crate) fn write(export: &DatasetExport<'_>, folder: &OutputFolder) -> Result<ExportSummary, ExportError> {
    let (summary, facts) = write_data(export, folder, MAX_FILE_ROWS)?;
    folder.write(CARD_NAME, card(export, &summary, &facts).as_bytes())?;
    Ok(summary)
}

/// What descriptions of a dataset say about its rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowFacts {
    /// Rows by their licence; `None` for rows that name none.
    pub(crate) licences: BTreeMap<Option<String>, u64>,
    /// Newest date of a row, in milliseconds since 1970-01-01 UTC.
    pub(crate) newest: Option<i64>,
}

/// A Parquet file while it is written.
struct DataFile {
    name: String,
    rows: u64,
    writer: ParquetTableWriter<ExportFile>,
}

/// Writes the Parquet files, and returns what was seen of the rows.
pub(crate) fn write_data(
    export: &DatasetExport<'_>,
    folder: &OutputFolder,
    max_file_rows: u64,
) -> Result<(ExportSummary, RowFacts), ExportError> {
    let schema = &export.dataset().schema;
    let licence = ["licence", "license"].iter().find_map(|name| schema.position(name));
    let names = data_names(export.rows(), max_file_rows);
    let mut names =
        names.into_iter().map(|(split, names)| (split, names.into_iter())).collect::<BTreeMap<_, _>>();
    let mut open: BTreeMap<SplitName, DataFile> = BTreeMap::new();
    let mut summary = ExportSummary::default();
    let mut facts = RowFacts::default();
    export.for_each_row(&mut summary, |summary, _, split, row| {
        let file = match open.entry(split) {
            Entry::Occupied(file) => file.into_mut(),
            Entry::Vacant(place) => {
                let name = names.get_mut(&split).and_then(Iterator::next);
                // The rows were counted before: more of them mean that the dataset changed.
                place.insert(DataFile::begin(name.ok_or(TableError::Changed)?, folder, schema)?)
            }
        };
        file.writer.write(&row).map_err(failed(&file.name))?;
        file.rows += 1;
        if file.rows == max_file_rows
            && let Some(full) = open.remove(&split)
        {
            full.finish()?;
        }
        summary.count(split);
        let name = licence.and_then(|place| row[place].as_str()).map(str::to_owned);
        *facts.licences.entry(name).or_default() += 1;
        facts.newest = facts.newest.max(export.reader().date(&row));
        Ok(())
    })?;
    open.into_values().try_for_each(DataFile::finish)?;
    if names.values_mut().any(|names| names.next().is_some()) {
        return Err(TableError::Changed.into());
    }
    Ok((summary, facts))
}

impl DataFile {
    fn begin(name: String, folder: &OutputFolder, schema: &TableSchema) -> Result<Self, ExportError> {
        let writer = ParquetTableWriter::new(folder.create(&name)?, schema).map_err(failed(&name))?;
        Ok(Self { name, rows: 0, writer })
    }

    fn finish(self) -> Result<(), ExportError> {
        self.writer.finish().map_err(failed(&self.name))?.commit()
    }
}

fn failed(name: &str) -> impl Fn(parquet::errors::ParquetError) -> ExportError {
    let failed = ExportError::write(name);
    move |error| failed(io::Error::other(error))
}

/// Returns the dataset card.
pub(crate) fn card(export: &DatasetExport<'_>, summary: &ExportSummary, facts: &RowFacts) -> String {
    let mut card = String::new();
    // Writing to a string cannot fail.
    let _ = write_card(&mut card, &export.dataset().schema, summary, facts);
    card
}

fn write_card(
    card: &mut String,
    schema: &TableSchema,
    summary: &ExportSummary,
    facts: &RowFacts,
) -> std::fmt::Result {
    let files = summary.rows.keys().map(|split| (split.name(), format!("data/{}-*", split.name())));
    card.push_str(&card_metadata(summary.rows.values().sum(), files));
    writeln!(card, "# Vulnerable and fixed code\n\nWritten by `streamguard export`.\n")?;
    writeln!(card, "| split | rows |\n|---|---:|")?;
    for (split, rows) in &summary.rows {
        writeln!(card, "| {} | {rows} |", split.name())?;
    }
    writeln!(
        card,
        "\n`streamguard prepare --check` on this folder tells whether the splits have code, commits or advisories in common.\n\n\
         ## Licences\n\nThe code keeps the licences of its repositories.\n\n| licence | rows |\n|---|---:|"
    )?;
    let mut sorted: Vec<_> = facts.licences.iter().collect();
    sorted.sort_by_key(|(name, rows)| (std::cmp::Reverse(**rows), *name));
    for (name, rows) in sorted.iter().take(MAX_LICENCES) {
        writeln!(card, "| {} | {rows} |", name.as_deref().map_or("not known".to_owned(), in_code))?;
    }
    if let Some(others) = sorted.get(MAX_LICENCES..).filter(|others| !others.is_empty()) {
        let rows: u64 = others.iter().map(|(_, rows)| **rows).sum();
        writeln!(card, "| {} others | {rows} |", others.len())?;
    }
    let columns: Vec<String> = schema.columns.iter().map(|column| in_code(&column.name)).collect();
    writeln!(card, "\n## Columns\n\n{}", columns.join(", "))
}
