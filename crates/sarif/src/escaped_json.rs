//! Writes JSON that is safe to display: characters that control a terminal or an editor are escaped. A JSON reader gets
//! the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::escape::is_hidden;

/// Writes a value as JSON, on one line.
pub fn escaped_json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, EscapingFormatter))
        .unwrap_or_else(|error| unreachable!("an object of SARIF is JSON: {error}"));
    bytes
}

/// Escapes hidden characters that JSON would allow.
struct EscapingFormatter;

impl Formatter for EscapingFormatter {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| is_hidden(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_stay_the_same() {
        let text = "a\u{9b}b\u{202e}\u{e0041}\u{7f}\n漢";
        let json = escaped_json(&text);
        assert_eq!(std::str::from_utf8(&json).unwrap(), r#""a\u009bb\u202e\udb40\udc41\u007f\n漢""#);
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
    }
}
