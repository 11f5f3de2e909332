//! Shortcuts: how well rules do that know nothing of vulnerabilities. A model that is no better may have learned the rule.

mod baseline;
mod labelled_code;
mod length_match;
mod report;
mod rules;
pub(crate) mod shortcut_text;

pub(crate) use baseline::Baseline;
pub use baseline::MODEL_NAME;
pub(crate) use labelled_code::LabelledCode;
pub use report::{ShortcutReport, ShortcutRule};
