//! Reads datasets of code: the rows of Parquet and JSONL files, with the columns that they happen to have.
//!
//! [`TableDataset`] finds the files of a dataset and the columns that hold code, labels, commits and dates, by the names that
//! datasets give them. [`CodeReader`] takes these out of a row, and [`for_each_token`] splits code of any language into tokens.
//!
//! ```
//! use streamguard_table::{CommentSyntax, for_each_token};
//!
//! let mut tokens = Vec::new();
//! for_each_token("a = f(b); // c", CommentSyntax::of(None), |token| tokens.push(token.to_vec()));
//! assert_eq!(tokens.concat(), b"a=f(b);");
//! ```

mod code_reader;
mod column;
mod columns_of_lines;
mod comment_syntax;
mod dataset;
mod error;
mod input;
mod json_lines;
mod lexer;
mod parquet_file;
mod parquet_rows;
mod roles;
mod table_file;
mod timestamp;

pub use code_reader::{CodeReader, CodeTexts};
pub use column::{Column, ColumnKind, Row, TableSchema};
pub use comment_syntax::CommentSyntax;
pub use dataset::TableDataset;
pub use error::TableError;
pub use input::{SplitName, find_files};
pub use lexer::for_each_token;
pub use parquet_file::ParquetTableWriter;
pub use roles::{CodeColumns, ColumnRoles};
pub use table_file::{TableFile, TableFormat, TablePiece};
pub use timestamp::milliseconds;
