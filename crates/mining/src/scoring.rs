//! Recognition of the functions that are the fix among all functions that a commit changed.
//!
//! A commit that fixes a weakness often does more: it renames, logs, moves code, adds a parameter
//! (a *tangled* commit: Herzig and Zeller, The Impact of Tangled Code Changes, 2013). One pass over the
//! commit collects the facts about all its functions. Then rules exclude changes that are rarely part of a
//! fix, and each other function gets a score, the sum of its weighted [`Evidence`]. A table turns the score
//! into confidence: the share of functions with such a score that were part of the fix where experts said
//! which functions had the flaw.
//!
//! ```
//! use streamguard_mining::message::MessageScorer;
//! use streamguard_mining::scoring::{ChangedFunction, FixScore, FixScorer};
//!
//! let message = "Fix SQL injection in find_user";
//! let functions = [
//!     ChangedFunction {
//!         name: Some("find_user"),
//!         path: "src/users.py",
//!         before: "",
//!         after: "",
//!         removed: &["    db.execute(\"SELECT * FROM users WHERE name = '%s'\" % name)"],
//!         added: &["    db.execute(\"SELECT * FROM users WHERE name = %s\", (name,))"],
//!     },
//!     ChangedFunction {
//!         name: Some("show_user"),
//!         path: "src/users.py",
//!         before: "",
//!         after: "",
//!         removed: &["    user = find_user(text)"],
//!         added: &["    user = find_user(text.strip())"],
//!     },
//! ];
//! let message_score = MessageScorer::new().score(message, 1);
//! let scores = FixScorer::new().score(&message_score, message, &functions);
//! assert_eq!(scores.iter().map(FixScore::is_fix).collect::<Vec<_>>(), [true, false]);
//! ```

mod calibration;
mod changed_function;
mod commit_facts;
mod cosmetic;
mod evidence;
mod exclusion;
mod expert_symbol;
mod fix_score;
mod fix_scorer;
mod function_points;
mod indicator;
mod indicator_table;
mod local_variable;
mod mention;
mod signature;
mod small_part;

pub use changed_function::ChangedFunction;
pub use evidence::{BASE_SCORE, EVIDENCES, Evidence};
pub use fix_score::{DEFAULT_MIN_CONFIDENCE, FixScore};
pub use fix_scorer::FixScorer;

pub(crate) use fix_scorer::FIX_SCORER;
