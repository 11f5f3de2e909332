//! One cell: a number, a text that harms nobody, or nothing.

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::escape::visible;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CsvCell<'a> {
    /// Nothing is known: no character at all.
    Null,
    /// A number, with the digits that it has in JSON.
    Number(Number),
    /// Text, which may come from outside.
    Text(Cow<'a, str>),
}

impl CsvCell<'_> {
    /// What stands in the file.
    pub(super) fn field(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => neutral(text),
        }
    }

    /// A value of any kind as two cells, of which one is null: the number, and the text. So a
    /// column has one type.
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

/// The text on one line, and no formula to a spreadsheet: `'` stands before a character that
/// begins one, at the start of the cell and wherever a reader that splits wrongly would start
/// one: after a delimiter or a quotation mark (OWASP, CSV Injection).
fn neutral(text: &str) -> Cow<'_, str> {
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
