//! Samples as rows of a Parquet file: `samples.parquet`.
//!
//! The columns are the fields of `samples.jsonl`, with the same names in the same order: text and
//! enumerations as strings, lists as lists, dates as timestamps in milliseconds, scores as doubles, line numbers as
//! unsigned integers of 32 bits, null as null. The bytes of the file depend on the samples alone.

mod checked_footer;
mod columns;
mod compact_bytes;
mod reader;
mod row_group;
mod writer;

pub use checked_footer::open_parquet;
pub use reader::ParquetReader;
pub use writer::ParquetWriter;

/// Returns the names of the columns, in their order.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    columns::SampleColumn::ALL.iter().map(|column| column.name)
}

/// Version of the columns, in the metadata of the file under [`SCHEMA_KEY`]. It is raised when a
/// column is added, removed, or changes its type or meaning.
pub const SCHEMA_VERSION: &str = "2";

/// Key of the schema version in the metadata of the file.
pub const SCHEMA_KEY: &str = "streamguard.schema_version";
