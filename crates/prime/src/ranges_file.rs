//! Files that list ranges: `ranges.json`, or a range in each line.

use serde_json::Value;
use thiserror::Error;

use crate::arithmetic::NumberRange;
use crate::range_spec::{NamedRange, RangeSpecError};
use crate::unique_keys::UniqueKeys;

/// Longest file that callers should read, in bytes.
pub const MAX_FILE_BYTES: u64 = 16 << 20;

/// Reason why a file does not list ranges.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RangesFileError {
    /// The file is not JSON. The text has the line and the column.
    #[error("the file is not JSON: {0}")]
    Syntax(String),
    /// An object has two values for one key. The text has the key, the line and the column.
    #[error("{0}: give each key once")]
    DuplicateKey(String),
    /// A line is not a range.
    #[error("line {line}: {error}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        error: RangeSpecError,
    },
    /// The file names no range.
    #[error("the file has no ranges")]
    Empty,
    /// A value is not as expected.
    #[error("{place}: expected {expected}, found {found}")]
    Content {
        /// Position in the file, such as `ranges[3].start`.
        place: String,
        /// Description of a valid value.
        expected: String,
        /// Description of the value in the file.
        found: String,
    },
}

/// Reads `{"ranges": [{"start": 1, "end": 1000, "description": "..."}, ...]}`, or lines such as `1..1000 DESCRIPTION`.
///
/// Both bounds belong to the range, and are whole numbers up to 2^64 - 1; in a line they are written as [`NamedRange`]
/// reads them, without spaces. The description is optional, and other keys are ignored, as are empty lines and those that
/// begin with `#`.
///
/// # Errors
/// [`RangesFileError`] with the position in the file.
pub fn parse_ranges(text: &[u8]) -> Result<Vec<NamedRange>, RangesFileError> {
    // Editors put a byte order mark before the text.
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    if !text.trim_ascii_start().starts_with(b"{") && !text.trim_ascii_start().starts_with(b"[") {
        return parse_lines(text);
    }
    let file: Value =
        serde_json::from_slice(text).map_err(|error| RangesFileError::Syntax(error.to_string()))?;
    // The value has one of the two only, so the text is read once more.
    serde_json::from_slice::<UniqueKeys>(text)
        .map_err(|error| RangesFileError::DuplicateKey(error.to_string()))?;
    if !file.is_object() {
        return Err(content("the file", r#"an object with the key "ranges""#, display_value(&file)));
    }
    let ranges = match file.get("ranges") {
        Some(Value::Array(ranges)) if !ranges.is_empty() => ranges,
        found => {
            return Err(content(
                "ranges",
                "a list of at least one range",
                found.map_or_else(nothing, display_value),
            ));
        }
    };
    (0..).zip(ranges).map(|(at, entry)| range(at, entry)).collect()
}

/// Reads a range from each line.
fn parse_lines(text: &[u8]) -> Result<Vec<NamedRange>, RangesFileError> {
    let text = String::from_utf8_lossy(text);
    let mut ranges = Vec::new();
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (range, description) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let named: NamedRange = range.parse().map_err(|error| RangesFileError::Line { line, error })?;
        ranges.push(NamedRange { description: description.trim_start().to_owned(), ..named });
    }
    if ranges.is_empty() { Err(RangesFileError::Empty) } else { Ok(ranges) }
}

fn range(at: usize, entry: &Value) -> Result<NamedRange, RangesFileError> {
    let place = format!("ranges[{at}]");
    if !entry.is_object() {
        return Err(content(&place, r#"an object with the keys "start" and "end""#, display_value(entry)));
    }
    let bound = |key: &str| bound(&format!("{place}.{key}"), entry.get(key));
    let range = NumberRange { start: bound("start")?, end: bound("end")? };
    if range.start > range.end {
        let expected = format!("an end of at least {}, the start", range.start);
        return Err(content(&format!("{place}.end"), &expected, range.end.to_string()));
    }
    let description = match entry.get("description") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => return Err(content(&format!("{place}.description"), "a text", display_value(other))),
    };
    Ok(NamedRange { range, description })
}

fn bound(place: &str, value: Option<&Value>) -> Result<u64, RangesFileError> {
    let Some(value) = value else { return Err(content(place, &whole_number(), nothing())) };
    // serde_json reads a whole number beyond 64 bits as a floating-point number.
    let too_large = value.as_f64().is_some_and(|number| number >= 2f64.powi(64));
    value.as_u64().ok_or_else(|| {
        let found = display_value(value);
        content(place, &whole_number(), if too_large { format!("{found}, which is larger") } else { found })
    })
}

fn whole_number() -> String {
    format!("a whole number from 0 to {}", u64::MAX)
}

fn content(place: &str, expected: &str, found: String) -> RangesFileError {
    RangesFileError::Content { place: place.to_owned(), expected: expected.to_owned(), found }
}

fn nothing() -> String {
    "nothing".to_owned()
}

/// Describes a value in an error message: by its kind if the value is long.
fn display_value(value: &Value) -> String {
    match value {
        Value::Array(list) if list.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.chars().count() > 40 => "a long text".to_owned(),
        Value::String(text) => format!("the text {text:?}"),
        other => other.to_string(),
    }
}
