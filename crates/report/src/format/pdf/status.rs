//! How statuses are shown: by a sign and a word, so that they can be told apart without colours.

use super::style::{ACCENT, ALERT, RgbColour};

/// The sign and the word of a status, or of the outcome of a shard.
pub(super) fn signed(status: &str) -> String {
    let sign = match status {
        "complete" => '✓',
        "partial" => '◐',
        "failed" | "crashed" | "timed out" => '✗',
        "cancelled" => '■',
        _ => '□',
    };
    format!("{sign} {status}")
}

/// The colour beside them.
pub(super) fn colour(status: &str) -> RgbColour {
    if status == "complete" { ACCENT } else { ALERT }
}
