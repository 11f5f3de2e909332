//! Escaping of text from outside for a terminal.

use streamguard_report::escape::{is_hidden, visible};

/// Escapes text to one line in which nothing moves the cursor, changes colours or directions, or hides.
pub fn escape(text: &str) -> String {
    visible(text).into_owned()
}

/// Escapes text of several lines: line ends and tabs stay.
pub fn escape_lines(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => clean.push(character),
            _ if is_hidden(character) => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
    }
    clean
}

/// Escapes JSON to plain ASCII. JSON escapes control characters itself, but not those that reorder text.
pub fn escape_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            plain.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                plain += &format!("\\u{unit:04x}");
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{7}\r\u{8}\u{202e}evil\u{200b}\u{feff}\u{2028}b\tc\nd";
        let shown = escape(hostile);
        assert!(shown.chars().all(|character| !is_hidden(character)), "{shown:?}");
        assert!(shown.starts_with("a\\u{1b}[2J\\u{9b}31m"), "{shown}");
        assert_eq!(escape_lines("a\n\tb\u{1b}"), "a\n\tb\\u{1b}");
        assert_eq!(escape("naïve 漢字 🦀"), "naïve 漢字 🦀");
    }
}
