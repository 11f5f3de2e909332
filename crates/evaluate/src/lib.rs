//! Measures how well a model tells vulnerable code from other code.
//!
//! [`evaluate`] compares the [`Predictions`] of any model with a [`TestSet`]: accuracy, precision, recall, F1, the
//! Vulnerability Detection Score, pair-wise outcomes and calibration, with bootstrap intervals. [`baseline`] is a simple model
//! to compare it with.
//!
//! ```
//! use streamguard_evaluate::{EvaluationSettings, Predictions, RowChoice, TestSet, evaluate};
//! use streamguard_table::TableDataset;
//!
//! let folder = tempfile::tempdir()?;
//! let (test, predictions) = (folder.path().join("test.jsonl"), folder.path().join("predictions.jsonl"));
//! std::fs::write(&test, "{\"id\": 1, \"target\": 1}\n{\"id\": 2, \"target\": 0}\n")?;
//! std::fs::write(&predictions, "{\"id\": 1, \"probability\": 0.9}\n{\"id\": 2, \"probability\": 0.2}\n")?;
//! let test = TestSet::read(&TableDataset::open_labels(&[test])?, RowChoice::All)?;
//! let evaluation = evaluate(&test, &Predictions::read(&predictions)?, &EvaluationSettings::default())?;
//! assert_eq!(evaluation.metrics["accuracy"].value, Some(1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod baseline;
mod bootstrap;
mod calibration;
mod chance;
mod confusion;
mod error;
mod evaluation;
mod example_reader;
mod judged_set;
mod pair_outcomes;
mod predictions;
mod ranking;
mod render;
mod row_choice;
mod test_set;

pub use bootstrap::{Bootstrap, Estimate, INTERVAL_LEVEL};
pub use calibration::{CalibrationBin, MAX_BINS};
pub use error::EvaluateError;
pub use evaluation::{Evaluation, EvaluationSettings, GroupEvaluation, evaluate};
pub use example_reader::{CodeSide, Example, ExampleKey, ExampleReader};
pub use predictions::{Prediction, Predictions};
pub use render::{html, markdown, text};
pub use row_choice::RowChoice;
pub use test_set::{ClusterRule, TestSet, TestSetBuilder};
