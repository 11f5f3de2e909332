//! The record of vulnerable and fixed code: samples, the files that hold them, and their
//! quality.

pub mod advisory;
pub mod dedup;
pub mod error;
pub mod jsonl;
pub mod language;
pub mod parquet;
pub mod quality;
pub mod sample;
pub mod stats;
pub mod union;
pub mod weakness;

pub use advisory::{Advisory, Affected, Cvss, MergedAdvisory, Reference, merge_by_alias};
pub use dedup::Dedup;
pub use error::{LineFault, SourceError};
pub use jsonl::{JsonlReader, JsonlWriter};
pub use language::Language;
pub use parquet::{ParquetReader, ParquetWriter};
pub use quality::{Flag, Rejection};
pub use sample::{Kind, Level, Sample, Severity};
pub use stats::Stats;
pub use streamguard_durable::WriteError;
pub use union::{Source, Union, UnionError};
pub use weakness::Weakness;
