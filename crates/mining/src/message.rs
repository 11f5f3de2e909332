//! Recognition of security fixes by their commit messages.
//!
//! A message is read in four steps, each in linear time over at most [`MAX_MESSAGE_BYTES`]:
//! 1. One pass of an Aho-Corasick automaton finds *stems*, letters of which each term of the vocabulary
//!    contains at least one. Most messages contain none or few and take well under a microsecond.
//! 2. Ids of advisories and security markers are read from the text as written. Then look-alikes are
//!    blanked out ("dependency injection", "escape sequence", file names).
//! 3. The terms whose stems were found are searched for. Each adds its points once: more in the
//!    first paragraph than below it, and some more where the paragraph says that something was fixed.
//! 4. A commit is selected if its points reach [`SELECTION_THRESHOLD`] and its [`CommitClass`] can be a
//!    fix.
//!
//! Many fixes are silent, by mistake or on purpose. No word list can find them, and this one does
//! not try.
//!
//! ```
//! use streamguard_mining::message::MessageScorer;
//!
//! let scorer = MessageScorer::new();
//! let score = scorer.score("Fix SQL injection in the search form", 1);
//! assert!(score.selected);
//! assert_eq!(score.weaknesses[0].name, "sql_injection");
//! assert!(!scorer.score("Use dependency injection for the mailer", 1).selected);
//! ```

mod advisory_ids;
mod class_rules;
mod classifier;
mod commit_class;
mod decoration;
mod doubt;
mod fix_words;
mod flaw_rules;
mod fuzzing;
mod heading;
mod lookalike;
mod markers;
mod message_basis;
mod message_score;
mod score_builder;
mod scorer;
mod term;
mod vocabulary;

pub use advisory_ids::{AdvisoryIdFinder, canonical_advisory_id};
pub use commit_class::CommitClass;
pub use message_basis::MessageBasis;
pub use message_score::{MAX_MESSAGE_BYTES, MessageScore, SELECTION_THRESHOLD};
pub use scorer::MessageScorer;

pub(crate) use scorer::MESSAGE_SCORER;
