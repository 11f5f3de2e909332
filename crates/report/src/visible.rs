//! Text from outside, made harmless where it is shown.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line, with everything in it to be seen: tabs and line ends are spaces, and
/// what moves a cursor, turns the writing direction or takes no room is shown as `\u{202e}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_blank(c) && !is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut last = '\0';
    for c in text.chars() {
        match c {
            // The end of a line is one space, also where it takes two characters.
            '\n' if last == '\r' => {}
            _ if is_blank(c) => shown.push(' '),
            _ if is_hidden(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            _ => shown.push(c),
        }
        last = c;
    }
    Cow::Owned(shown)
}

fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r')
}

/// Control characters, and those of Unicode's format characters that have no look of their own.
/// Joiners stay (U+200C, U+200D): words and emoji need them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
