//! Names of commits, tags and ranges in URLs.

use super::pointer::GitTarget;
use super::web_address::is_trailing;

/// Digits of a whole id, by SHA-1.
const ID_DIGITS: usize = 40;

/// Digits of a whole id in repositories that use SHA-256.
const LONG_ID_DIGITS: usize = 64;

/// Fewest digits of an abbreviated id.
const MIN_ID_DIGITS: usize = 7;

/// Longest name of a tag or branch, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// What names another commit behind an id, as `^` its parent, or a file of it.
const OTHER_OBJECT: &[&str] = &["^", "~", ":", ".."];

/// Characters that names have and texts do not leave behind URLs. A whole id is not the beginning of a name, but an abbreviated
/// one or a number may be.
const NAME_CHARACTERS: &[char] = &['-', '_', '.', '/', '@', '+', '=', '%', '$'];

/// Brackets and quotes in front of an id.
const OPENING_PUNCTUATION: &[char] =
    &['(', '[', '{', '<', '\'', '"', '`', '*', '\u{2018}', '\u{201c}', '\u{ff08}', '\u{3010}'];

/// Parses the id of a commit, whole or abbreviated, at a place where nothing else can stand.
pub(super) fn id(text: &str) -> Option<String> {
    let (id, rest) = leading(text, |byte| byte.is_ascii_hexdigit());
    let is_id = (MIN_ID_DIGITS..=ID_DIGITS).contains(&id.len()) || id.len() == LONG_ID_DIGITS;
    let names_other = rest != "~~" && OTHER_OBJECT.iter().any(|other| rest.starts_with(other));
    let is_end = is_whole(id) || !rest.starts_with(NAME_CHARACTERS);
    (is_id && is_end && !names_other).then(|| id.to_ascii_lowercase())
}

/// Splits text into the digits at its beginning and what follows, without the suffix of a patch and what texts leave
/// there. No digits are found in front of a letter.
fn leading(text: &str, is_digit: fn(u8) -> bool) -> (&str, &str) {
    let text = text.trim_start_matches(OPENING_PUNCTUATION);
    let text = text.trim_end_matches(|last| is_trailing(last) || last == '_' || char::is_whitespace(last));
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(text);
    let (digits, rest) = text.split_at(text.bytes().position(|byte| !is_digit(byte)).unwrap_or(text.len()));
    let is_word = rest.starts_with(|next: char| next.is_ascii_alphanumeric());
    if is_word { ("", text) } else { (digits, rest) }
}

/// Parses the id of a commit where the name of a branch or tag, or a number, may stand as well.
pub(super) fn id_not_name(text: &str) -> Option<String> {
    id(text).filter(|id| is_whole(id) || !id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Parses the whole id of a commit.
pub(super) fn whole(text: &str) -> Option<String> {
    id(text).filter(|id| is_whole(id))
}

fn is_whole(id: &str) -> bool {
    matches!(id.len(), ID_DIGITS | LONG_ID_DIGITS)
}

/// Parses a commit, at a place where nothing else can stand.
pub(super) fn commit(text: &str) -> Option<GitTarget> {
    id(text).map(GitTarget::Commit)
}

/// Parses a state: the files at a commit.
pub(super) fn state(text: &str) -> Option<GitTarget> {
    whole(text).map(GitTarget::State)
}

/// Parses the number of a pull request, with the suffixes of its pages and patches.
pub(super) fn pull(text: &str) -> Option<GitTarget> {
    let (number, rest) = leading(text, |byte| byte.is_ascii_digit());
    let is_end = !rest.starts_with(NAME_CHARACTERS);
    number.parse().ok().filter(|number| is_end && *number > 0).map(GitTarget::Pull)
}

/// Parses a tag, whose name may have several parts.
pub(super) fn tag(parts: &[&str]) -> Option<GitTarget> {
    name(&parts.join("/")).map(GitTarget::Tag)
}

/// Parses `A...B` or `A..B`, from old to new. The names may have several parts. A comparison of a commit
/// with its own parent, `A^...A`, is that commit.
pub(super) fn compare(parts: &[&str]) -> Option<GitTarget> {
    let text = parts.join("/");
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(&text);
    let (old, new) = text.split_once("...").or_else(|| text.split_once(".."))?;
    let parent = ["^1", "~1", "^", "~"].iter().find_map(|suffix| old.strip_suffix(suffix));
    match (parent.and_then(id), id(new)) {
        (Some(parent), Some(new)) if parent == new => Some(GitTarget::Commit(new)),
        _ => {
            let end = |text: &str| whole(text).or_else(|| name(text));
            Some(GitTarget::Compare(end(old)?, end(new)?))
        }
    }
}

/// Parses an ASCII name that git allows for a tag or branch (git-check-ref-format).
fn name(text: &str) -> Option<String> {
    let text = text.trim_end();
    let is_name = !text.is_empty()
        && text.len() <= MAX_NAME_BYTES
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"~^:?*[\\".contains(&byte))
        && !text.starts_with(['-', '.', '/'])
        && !text.ends_with(['.', '/'])
        && !["..", "@{", "//", "/."].iter().any(|never| text.contains(never));
    is_name.then(|| text.to_owned())
}
