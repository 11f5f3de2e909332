//! Shows statuses by a sign and a word, so that they can be told apart without colours.

use super::super::status_word;
use super::style::{ACCENT_COLOUR, ALERT_COLOUR, RgbColour};

/// Returns the sign and the word of a status, or of the outcome of a shard.
pub(super) fn signed(status: &str) -> String {
    let sign = match status {
        "complete" => '✓',
        "partial" => '◐',
        "failed" | "crashed" | "timed_out" => '✗',
        "cancelled" | "interrupted" => '■',
        _ => '□',
    };
    format!("{sign} {}", status_word(status))
}

/// Returns the colour of a status.
pub(super) fn colour(status: &str) -> RgbColour {
    if status == "complete" { ACCENT_COLOUR } else { ALERT_COLOUR }
}
