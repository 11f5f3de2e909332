//! Reads datasets of code: the rows of Parquet and JSONL files, with the columns that they happen to have.
//!
//! [`TableDataset`] finds the files of a dataset and the columns that hold code, labels, commits and dates, by the names that
//! datasets give them. [`CodeReader`] takes these out of a row.
//!
//! ```
//! use streamguard_table::{CodeReader, TableDataset};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("rows.jsonl");
//! std::fs::write(&path, r#"{"func": "int f();", "target": 1, "cve": "CVE-2024-0001"}"#)?;
//! let dataset = TableDataset::open(&[path], &[])?;
//! let reader = CodeReader::new(&dataset.roles, &dataset.schema, None);
//! dataset.for_each_row(&dataset.schema, |_, _, row| {
//!     assert_eq!((reader.texts(&row).sides[0], reader.label(&row)), (Some("int f();"), Some(true)));
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod code_reader;
mod column;
mod columns_of_lines;
mod dataset;
mod error;
mod input;
mod json_lines;
mod parquet_file;
mod parquet_rows;
mod roles;
mod table_file;
mod timestamp;

pub use code_reader::{CodeReader, CodeTexts, label_of};
pub use column::{Column, ColumnKind, Row, TableSchema};
pub use dataset::TableDataset;
pub use error::TableError;
pub use input::{SplitName, find_files};
pub use parquet_file::ParquetTableWriter;
pub use roles::{CodeColumns, ColumnRoles};
pub use table_file::{TableFile, TableFormat, TablePiece};
pub use timestamp::milliseconds;
