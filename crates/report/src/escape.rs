//! Text from outside, made fit to be shown.

use std::borrow::Cow;

/// Text in which nothing moves a cursor, changes directions, or hides: control characters, the C1
/// set, bidirectional marks and invisible characters are shown as escapes, like `\u{202e}`. Line
/// ends and tabs become spaces, so that the text stays on one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // The line feed after it becomes the space.
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\t' => clean.push(' '),
            _ if is_harmful(character) => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
    }
    Cow::Owned(clean)
}

/// Control characters (Unicode category Cc), and the format characters that reorder or hide
/// text (UAX #9 and the invisible ones of General Punctuation).
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        let hostile = "a\u{1b}[2J\u{9b}31m\r\u{202e}evil\u{200b}\u{feff}\u{2028}b\tc\r\nd";
        let shown = visible(hostile);
        assert!(!shown.chars().any(is_harmful), "{shown:?}");
        assert!(shown.starts_with("a\\u{1b}[2J\\u{9b}31m\\u{d}\\u{202e}evil"), "{shown}");
        assert!(shown.ends_with("b c d"), "{shown}");
        assert!(matches!(visible("naïve 漢字 🦀"), Cow::Borrowed("naïve 漢字 🦀")));
    }
}
