//! Cells as fields of CSV: numbers, harmless text, or nothing.

use std::borrow::Cow;

use crate::escape::{begins_formula, visible};
use crate::tables::TableCell;

/// Returns the text of a field.
pub(super) fn field<'a>(cell: &'a TableCell<'_>) -> Cow<'a, str> {
    match cell {
        TableCell::Null => Cow::Borrowed(""),
        // Numbers come from the report itself, so a minus sign here is not a formula and stays.
        TableCell::Number(number) => Cow::Owned(number.to_string()),
        TableCell::Text(text) => neutral(text),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for (text, expected) in [
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
            assert_eq!(field(&TableCell::from(text)), expected, "{text:?}");
        }
        assert_eq!(field(&TableCell::from(-1.5)), "-1.5");
        assert_eq!(field(&TableCell::from(100.0)), "100.0");
        assert_eq!(field(&TableCell::from(None::<u64>)), "");
    }
}
