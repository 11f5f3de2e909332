//! Names of commits, tags and ranges in URLs.

use super::GitTarget;
use super::web_address::PUNCTUATION;

/// Digits of a whole id.
const WHOLE: usize = 40;
/// Fewest digits of an abbreviated id.
const SHORTEST: usize = 7;
/// Bytes of the longest name of a tag or branch.
const LONGEST_NAME: usize = 200;

/// A commit's id, whole or abbreviated, at a place where nothing else can stand.
pub(super) fn id(text: &str) -> Option<String> {
    let text = text.trim_end().trim_end_matches(PUNCTUATION);
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(text);
    let is_id = (SHORTEST..=WHOLE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase())
}

/// A commit's id where the name of a branch or tag, or a number may stand as well.
pub(super) fn id_not_name(text: &str) -> Option<String> {
    id(text).filter(|id| id.len() == WHOLE || !id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A commit's whole id.
pub(super) fn whole(text: &str) -> Option<String> {
    id(text).filter(|id| id.len() == WHOLE)
}

/// A commit, at a place where nothing else can stand.
pub(super) fn commit(text: &str) -> Option<GitTarget> {
    id(text).map(GitTarget::Commit)
}

/// Files at a commit.
pub(super) fn state(text: &str) -> Option<GitTarget> {
    whole(text).map(GitTarget::State)
}

/// The number of a pull request, with what its pages and patches add.
pub(super) fn pull(text: &str) -> Option<GitTarget> {
    let text = text.trim_end().trim_end_matches(PUNCTUATION);
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(text);
    // Parsing alone would take a plus sign.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number > 0).map(GitTarget::Pull)
}

/// A tag, whose name may have several parts.
pub(super) fn tag(parts: &[&str]) -> Option<GitTarget> {
    name(&parts.join("/")).map(GitTarget::Tag)
}

/// `A...B` or `A..B`, from the old to the new, whose names may have several parts.
pub(super) fn compare(parts: &[&str]) -> Option<GitTarget> {
    let text = parts.join("/");
    let text = text.strip_suffix(".patch").or_else(|| text.strip_suffix(".diff")).unwrap_or(&text);
    let (old, new) = text.split_once("...").or_else(|| text.split_once(".."))?;
    Some(GitTarget::Compare(name(old)?, name(new)?))
}

/// A name that git allows for a tag or branch, or that is a commit's id (git-check-ref-format,
/// and no script but ASCII).
fn name(text: &str) -> Option<String> {
    let text = text.trim_end();
    let is_name = !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"~^:?*[\\".contains(&byte))
        && !text.starts_with(['-', '.', '/'])
        && !text.ends_with(['.', '/'])
        && !["..", "@{", "//", "/."].iter().any(|never| text.contains(never));
    is_name.then(|| whole(text).unwrap_or_else(|| text.to_owned()))
}
