//! `ranges.json`: which ranges a file asks for.

use serde_json::Value;
use thiserror::Error;

use super::arithmetic::Range;
use super::named::NamedRange;

/// The longest file that is read, in bytes.
pub const LONGEST: u64 = 16 << 20;

/// Why a file asks for no ranges.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// It is no JSON. The text tells the line and the column.
    #[error("it is no JSON: {0}")]
    Syntax(String),
    /// Something in it is not as expected.
    #[error("{place}: expected {expected}, found {found}")]
    Content {
        /// Where, such as `ranges[3].start`.
        place: String,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
}

/// Reads `{"ranges": [{"start": 1, "end": 1000, "description": "..."}, ...]}`. Bounds belong to their
/// range, and are whole numbers up to 2^64 - 1. A description may be missing; other keys are ignored.
///
/// # Errors
/// [`FileError`], with the place.
pub fn parse(text: &[u8]) -> Result<Vec<NamedRange>, FileError> {
    let file: Value = serde_json::from_slice(text).map_err(|error| FileError::Syntax(error.to_string()))?;
    if !file.is_object() {
        return Err(content("the file", r#"an object with the key "ranges""#, shown(&file)));
    }
    let ranges = match file.get("ranges") {
        Some(Value::Array(ranges)) if !ranges.is_empty() => ranges,
        found => {
            return Err(content("ranges", "a list of at least one range", found.map_or_else(nothing, shown)));
        }
    };
    (0..).zip(ranges).map(|(at, entry)| range(at, entry)).collect()
}

fn range(at: usize, entry: &Value) -> Result<NamedRange, FileError> {
    let place = format!("ranges[{at}]");
    if !entry.is_object() {
        return Err(content(&place, r#"an object with the keys "start" and "end""#, shown(entry)));
    }
    let bound = |key: &str| bound(&format!("{place}.{key}"), entry.get(key));
    let range = Range { start: bound("start")?, end: bound("end")? };
    if range.start > range.end {
        let expected = format!("an end of at least {}, the start", range.start);
        return Err(content(&format!("{place}.end"), &expected, range.end.to_string()));
    }
    let description = match entry.get("description") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => return Err(content(&format!("{place}.description"), "a text", shown(other))),
    };
    Ok(NamedRange { range, description })
}

fn bound(place: &str, value: Option<&Value>) -> Result<u64, FileError> {
    let Some(value) = value else { return Err(content(place, &whole_number(), nothing())) };
    // A whole number that 64 bits do not hold was read as one with a point.
    let too_great = value.as_f64().is_some_and(|number| number >= 2f64.powi(64));
    value.as_u64().ok_or_else(|| {
        let found = shown(value);
        content(place, &whole_number(), if too_great { format!("{found}, which is greater") } else { found })
    })
}

fn whole_number() -> String {
    format!("a whole number from 0 to {}", u64::MAX)
}

fn content(place: &str, expected: &str, found: String) -> FileError {
    FileError::Content { place: place.to_owned(), expected: expected.to_owned(), found }
}

fn nothing() -> String {
    "nothing".to_owned()
}

/// A value in an error: its kind if it is long.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(list) if list.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.chars().count() > 40 => "a long text".to_owned(),
        Value::String(text) => format!("the text {text:?}"),
        other => other.to_string(),
    }
}
