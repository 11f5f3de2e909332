//! Runs collectors from a program, and leaves a dataset with its reports in a folder.
//!
//! A [`Collection`] is a run of collectors. It does what the command `streamguard collect` does: plans the
//! shards of all collectors, runs them, puts their samples together to one dataset without duplicates, and
//! writes reports. The [`CollectionObserver`] hears of everything that happens.
//!
//! ```
//! use streamguard_facade::Collection;
//! use streamguard_report::{RenderOptions, ReportFormat};
//! use streamguard_synthetic::SyntheticCollector;
//!
//! let folder = tempfile::tempdir()?;
//! let mut results = Collection::new(folder.path())
//!     .add(SyntheticCollector { synthetic_samples: 100, seed: 42 })
//!     .run()?;
//! results.write_reports(&[ReportFormat::Json], &RenderOptions::default())?;
//!
//! assert_eq!(results.samples(), 100);
//! assert!(folder.path().join("samples.jsonl").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change_log;
mod collection;
mod error;
mod results;
mod update;

pub use collection::{Collection, CollectionObserver, OpenCollection};
pub use error::CollectionError;
pub use results::CollectionResults;
pub use update::{DatasetUpdate, UpdateOutcome};
