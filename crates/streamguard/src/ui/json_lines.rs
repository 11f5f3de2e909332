//! Lines for machines: one JSON object each, without any character that a terminal obeys.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use streamguard_engine::{Event, LogLevel, RunState};

use super::log_line::{LogLine, beginning, level_name};
use streamguard_report::escape::is_hidden;

/// Returns a log line with the content of its event.
pub(crate) fn event_line(state: &RunState, line: &LogLine, event: Option<&Event>) -> String {
    let mut object = match event.map(|event| json!(event)) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    // The summary of a job is in its report, and may be large.
    object.remove("summary");
    // Texts of events come from jobs, and may be of any length.
    for value in object.values_mut() {
        if let Value::String(text) = value {
            text.truncate(beginning(text).len());
        }
    }
    object.insert("elapsed_ms".to_owned(), json!(state.elapsed_ms));
    // `elapsed_ms` is the same time under the name that all lines share.
    object.remove("at_ms");
    object.insert("job".to_owned(), line.job.map_or(Value::Null, |_| json!(line.job_name(state))));
    finish(object, line.level, &line.text)
}

/// Returns the line about the progress of the dataset.
pub(crate) fn assembling(samples: u64, text: &str) -> String {
    let object = [("event", json!("assembling")), ("job", Value::Null), ("samples", json!(samples))];
    finish(object.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(), LogLevel::Info, text)
}

/// Returns the line of an object, with its time, level and message.
pub(crate) fn finish(mut object: Map<String, Value>, level: LogLevel, text: &str) -> String {
    object.insert("time".to_owned(), json!(format!("{:.3}", Timestamp::now())));
    object.insert("level".to_owned(), json!(level_name(level)));
    object.insert("message".to_owned(), json!(text));
    harmless(&Value::Object(object).to_string())
}

/// Escapes JSON for a terminal. JSON itself escapes control characters below U+0020 only; here those above are
/// escaped as well, and characters that reorder or hide text. In JSON they can only stand in strings.
fn harmless(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    for character in json.chars() {
        match is_hidden(character) {
            false => clean.push(character),
            true => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    clean.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_comes_back_as_it_was_but_never_raw() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{7f}\0\n\u{202e}b\u{e0041}\u{feff}\u{10ffff}";
        let line =
            LogLine { level: LogLevel::Error, job: None, text: hostile.to_owned(), is_frequent: false };
        let line = event_line(&RunState::default(), &line, None);
        assert!(!line.chars().any(is_hidden), "{line}");
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&read["message"], &read["level"]), (&json!(hostile), &json!("ERROR")));
    }
}
