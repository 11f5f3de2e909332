//! Versions, found by the names of their tags.

use std::collections::BTreeMap;

use gix::ObjectId;

/// Returns the commit of a version: of the only tag whose name is the version, or else of the only
/// tag whose name ends with it. `1_2_3` and `1-2-3` count as `1.2.3`.
pub(super) fn commit_of_version(tags: &BTreeMap<String, ObjectId>, version: &str) -> Option<ObjectId> {
    let version = normalized(version);
    let version = version.strip_prefix('v').unwrap_or(&version);
    if !version.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    // The best form that any tag has decides. Two tags of one commit are not a contradiction.
    for wanted in [TagPrefix::None, TagPrefix::Release, TagPrefix::PackageName] {
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

/// Text before the version in the name of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TagPrefix {
    /// Nothing, or `v`.
    None,
    /// `release-`, `rel_`, `version/`.
    Release,
    /// The name of a package, without digits: they might belong to the version.
    PackageName,
}

fn prefix(tag: &str, version: &str) -> Option<TagPrefix> {
    let tag = normalized(tag);
    let before = tag.strip_suffix(version)?;
    let before = before
        .strip_suffix('v')
        .filter(|rest| rest.is_empty() || rest.ends_with(['.', '/']))
        .unwrap_or(before);
    match before {
        "" => Some(TagPrefix::None),
        "release." | "rel." | "r." | "version." | "release/" | "releases/" | "rel/" | "version/" | "tag."
        | "tags/" => Some(TagPrefix::Release),
        _ if before.ends_with(['.', '/', '@']) && !before.bytes().any(|byte| byte.is_ascii_digit()) => {
            Some(TagPrefix::PackageName)
        }
        _ => None,
    }
}

/// Returns a name in lower case, with `.` for all separators.
fn normalized(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '-'], ".")
}
