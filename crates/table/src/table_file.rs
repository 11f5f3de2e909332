//! One file of a dataset.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::column::{Row, TableSchema};
use crate::error::TableError;
use crate::input::SplitName;
use crate::{columns_of_lines, json_lines, parquet_rows};

/// Format of a file with rows. The order is that of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Apache Parquet.
    Parquet,
    /// Lines of JSON.
    Jsonl,
}

impl TableFormat {
    /// Returns the format that the extension of a path stands for.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "parquet" => Some(Self::Parquet),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// A file with rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// The file.
    pub path: PathBuf,
    /// Its format.
    pub format: TableFormat,
    /// Split that its name says.
    pub split: Option<SplitName>,
}

/// A part of a file: row groups of a Parquet file, bytes of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePiece {
    /// First row group or byte.
    pub start: u64,
    /// Row group or byte after the last one.
    pub end: u64,
}

impl TableFile {
    /// Returns the columns.
    ///
    /// # Errors
    /// [`TableError`] if the file cannot be read.
    pub fn schema(&self) -> Result<TableSchema, TableError> {
        match self.format {
            TableFormat::Parquet => parquet_rows::schema(&self.path),
            TableFormat::Jsonl => columns_of_lines::schema(&self.path),
        }
    }

    /// Cuts the file into pieces of about the same work, in order. They depend on the file alone.
    ///
    /// # Errors
    /// [`TableError`] if the file cannot be read.
    pub fn pieces(&self) -> Result<Vec<TablePiece>, TableError> {
        match self.format {
            TableFormat::Parquet => parquet_rows::pieces(&self.path),
            TableFormat::Jsonl => json_lines::pieces(&self.path),
        }
    }

    /// Calls `take` with each row of a piece, with the values of these columns; a column that the file lacks is null.
    ///
    /// # Errors
    /// [`TableError`] if the file cannot be read; the error of `take`.
    pub fn read(
        &self,
        piece: TablePiece,
        columns: &TableSchema,
        mut take: impl FnMut(Row) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        match self.format {
            TableFormat::Parquet => parquet_rows::read(&self.path, piece, columns, &mut take),
            TableFormat::Jsonl => json_lines::read(&self.path, piece, columns, &mut take),
        }
    }
}
