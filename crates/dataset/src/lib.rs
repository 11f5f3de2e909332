//! The dataset: samples of vulnerable and fixed code, advisories, and the files that hold them.
//!
//! A [`Sample`] is one labelled piece of code with its provenance. The same samples are written as
//! lines of JSON and as rows of a Parquet file:
//!
//! ```
//! use streamguard_dataset::{JsonlReader, JsonlWriter, Sample, SampleKind, SampleLevel};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("samples.jsonl");
//! let sample = Sample {
//!     vulnerable_code: Some("eval(input())".to_owned()),
//!     fixed_code: Some("int(input())".to_owned()),
//!     ..Sample::new("example", SampleKind::Pair, SampleLevel::Hunk)
//! };
//! let mut writer = JsonlWriter::create(&path)?;
//! writer.write(&sample.with_id())?;
//! writer.finish()?;
//! let samples = JsonlReader::open(&path)?.collect::<Result<Vec<Sample>, _>>()?;
//! assert_eq!(samples[0].id.len(), 64);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod advisory;
pub mod changes;
mod comment_syntax;
pub mod dataset_card;
pub mod dataset_files;
pub mod derived_columns;
pub mod duplicate_filter;
pub mod error;
pub mod jsonl;
pub mod language;
mod lexer;
pub mod line_labels;
pub mod parquet;
pub mod quality;
pub mod sample;
pub mod sample_stats;
pub mod weakness;

pub use advisory::{
    Advisory, AdvisoryReference, AffectedFunction, AffectedRange, CvssRating, MergedAdvisory, merge_by_alias,
};
pub use comment_syntax::CommentSyntax;
pub use dataset_files::{
    CollectorFile, DatasetError, DatasetSummary, SampleEdit, write_dataset, write_edited_dataset,
};
pub use duplicate_filter::DuplicateFilter;
pub use error::{LineFault, SampleFileError};
pub use jsonl::{JsonlReader, JsonlWriter};
pub use language::Language;
pub use lexer::for_each_token;
pub use line_labels::LineLabels;
pub use parquet::{ParquetReader, ParquetWriter};
pub use quality::{QualityFlag, Rejection};
pub use sample::{Sample, SampleKind, SampleLevel, Severity};
pub use sample_stats::SampleStats;
pub use streamguard_durable::WriteError;
pub use weakness::Weakness;
