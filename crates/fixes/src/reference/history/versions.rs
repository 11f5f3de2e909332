//! Versions, by the names of their tags.

use std::collections::BTreeMap;

use gix::ObjectId;

/// The commit of a version: that of the one tag whose name is the version, or else of the one whose
/// name ends with it. `1_2_3` and `1-2-3` are taken for `1.2.3`.
pub(super) fn tag(tags: &BTreeMap<String, ObjectId>, version: &str) -> Option<ObjectId> {
    let version = plain(version);
    let version = version.strip_prefix('v').unwrap_or(&version);
    if !version.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    // The best that is there decides; tags of one commit are one.
    for wanted in [Prefix::None, Prefix::Release, Prefix::Name] {
        let mut commits: Vec<_> = tags
            .iter()
            .filter(|(name, _)| prefix(name, version) == Some(wanted))
            .map(|(_, id)| *id)
            .collect();
        commits.sort_unstable();
        commits.dedup();
        match commits.as_slice() {
            [] => {}
            [commit] => return Some(*commit),
            _ => return None,
        }
    }
    None
}

/// What stands before the version in a tag's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    /// Nothing, or `v`.
    None,
    /// `release-`, `rel_`, `version/`.
    Release,
    /// The name of a package, without digits that may belong to the version.
    Name,
}

fn prefix(tag: &str, version: &str) -> Option<Prefix> {
    let tag = plain(tag);
    let before = tag.strip_suffix(version)?;
    let before = before
        .strip_suffix('v')
        .filter(|rest| rest.is_empty() || rest.ends_with(['.', '/']))
        .unwrap_or(before);
    match before {
        "" => Some(Prefix::None),
        "release." | "rel." | "r." | "version." | "release/" | "releases/" | "rel/" | "version/" | "tag."
        | "tags/" => Some(Prefix::Release),
        _ if before.ends_with(['.', '/', '@']) && !before.bytes().any(|byte| byte.is_ascii_digit()) => {
            Some(Prefix::Name)
        }
        _ => None,
    }
}

/// In lower case, with one sign for all that separates.
fn plain(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '-'], ".")
}
