//! Prepares datasets of code for training: splits without copies, and a check that proves it.
//!
//! [`PrepareJob`] is a job of [`streamguard_engine`] that reads any dataset of code in Parquet or JSONL, finds near
//! duplicates, and writes train, validation and test. [`find_leaks`] tells what the splits of any dataset have in common.
//!
//! ```
//! use streamguard_prepare::near::{NearThreshold, ShingledText};
//! use streamguard_dataset::CommentSyntax;
//!
//! let mut text = ShingledText::default();
//! let mut set = |code: &str| {
//!     text.read(code, CommentSyntax::of(None));
//!     text.shingle_set()
//! };
//! let (one, two) = (set("int f(int a) { return a + 1; } // one"), set("int f(int a) {\n\treturn a + 1;\n}"));
//! let threshold = NearThreshold::from_thousandths(800).expect("a share");
//! assert!(threshold.accepts(&one, &two));
//! ```

mod benign;
mod card;
mod code_features;
mod context;
mod job;
mod leak_index;
mod leaks;
pub mod near;
mod near_rows;
mod output;
mod prepared_dataset;
mod prepared_info;
mod row_facts;
mod row_table;
mod shortcuts;
mod split;
mod token_columns;
pub mod tokenizer;
mod views;

pub use context::ContextCounts;
pub use job::{NAME, PrepareJob, PrepareShard};
pub use leaks::{Leak, LeakKind, LeakReport, LeakedRow, find_leaks};
pub use prepared_info::{PreparedCounts, PreparedInfo, SplitCounts};
pub use shortcuts::{MODEL_NAME as BASELINE_MODEL_NAME, ShortcutReport, ShortcutRule};
pub use split::{Ratios, SplitRule, Straddling};
pub use views::{Augmentation, DatasetView, ViewCounts};
