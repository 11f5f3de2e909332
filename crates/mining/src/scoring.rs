//! Recognition of the functions that are the fix among all functions that a commit changed.
//!
//! A commit that fixes a weakness often does more: it renames, logs, moves code, adds a parameter
//! (a *tangled* commit: Herzig and Zeller, The Impact of Tangled Code Changes, 2013). Each changed
//! function gets points for being named in the message and for its changed lines. Then all functions
//! are compared, because weak evidence is enough where no other function has better evidence.
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
//!         removed: &["    db.execute(\"SELECT * FROM users WHERE name = '%s'\" % name)"],
//!         added: &["    db.execute(\"SELECT * FROM users WHERE name = %s\", (name,))"],
//!     },
//!     ChangedFunction {
//!         name: Some("show_user"),
//!         path: "src/users.py",
//!         removed: &["    user = find_user(text)"],
//!         added: &["    user = find_user(text.strip())"],
//!     },
//! ];
//! let message_score = MessageScorer::new().score(message, 1);
//! let scores = FixScorer::new().score(&message_score, message, &functions);
//! assert_eq!(scores.iter().map(FixScore::is_fix).collect::<Vec<_>>(), [true, false]);
//! ```

mod changed_function;
mod comparison;
mod cosmetic;
mod expert_symbol;
mod fix_score;
mod fix_scorer;
mod function_points;
mod indicator;
mod indicator_table;
mod mention;
mod signature;

pub use changed_function::ChangedFunction;
pub use fix_score::FixScore;
pub use fix_scorer::FixScorer;

pub(crate) use fix_scorer::FIX_SCORER;
