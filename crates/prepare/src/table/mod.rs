//! Tables: the rows of any dataset in JSONL or Parquet files, with the columns that it happens to have.

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

pub use code_reader::{CodeReader, CodeTexts};
pub use column::{Column, ColumnKind, Row, TableSchema};
pub use dataset::TableDataset;
pub use error::TableError;
pub use input::{SplitName, find_files};
pub use parquet_file::ParquetTableWriter;
pub use roles::{CodeColumns, ColumnRoles};
pub use table_file::{TableFile, TableFormat, TablePiece};
pub(crate) use timestamp::milliseconds;
