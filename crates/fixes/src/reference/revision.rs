//! Names of commits, tags and ranges in URLs.

use super::pointer::GitTarget;
use super::web_address::TRAILING_PUNCTUATION;

/// Digits of a whole id, by SHA-1.
const ID_DIGITS: usize = 40;

/// Digits of a whole id in repositories that use SHA-256.
const LONG_ID_DIGITS: usize = 64;

/// Fewest digits of an abbreviated id.
const MIN_ID_DIGITS: usize = 7;

/// Longest name of a tag or branch, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// Parses the id of a commit, whole or abbreviated, at a place where nothing else can stand.
pub(super) fn id(text: &str) -> Option<String> {
    let text = text.trim_end().trim_end_matches(TRAILING_PUNCTUATION);
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(text);
    let is_id = ((MIN_ID_DIGITS..=ID_DIGITS).contains(&text.len()) || text.len() == LONG_ID_DIGITS)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase())
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
    let text = text.trim_end().trim_end_matches(TRAILING_PUNCTUATION);
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(text);
    // `parse` alone would accept a plus sign.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number > 0).map(GitTarget::Pull)
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
        _ => Some(GitTarget::Compare(name(old)?, name(new)?)),
    }
}

/// Parses an ASCII name that git allows for a tag or branch (git-check-ref-format), or the id of a
/// commit.
fn name(text: &str) -> Option<String> {
    let text = text.trim_end();
    let is_name = !text.is_empty()
        && text.len() <= MAX_NAME_BYTES
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"~^:?*[\\".contains(&byte))
        && !text.starts_with(['-', '.', '/'])
        && !text.ends_with(['.', '/'])
        && !["..", "@{", "//", "/."].iter().any(|never| text.contains(never));
    is_name.then(|| whole(text).unwrap_or_else(|| text.to_owned()))
}
