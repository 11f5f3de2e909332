//! Makes text from outside safe to display. Each format adds its own escapes, such as those of markup.

use std::borrow::Cow;

/// Replaces characters that move the cursor, change the direction of text, or are invisible, by escapes like
/// `\u{202e}`. Line ends and tabs become a space, so that the text stays on one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    // Several in a row become one space, because a line end of Windows is two characters.
    let mut last_was_space = false;
    for character in text.chars() {
        let is_space = matches!(character, '\t' | '\n' | '\r');
        match character {
            _ if is_space && last_was_space => {}
            _ if is_space => clean.push(' '),
            _ if is_hidden(character) => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
        last_was_space = is_space;
    }
    Cow::Owned(clean)
}

/// Tells whether a character is invisible or changes the look of others: controls (C0, C1, DEL), format
/// characters of Unicode (among them the bidirectional controls of UAX #9), line separators, fillers,
/// variation selectors and tags.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            0xad | 0x34f
                | 0x600..=0x605
                | 0x61c
                | 0x6dd
                | 0x70f
                | 0x115f..=0x1160
                | 0x17b4..=0x17b5
                | 0x180b..=0x180f
                | 0x200b..=0x200f
                | 0x2028..=0x202e
                | 0x2060..=0x206f
                | 0x3164
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xffa0
                | 0xfff0..=0xfffb
                | 0x1bca0..=0x1bca3
                | 0x1d173..=0x1d17a
                | 0xe0000..=0xe0fff
        )
}

/// The characters that begin a formula in a spreadsheet, with their full-width forms, and the minus sign (OWASP, CSV
/// Injection).
pub fn begins_formula(character: char) -> bool {
    matches!(
        character,
        '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{2212}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}evil\u{200b}\u{feff}\u{2028}b\tc\r\nd";
        let shown = visible(hostile);
        assert!(!shown.chars().any(is_hidden), "{shown:?}");
        assert!(shown.starts_with("a\\u{1b}[2J\\u{9b}31m\\u{202e}evil"), "{shown}");
        assert!(shown.ends_with("b c d"), "{shown}");
        assert!(matches!(visible("naïve 漢字 🦀"), Cow::Borrowed("naïve 漢字 🦀")));
    }
}
