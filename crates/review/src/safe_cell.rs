//! Text of others in cells of CSV that terminals and spreadsheets may open. It is read as it was written.

use streamguard_sarif::escape::{begins_formula, is_hidden};

/// Start of the escape of a character.
const ESCAPE: &str = "\\u{";

/// Returns a text as a cell: characters that nobody sees, or that terminals obey, become escapes like `\u{202e}`, and `'`
/// precedes what begins a formula.
pub(crate) fn encoded(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    // That of such a mark too, so that it is not taken for one.
    if text.starts_with(|c| begins_formula(c) || c == '\'') {
        cell.push('\'');
    }
    for (place, character) in text.char_indices() {
        match is_hidden(character) || text[place..].starts_with(ESCAPE) {
            true => cell.extend(character.escape_unicode()),
            false => cell.push(character),
        }
    }
    cell
}

/// Returns the text of a cell. What [`encoded`] does not write stays as it is: the table may be edited by hand.
pub(crate) fn decoded(cell: &str) -> String {
    let is_marked = |marked: &&str| marked.starts_with(|c| begins_formula(c) || c == '\'');
    let mut rest = cell.strip_prefix('\'').filter(is_marked).unwrap_or(cell);
    let mut text = String::with_capacity(rest.len());
    while let Some(start) = rest.find(ESCAPE) {
        text.push_str(&rest[..start]);
        let (character, end) = match escaped(&rest[start + ESCAPE.len()..]) {
            Some((character, after)) => (character, after),
            None => ('\\', &rest[start + 1..]),
        };
        text.push(character);
        rest = end;
    }
    text + rest
}

/// Returns the character whose number begins a text, and what follows its escape.
fn escaped(text: &str) -> Option<(char, &str)> {
    // The longest number has six digits.
    let end = text.bytes().take(7).position(|byte| byte == b'}')?;
    let digits = Some(&text[..end]).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some((char::from_u32(number)?, &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_were_written_and_nothing_in_them_acts() {
        for (text, cell) in [
            ("src/naïve.c", "src/naïve.c"),
            ("a\u{1b}[2J\r\u{202e}b\t\n", "a\\u{1b}[2J\\u{d}\\u{202e}b\\u{9}\\u{a}"),
            ("\t=1", "\\u{9}=1"),
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("'=1", "''=1"),
            ("''a", "'''a"),
            ("it's", "it's"),
            ("C:\\users\\u", "C:\\users\\u"),
            ("\\u{1b}", "\\u{5c}u{1b}"),
            ("\\\\u{", "\\\\u{5c}u{"),
            ("", ""),
        ] {
            assert_eq!(encoded(text), cell, "{text:?}");
            assert_eq!(decoded(cell), text, "{cell:?}");
        }
        for cell in ["'a", "\\u{", "\\u{}", "\\u{110000}", "\\u{d800}", "\\u{+41}x", "\\u{0000041}"] {
            assert_eq!(decoded(cell), cell);
        }
    }
}
