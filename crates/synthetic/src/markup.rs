//! Signs of the markup, and the characters that stand for them in expanded text.
//!
//! Expanded text still holds both sides, and slots that are not filled. All of these are single
//! characters of the private use area, which keeps them apart from everything that templates hold.

/// Character of the slot 0; the slots follow each other.
const FIRST_SLOT: u32 = 0xE000;
/// First code point behind the slots.
const END_OF_SLOTS: u32 = 0xE100;

/// Begins a group of sides.
pub(crate) const GROUP_OPEN: char = '\u{F8F0}';
/// Separates the sides of a group.
pub(crate) const GROUP_NEXT: char = '\u{F8F1}';
/// Begins a group whose vulnerable and fixed texts are exchanged.
pub(crate) const GROUP_MIRRORED: char = '\u{F8F4}';
/// Ends a group of sides.
pub(crate) const GROUP_CLOSE: char = '\u{F8F2}';
/// Stands before and after the function's name.
pub(crate) const NAME_MARK: char = '\u{F8F3}';

/// Returns the character that stands for a slot.
pub(crate) fn slot_char(slot: u8) -> char {
    char::from_u32(FIRST_SLOT + u32::from(slot)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Returns the slot that a character stands for.
pub(crate) fn slot_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    (FIRST_SLOT..END_OF_SLOTS).contains(&code).then(|| (code - FIRST_SLOT) as u8)
}

/// Returns how many sides the text has: 1 without a fix, or 1 plus the number of fixes.
pub(crate) fn count_sides(text: &str) -> usize {
    let mut most = 1;
    for group in text.split([GROUP_OPEN, GROUP_MIRRORED]).skip(1) {
        let group = group.split(GROUP_CLOSE).next().unwrap_or("");
        most = most.max(1 + group.matches(GROUP_NEXT).count());
    }
    most
}

/// Returns the vulnerable side of an expanded text and the one with the given fix, counted from 1. A group with fewer
/// alternatives gives its last. With `tabs`, indentation becomes tabs.
pub(crate) fn sides(text: &str, fix: usize, tabs: bool) -> (String, String) {
    (side(text, [0, fix], tabs), side(text, [fix, 0], tabs))
}

/// Returns the text with the alternative `straight` of each group, and `mirrored` of the mirrored ones.
fn side(text: &str, [straight, mirrored]: [usize; 2], tabs: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find([GROUP_OPEN, GROUP_MIRRORED]) {
        plain.push_str(&rest[..open]);
        let number = if rest[open..].starts_with(GROUP_OPEN) { straight } else { mirrored };
        let group = &rest[open + GROUP_OPEN.len_utf8()..];
        let (group, after) = group.split_once(GROUP_CLOSE).unwrap_or((group, ""));
        plain.push_str(group.split(GROUP_NEXT).take(number + 1).last().unwrap_or(""));
        rest = after;
    }
    plain.push_str(rest);
    tidy(&plain, tabs)
}

fn tidy(text: &str, tabs: bool) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.split('\n') {
        let words = line.trim_start_matches(' ');
        let indentation = line.len() - words.len();
        // A macro or side without text leaves its indentation behind. Lines that are meant to be empty
        // have none, because blocks are indented without them.
        if words.is_empty() && indentation > 0 {
            continue;
        }
        if tabs {
            tidy.extend(std::iter::repeat_n('\t', indentation / 4));
            tidy.extend(std::iter::repeat_n(' ', indentation % 4));
        } else {
            tidy.push_str(&line[..indentation]);
        }
        tidy.push_str(words.trim_end());
        tidy.push('\n');
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_become_one_character() {
        assert_eq!(slot_char(3), '\u{E003}');
        assert_eq!(slot_of('\u{E003}'), Some(3));
        assert_eq!(slot_of('x'), None);
    }

    #[test]
    fn sides_are_counted_by_the_longest_group() {
        assert_eq!(count_sides("a"), 1);
        let text = format!(
            "{GROUP_OPEN}a{GROUP_NEXT}b{GROUP_CLOSE} {GROUP_OPEN}c{GROUP_NEXT}d{GROUP_NEXT}e{GROUP_CLOSE}"
        );
        assert_eq!(count_sides(&text), 3);
        assert_eq!(sides(&text, 2, false), ("a c".to_owned(), "b e".to_owned()));
        let mirrored = text.replacen(GROUP_OPEN, &GROUP_MIRRORED.to_string(), 1);
        assert_eq!(count_sides(&mirrored), 3);
        assert_eq!(sides(&mirrored, 2, false), ("b c".to_owned(), "a e".to_owned()));
    }

    #[test]
    fn levels_of_indentation_become_tabs() {
        assert_eq!(sides("a\n    b\n      c\n    \n\nd", 1, true).0, "a\n\tb\n\t  c\n\nd");
    }
}
