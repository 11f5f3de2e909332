//! Cells: numbers, harmless text, or nothing.

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::escape::visible;

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CsvCell<'a> {
    /// Not known: an empty field.
    Null,
    /// A number, with the same digits as in JSON.
    Number(Number),
    /// Text, which may come from outside.
    Text(Cow<'a, str>),
}

impl CsvCell<'_> {
    /// Returns the text of the field.
    pub(super) fn field(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            // Numbers come from the report itself, so a minus sign here is no formula and stays.
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => neutral(text),
        }
    }

    /// Splits a value into two cells, a number and a text, of which one is null. This gives every
    /// column one type.
    pub(super) fn pair(value: &Value) -> [CsvCell<'_>; 2] {
        match value {
            Value::Null => [CsvCell::Null, CsvCell::Null],
            Value::Number(number) => [CsvCell::Number(number.clone()), CsvCell::Null],
            Value::String(text) => [CsvCell::Null, CsvCell::from(text)],
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                [CsvCell::Null, CsvCell::Text(Cow::Owned(value.to_string()))]
            }
        }
    }
}

/// Puts text on one line and keeps spreadsheets from reading it as a formula: `'` precedes a character
/// that begins a formula. This happens at the start of the cell, and after delimiters and quotation
/// marks, where a reader that splits wrongly would start a cell (OWASP, CSV Injection).
fn neutral(text: &str) -> Cow<'_, str> {
    // This makes spaces of tabs and carriage returns, which some spreadsheets also read as the start of a formula.
    let text = visible(text);
    if !text.contains(begins_formula) {
        return text;
    }
    let mut neutral = String::with_capacity(text.len() + 4);
    let mut at_start = true;
    for c in text.chars() {
        if at_start && begins_formula(c) {
            neutral.push('\'');
        }
        // White space in front does not end the start: readers may trim cells before they look for
        // a formula.
        at_start = matches!(c, ',' | ';' | '|' | '"') || (at_start && c.is_whitespace());
        neutral.push(c);
    }
    Cow::Owned(neutral)
}

/// The characters that begin a formula, with their full-width forms, and the minus sign.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{2212}')
}

impl<'a> From<&'a str> for CsvCell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for CsvCell<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<u64> for CsvCell<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for CsvCell<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for CsvCell<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number.into())
    }
}

impl From<f64> for CsvCell<'_> {
    fn from(number: f64) -> Self {
        // JSON has no NaN and no infinity either, and shows null.
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }
}

impl<'a, T: Into<CsvCell<'a>>> From<Option<T>> for CsvCell<'a> {
    fn from(known: Option<T>) -> Self {
        known.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for (text, field) in [
            ("=1+1", "'=1+1"),
            ("  \u{a0}=1", "  \u{a0}'=1"),
            ("\t@SUM(A1)", " '@SUM(A1)"),
            ("\r\n+1", " '+1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\u{2212}1", "'\u{2212}1"),
            ("a;=1", "a;'=1"),
            ("a\", \"-1", "a\", \"'-1"),
            ("a=1, b-1", "a=1, b-1"),
            ("\u{feff}=1", "\\u{feff}=1"),
            ("\0=1", "\\u{0}=1"),
            ("-1", "'-1"),
            ("", ""),
            ("plain", "plain"),
        ] {
            assert_eq!(CsvCell::from(text).field(), field, "{text:?}");
        }
        assert_eq!(CsvCell::from(-1.5).field(), "-1.5");
        assert_eq!(CsvCell::from(100.0).field(), "100.0");
        assert_eq!(CsvCell::from(None::<u64>).field(), "");
    }
}
