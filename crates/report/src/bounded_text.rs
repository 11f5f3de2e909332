//! Bounds the length of text from outside.

use serde_json::Value;

/// Longest text from outside that a report contains, in characters.
const MAX_TEXT_CHARACTERS: usize = 2000;

/// Cuts text that is longer than [`MAX_TEXT_CHARACTERS`], and appends the length of the whole text in bytes.
pub(crate) fn bounded(text: &str) -> String {
    // The limit counts characters, so that no character is cut in two; the appended length counts bytes.
    match text.char_indices().nth(MAX_TEXT_CHARACTERS) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// Cuts every text of a value, the names of its fields included.
pub(crate) fn bounded_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(bounded(text)),
        Value::Array(values) => values.iter().map(bounded_value).collect(),
        Value::Object(values) => {
            values.iter().map(|(name, value)| (bounded(name), bounded_value(value))).collect()
        }
        other => other.clone(),
    }
}
