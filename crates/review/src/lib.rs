//! Verdicts of readers on the labels of a dataset: which samples to read, what readers said, what follows from it.
//!
//! A [`ReviewTable`] is a CSV file beside the dataset. It knows functions by repository, commit, path and name, so its
//! verdicts hold for the next version of the dataset too.
//!
//! ```
//! use streamguard_dataset::{Sample, SampleKind, SampleLevel};
//! use streamguard_review::{Review, ReviewSubject, ReviewTable, ReviewVerdict};
//!
//! let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
//! sample.repository = Some("https://example.org/a".to_owned());
//! sample.commit = Some("1f".repeat(20));
//! sample.function = Some("load".to_owned());
//! sample.label_confidence = Some(0.9);
//! let mut table = ReviewTable::default();
//! table.set(Review::new("ada", &sample, ReviewVerdict::NotPart).unwrap());
//! assert_eq!(table.decision(&ReviewSubject::of(&sample).unwrap()), Some(ReviewVerdict::NotPart));
//! ```

mod agreement;
mod precision;
mod relabel;
mod review_sample;
mod review_table;
mod safe_cell;
mod verdict;

pub use agreement::{ReaderAgreement, agreements};
pub use precision::{Proportion, ReviewedPrecision, StratumPrecision, precision};
pub use relabel::{Relabelled, relabel};
pub use review_sample::{ReviewSelection, STRATA, select};
pub use review_table::{REVIEWS_NAME, Review, ReviewError, ReviewSubject, ReviewTable};
pub use verdict::ReviewVerdict;
