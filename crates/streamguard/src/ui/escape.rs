//! Text from outside, made fit for a terminal.

/// Text in which nothing moves the cursor, changes colours or directions, or hides: control
/// characters, the C1 set, bidirectional marks and invisible characters are shown as escapes.
/// The text stays on one line.
pub fn escape(text: &str) -> String {
    clean(text, false)
}

/// The same for text of several lines: line ends and tabs stay.
pub fn escape_lines(text: &str) -> String {
    clean(text, true)
}

fn clean(text: &str, lines: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' if lines => clean.push(character),
            '\n' | '\t' => clean.push(' '),
            _ if is_harmful(character) => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
    }
    clean
}

/// Control characters (Unicode category Cc), and the format characters that reorder or hide
/// text (UAX #9 and the invisible ones of General Punctuation).
pub(crate) fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{7}\r\u{8}\u{202e}evil\u{200b}\u{feff}\u{2028}b\tc\nd";
        let shown = escape(hostile);
        assert!(shown.chars().all(|character| !is_harmful(character)), "{shown:?}");
        assert!(shown.starts_with("a\\u{1b}[2J\\u{9b}31m"), "{shown}");
        assert_eq!(escape_lines("a\n\tb\u{1b}"), "a\n\tb\\u{1b}");
        assert_eq!(escape("naïve 漢字 🦀"), "naïve 漢字 🦀");
    }
}
