//! The record of vulnerable and fixed code: samples, the files that hold them, and their
//! quality.

pub mod language;
pub mod quality;
pub mod sample;
pub mod weakness;

pub use language::Language;
pub use quality::{Flag, Rejection};
pub use sample::{Kind, Level, Sample, Severity};
pub use weakness::Weakness;
