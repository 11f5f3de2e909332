//! The fix references of one advisory.

use std::collections::{BTreeMap, BTreeSet};

use streamguard_dataset::MergedAdvisory;
use streamguard_dataset::advisory::SourcedReference;

use super::catalogue::is_advisory_database;
use super::fix_shard::{AdvisoryEvidence, FixLocator, FixRef};
use crate::reference::{self, GitTarget, RepositoryPointer};

/// Most bytes of an advisory's text that are kept.
const MAX_TEXT_BYTES: usize = 1000;

/// Evidence of a commit that a range of commits names.
const RANGE_EVIDENCE: &str = "osv:range";

/// Returns the references of an advisory, each with the URL of its repository.
pub(super) fn fix_refs(advisory: &MergedAdvisory) -> Vec<(String, FixRef)> {
    let pointers = pointers(advisory);
    let Some(best) = pointers.keys().map(|pointer| pointer.target.rank()).min() else {
        return search(advisory).into_iter().collect();
    };
    // Comparisons and tags lead to several commits, so they are used only if nothing names the
    // change itself.
    let is_used = |target: &GitTarget| target.rank() == best || target.names_change();
    pointers
        .into_iter()
        .filter(|(pointer, _)| is_used(&pointer.target))
        .map(|(RepositoryPointer { repository, target }, evidence)| {
            let advisories = vec![advisory_evidence(advisory, evidence)];
            (repository, FixRef { locator: FixLocator::Target(target), advisories })
        })
        .collect()
}

/// Collects the commits, pull requests and the like that an advisory names, with the evidence for each.
fn pointers(advisory: &MergedAdvisory) -> BTreeMap<RepositoryPointer, Vec<String>> {
    // Some advisories also link the commit that introduced the flaw.
    let introduced: BTreeSet<&str> = advisory
        .affected
        .iter()
        .filter(|affected| affected.repository.is_some())
        .flat_map(|affected| affected.introduced.iter().map(String::as_str))
        .collect();
    let mut pointers: BTreeMap<RepositoryPointer, Vec<String>> = BTreeMap::new();
    for reference in &advisory.references {
        for pointer in reference::parse_all(&reference.url) {
            let is_fix = !is_advisory_database(&pointer.repository)
                && !matches!(pointer.target, GitTarget::State(_))
                && !matches!(&pointer.target, GitTarget::Commit(id) if introduced.contains(id.as_str()));
            if is_fix {
                pointers.entry(pointer).or_default().extend(reference.tags.iter().cloned());
            }
        }
    }
    for affected in &advisory.affected {
        let Some(repository) = affected.repository.as_deref().and_then(reference::clone_url) else {
            continue;
        };
        for commit in affected.fixed.iter().filter(|commit| reference::is_commit_id(commit)) {
            let target = GitTarget::Commit(commit.to_ascii_lowercase());
            let pointer = RepositoryPointer { repository: repository.clone(), target };
            let evidence = pointers.entry(pointer).or_default();
            if !evidence.iter().any(|known| known == RANGE_EVIDENCE) {
                evidence.push(RANGE_EVIDENCE.to_owned());
            }
        }
    }
    pointers
}

/// Returns a search in the repository of an advisory that names no change.
fn search(advisory: &MergedAdvisory) -> Option<(String, FixRef)> {
    let pages = advisory.references.iter().filter(|reference| is_project_page(reference));
    let pages = pages.filter_map(|reference| reference::repository(&reference.url));
    let ranges = advisory.affected.iter().filter_map(|affected| affected.repository.as_deref());
    let mut repositories: Vec<String> = pages.chain(ranges.filter_map(reference::clone_url)).collect();
    repositories.retain(|repository| !is_advisory_database(repository));
    repositories.sort_by_key(|repository| reference::repository_key(repository));
    repositories.dedup_by_key(|repository| reference::repository_key(repository));
    // Of several repositories nothing tells which one is the project's.
    let [repository] = repositories.as_slice() else { return None };
    let fixed: BTreeSet<String> = advisory
        .affected
        .iter()
        .filter(|affected| affected.repository.is_none())
        .flat_map(|affected| affected.fixed.iter().cloned())
        .collect();
    let locator = FixLocator::Search(fixed.into_iter().collect());
    let advisories = vec![advisory_evidence(advisory, Vec::new())];
    Some((repository.clone(), FixRef { locator, advisories }))
}

/// Reports whether a page surely belongs to the project. Reports and exploits are published in
/// repositories of their own.
fn is_project_page(reference: &SourcedReference) -> bool {
    let is_tagged = |tag: &String| {
        let tag = tag.split_once(':').map_or(tag.as_str(), |(_, tag)| tag);
        matches!(tag, "Patch" | "Product" | "Release Notes" | "PACKAGE" | "FIX")
    };
    let pages = ["/issues/", "/releases/", "/security/advisories/", "/discussions/", "/-/issues/"];
    reference.tags.iter().any(is_tagged) || pages.iter().any(|page| reference.url.contains(page))
}

fn advisory_evidence(advisory: &MergedAdvisory, evidence: Vec<String>) -> AdvisoryEvidence {
    let texts = [advisory.summary.as_deref(), advisory.description.as_deref()];
    let mut text = texts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
    let ids = std::iter::once(&advisory.id).chain(&advisory.aliases).cloned().collect();
    AdvisoryEvidence {
        ids,
        collectors: advisory.collectors.clone(),
        evidence,
        cwes: advisory.cwes.clone(),
        text,
    }
}
