//! Commits that an advisory says to have the flaw.

use std::collections::BTreeSet;

use streamguard_dataset::MergedAdvisory;
use streamguard_dataset::advisory::SourcedReference;
use streamguard_git::may_be_commit_id;

use super::advisory_refs::kind_of;
use crate::reference::{self, GitTarget, RepositoryPointer};

/// Tag of references to the commit that brought the flaw.
const INTRODUCED: &str = "INTRODUCED";

/// Names of the commits that brought the flaw or still had it: ids, tags and ends of comparisons. None of
/// them is a fix, whatever name a reference uses for it.
pub(super) struct VulnerableCommits {
    names: BTreeSet<String>,
}

impl VulnerableCommits {
    /// Collects the names from the ranges of commits and from the references.
    pub(super) fn of(advisory: &MergedAdvisory) -> Self {
        let ranges = advisory.affected.iter().filter(|affected| affected.repository.is_some());
        let of_ranges = ranges.flat_map(|affected| affected.introduced.iter().chain(&affected.last_affected));
        // The last versions with the flaw, by the names of their tags.
        let versions = advisory.affected.iter().filter(|affected| affected.repository.is_none());
        let of_versions = versions.flat_map(|affected| &affected.last_affected);
        let references = advisory.references.iter().filter(|reference| is_introduction(reference));
        let pointers = references.flat_map(|reference| reference::parse_all(&reference.url));
        let of_references = pointers.filter_map(|pointer| match pointer.target {
            GitTarget::Commit(name) | GitTarget::Tag(name) | GitTarget::Compare(_, name) => Some(name),
            GitTarget::Pull(number) => Some(pull_name(number)),
            GitTarget::Review(change) => Some(review_name(&change)),
            GitTarget::State(_) => None,
        });
        let names = of_ranges.chain(of_versions).cloned().chain(of_references);
        Self { names: names.map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Returns the names, sorted.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names.into_iter().collect()
    }

    /// Reports whether a pointer leads to one of the commits.
    pub(super) fn contains(&self, pointer: &RepositoryPointer) -> bool {
        let named = match &pointer.target {
            // Of a comparison, only the second end contains the change.
            GitTarget::Commit(name) | GitTarget::Tag(name) | GitTarget::Compare(_, name) => name.clone(),
            GitTarget::Pull(number) => pull_name(*number),
            GitTarget::Review(change) => review_name(change),
            GitTarget::State(_) => return false,
        };
        let named = named.to_ascii_lowercase();
        self.names.iter().any(|name| is_same(name, &named))
    }
}

/// Returns the ids of the commits that an advisory says to have brought the flaw, in order. A range that begins with the
/// first commit of all says nothing.
pub(super) fn introducing_commits(advisory: &MergedAdvisory) -> Vec<String> {
    let ranges = advisory.affected.iter().filter(|affected| affected.repository.is_some());
    let of_ranges = ranges.flat_map(|affected| &affected.introduced).cloned();
    let references = advisory.references.iter().filter(|reference| is_introduction(reference));
    let pointers = references.flat_map(|reference| reference::parse_all(&reference.url));
    let of_references = pointers.filter_map(|pointer| match pointer.target {
        GitTarget::Commit(id) => Some(id),
        _ => None,
    });
    let ids = of_ranges.chain(of_references).map(|id| id.to_ascii_lowercase());
    ids.filter(|id| reference::is_commit_id(id)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Reports whether a source calls a reference the commit that brought the flaw.
pub(super) fn is_introduction(reference: &SourcedReference) -> bool {
    reference.tags.iter().any(|tag| kind_of(tag) == INTRODUCED)
}

/// Returns a name for a pull request that no commit or tag has.
fn pull_name(number: u64) -> String {
    format!("pull/{number}")
}

/// Returns a name for a change in review that no commit or tag has.
fn review_name(change: &str) -> String {
    format!("review/{change}")
}

/// Reports whether two names mean the same commit: the same name, with or without the `v` of a version, or
/// one an abbreviation of the other.
fn is_same(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let version = |name: &str| name.strip_prefix('v').unwrap_or(name).to_owned();
    version(one) == version(other)
        || may_be_commit_id(short) && may_be_commit_id(long) && long.starts_with(short)
}
