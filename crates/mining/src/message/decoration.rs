//! What stands before the first word of a message: emojis, as gitmoji.dev proposes them, and links.

use std::borrow::Cow;

use super::commit_class::CommitClass;

/// Emojis that stand for a class, as characters and as short codes, by gitmoji.dev.
const CLASS_EMOJIS: &[(CommitClass, &str, &str)] = &[
    (CommitClass::Revert, "\u{23ea}", ":rewind:"),
    (CommitClass::DependencyBump, "\u{2b06}", ":arrow_up:"),
    (CommitClass::DependencyBump, "\u{2b07}", ":arrow_down:"),
    (CommitClass::DependencyBump, "\u{1f4cc}", ":pushpin:"),
    (CommitClass::Documentation, "\u{1f4dd}", ":memo:"),
    (CommitClass::Test, "\u{2705}", ":white_check_mark:"),
    (CommitClass::Test, "\u{1f9ea}", ":test_tube:"),
    (CommitClass::VersionBump, "\u{1f516}", ":bookmark:"),
    (CommitClass::Build, "\u{1f477}", ":construction_worker:"),
    (CommitClass::Build, "\u{1f49a}", ":green_heart:"),
];

/// Marks of list items.
const LIST_MARKS: &[&str] = &["- ", "* ", "+ ", "\u{2022} "];

/// Returns the class that the emoji at the beginning of a message stands for.
pub(super) fn decorated_class(message: &str) -> Option<CommitClass> {
    let message = message.trim_start();
    let found =
        CLASS_EMOJIS.iter().find(|(_, emoji, code)| message.starts_with(emoji) || message.starts_with(code));
    found.map(|(class, ..)| *class)
}

/// Returns a message without white space, emojis, their short codes (`:bug:`) and marks of list items at its beginning.
pub(super) fn without_decoration(message: &str) -> &str {
    let mut rest = message;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || is_emoji_part(c));
        let behind_mark = LIST_MARKS.iter().find_map(|mark| rest.strip_prefix(mark));
        match behind_mark.or_else(|| behind_short_code(rest)) {
            Some(behind) => rest = behind,
            None => return rest,
        }
    }
}

/// Returns a message whose first line is nothing but a link with that line at its end: the next one says what the commit
/// does.
pub(super) fn with_link_below(message: &str) -> Cow<'_, str> {
    let (link, rest) = message.split_once('\n').unwrap_or((message, ""));
    let rest = rest.trim_start();
    let is_link = ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme));
    if is_link && !rest.is_empty() && !link.trim_end().contains(char::is_whitespace) {
        return Cow::Owned(format!("{rest}\n\n{link}"));
    }
    Cow::Borrowed(message)
}

/// Whether a character is a symbol, or joins or varies one.
fn is_emoji_part(c: char) -> bool {
    matches!(c,
        '\u{200d}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}'
        // Arrows, technical signs, dingbats and other symbols.
        | '\u{2190}'..='\u{2bff}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{e0020}'..='\u{e007f}')
}

/// Returns the text behind a short code at the beginning.
fn behind_short_code(text: &str) -> Option<&str> {
    let (name, behind) = text.strip_prefix(':')?.split_once(':')?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '+' | '-');
    (!name.is_empty() && name.chars().all(is_name)).then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::{decorated_class, with_link_below, without_decoration};
    use crate::message::CommitClass;

    #[test]
    fn some_emojis_stand_for_a_class() {
        assert_eq!(decorated_class("\u{2b06}\u{fe0f} rack"), Some(CommitClass::DependencyBump));
        assert_eq!(decorated_class(" :rewind: XSS fix"), Some(CommitClass::Revert));
        assert_eq!(decorated_class("\u{1f512} rack"), None);
    }

    #[test]
    fn a_link_alone_is_no_first_line() {
        let link = "https://example.org/issues/16";
        assert_eq!(with_link_below(&format!("{link}\n\nFix it\n")), format!("Fix it\n\n\n{link}"));
        for message in [link.to_owned(), format!("{link}: fix it\n\nNow"), format!("Fix it\n\n{link}")] {
            assert_eq!(with_link_below(&message), message);
        }
    }

    #[test]
    fn only_what_stands_before_the_first_word_is_removed() {
        for (message, text) in [
            ("\u{2b06}\u{fe0f} Bump rack", "Bump rack"),
            ("\u{1f512} ci(workflows): pin", "ci(workflows): pin"),
            (" :lock: :bug: Fix :lock: it", "Fix :lock: it"),
            (":not a code: fix", ":not a code: fix"),
            ("::new", "::new"),
            ("- Unit test", "Unit test"),
            ("\u{2022} docs: names", "docs: names"),
            ("-x is known", "-x is known"),
            ("Fix \u{1f41b}", "Fix \u{1f41b}"),
            ("\u{1f512}", ""),
        ] {
            assert_eq!(without_decoration(message), text);
        }
    }
}
