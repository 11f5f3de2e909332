//! Ids of commits as people write them.

use std::ops::RangeInclusive;

/// Digits of an id: git abbreviates to seven at least (git-config(1), `core.abbrev`), and SHA-256 has 64.
const ID_DIGITS: RangeInclusive<usize> = 7..=64;

/// Returns whether a text may be the id of a commit, whole or abbreviated. Some tags, such as `20210324`, may be as well.
pub fn may_be_commit_id(text: &str) -> bool {
    ID_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
