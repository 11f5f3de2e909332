//! Text from outside, fitted into columns of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::escape::escape;

/// Bytes of a text that are looked at for each column. Most characters that take one column take at most four
/// bytes.
const MAX_BYTES_PER_COLUMN: usize = 8;

/// Returns text that is safe for a terminal, on one line, and at most so many columns wide. A mark shows where
/// it was cut. Only as much of the text is looked at as could be shown. Without `utf8` everything but ASCII is
/// escaped as well.
pub(crate) fn truncate(text: &str, columns: usize, utf8: bool) -> String {
    let seen = &text[..text.floor_char_boundary(columns.saturating_mul(MAX_BYTES_PER_COLUMN))];
    let clean = visible(seen, utf8);
    if seen.len() == text.len() && clean.width() <= columns {
        return clean;
    }
    // One column is kept for the mark.
    let mut short = beginning(&clean, columns.saturating_sub(1)).to_owned();
    if columns > 0 {
        short.push(if utf8 { '…' } else { '~' });
    }
    short
}

/// Returns text in lines of at most so many columns, broken between words where that is possible. Text that
/// does not fit into so many lines is cut off.
pub(crate) fn wrap_lines(text: &str, columns: usize, lines: usize, utf8: bool) -> Vec<String> {
    // Escaping a text of megabytes for every frame would cost more than all the rest.
    let bytes = columns.saturating_mul(lines).saturating_mul(MAX_BYTES_PER_COLUMN);
    let clean = visible(&text[..text.floor_char_boundary(bytes)], utf8);
    let (mut rest, mut wrapped) = (clean.as_str(), Vec::new());
    while wrapped.len() + 1 < lines && rest.width() > columns {
        let most = beginning(rest, columns);
        let end = match most.rfind(' ') {
            _ if rest[most.len()..].starts_with(' ') => most.len(),
            Some(space) if space > most.len() / 2 => space,
            _ => most.len(),
        };
        if end == 0 {
            break;
        }
        wrapped.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    wrapped.push(truncate(rest, columns, utf8));
    wrapped
}

/// Returns the beginning of a text that fits into so many columns.
fn beginning(text: &str, columns: usize) -> &str {
    let mut left = columns;
    let end = text.char_indices().find_map(|(at, character)| {
        match left.checked_sub(character.width().unwrap_or(0)) {
            Some(less) => {
                left = less;
                None
            }
            None => Some(at),
        }
    });
    &text[..end.unwrap_or(text.len())]
}

/// Returns text as [`truncate`] does, padded with spaces to exactly so many columns.
pub(crate) fn pad_to(text: &str, columns: usize, utf8: bool) -> String {
    let mut cell = truncate(text, columns, utf8);
    cell.extend(std::iter::repeat_n(' ', columns.saturating_sub(cell.width())));
    cell
}

/// Escapes text. Of combining marks one for each character is kept, so that none climb over the lines above;
/// variation selectors are removed, as they change the width of the character before them.
fn visible(text: &str, utf8: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    // As if there were one already: a mark at the start would join what is printed before the text.
    let mut has_mark = true;
    for character in escape(text).chars() {
        let is_mark = character.width() == Some(0);
        if matches!(character, '\u{fe00}'..='\u{fe0f}') || (is_mark && has_mark) {
            continue;
        }
        has_mark = is_mark;
        match utf8 || character.is_ascii() {
            true => clean.push(character),
            false => clean.extend(character.escape_unicode()),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_its_place() {
        let texts = [
            "",
            "plain",
            "漢字漢字漢字",
            "e\u{301}\u{301}\u{301}toile",
            "a\u{1b}[2Jb\u{202e}c",
            "❤\u{fe0f}🦀 crab",
        ];
        for text in texts {
            for columns in 0..12 {
                for utf8 in [true, false] {
                    assert!(truncate(text, columns, utf8).width() <= columns, "{text:?} in {columns}");
                    assert_eq!(pad_to(text, columns, utf8).width(), columns, "{text:?} in {columns}");
                }
            }
        }
        assert_eq!(truncate("plain", 5, true), "plain");
        assert_eq!(truncate("plain text", 6, true), "plain…");
        assert_eq!(truncate("naïve", 20, false), "na\\u{ef}ve");
    }

    #[test]
    fn long_text_is_broken_between_words() {
        assert_eq!(wrap_lines("a word and another", 10, 3, true), ["a word and", "another"]);
        assert_eq!(wrap_lines("averylongwordindeed", 8, 2, true), ["averylon", "gwordin…"]);
        assert_eq!(wrap_lines("", 8, 2, true), [""]);
        assert_eq!(wrap_lines("漢字漢字", 3, 9, true), ["漢", "字", "漢", "字"]);
    }

    #[test]
    fn a_long_text_is_not_read_to_its_end() {
        let long = "\u{1b}]0;x\u{7}".repeat(1 << 20);
        // Reading all of it each time would take hours.
        for _ in 0..100_000 {
            assert_eq!(truncate(&long, 40, true).width(), 40);
        }
    }
}
