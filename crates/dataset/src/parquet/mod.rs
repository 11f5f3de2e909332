//! Samples as rows of a Parquet file: `samples.parquet`.
//!
//! The same fields under the same names as in `samples.jsonl`, in the same order: text and
//! enumerations as strings, lists as lists of strings, scores as doubles, lines as unsigned
//! integers of 32 bits, and what is null there is null here. The bytes of the file depend on
//! the samples and on nothing else.

mod columns;
mod reader;
mod row_group;
mod writer;

pub use reader::ParquetReader;
pub use writer::ParquetWriter;

/// Version of the columns, in the metadata of the file under [`SCHEMA_KEY`]. It grows whenever
/// a column is added, removed, or changes its type or meaning.
pub const SCHEMA_VERSION: &str = "1";

/// The key of the schema version in the metadata of the file.
pub const SCHEMA_KEY: &str = "streamguard.schema_version";
