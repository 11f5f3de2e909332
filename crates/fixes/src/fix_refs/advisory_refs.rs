//! The fix references of one advisory.

use std::collections::{BTreeMap, BTreeSet};

use streamguard_dataset::MergedAdvisory;
use streamguard_dataset::advisory::SourcedReference;

use super::catalogue::is_advisory_database;
use super::fix_shard::{AdvisoryEvidence, FixLocator, FixRef, RANGE_EVIDENCE};
use super::vulnerable_commits::{VulnerableCommits, introducing_commits, is_introduction};
use crate::reference::{self, GitTarget, RepositoryPointer};

/// Kinds of references to the fix.
const FIX_KINDS: &[&str] = &["FIX", "Patch"];

/// Kinds of references that surely are not to the fix, unless a source also calls them one: demonstrations of the flaw,
/// programs that look for it, and what NVD found to be about another thing.
const NO_FIX_KINDS: &[&str] = &["DETECTION", "EVIDENCE", "Exploit", "Not Applicable"];

/// Kinds of references that may lead to the fix by chance, but are about something else. They count if nothing is named
/// as the fix.
const OTHER_KINDS: &[&str] =
    &["ARTICLE", "DISCUSSION", "Issue Tracking", "PACKAGE", "Product", "REPORT", "Release Notes"];

/// Kinds that say who wrote a page, and nothing of what it is about.
const AUTHOR_KINDS: &[&str] = &["Third Party Advisory", "Vendor Advisory"];

/// Most bytes of an advisory's text that are kept.
const MAX_TEXT_BYTES: usize = 1000;

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
    let vulnerable = VulnerableCommits::of(advisory);
    let mut pointers: BTreeMap<RepositoryPointer, Vec<String>> = BTreeMap::new();
    for reference in &advisory.references {
        for pointer in reference::parse_all(&reference.url).into_iter().filter(|_| may_be_fix(reference)) {
            if is_advisory_database(&pointer.repository)
                || matches!(pointer.target, GitTarget::State(_))
                || vulnerable.contains(&pointer)
            {
                continue;
            }
            let evidence = pointers.entry(pointer).or_default();
            // The same commit may be linked by several URLs.
            let new = reference.tags.iter().filter(|tag| !evidence.contains(tag)).cloned();
            evidence.extend(new.collect::<Vec<_>>());
        }
    }
    for affected in &advisory.affected {
        let Some(repository) = affected.repository.as_deref().and_then(reference::clone_url) else {
            continue;
        };
        for commit in affected.fixed.iter().filter(|commit| reference::is_commit_id(commit)) {
            let target = GitTarget::Commit(commit.to_ascii_lowercase());
            let pointer = RepositoryPointer { repository: repository.clone(), target };
            if vulnerable.contains(&pointer) {
                continue;
            }
            let evidence = pointers.entry(pointer).or_default();
            if !evidence.iter().any(|known| known == RANGE_EVIDENCE) {
                evidence.push(RANGE_EVIDENCE.to_owned());
            }
        }
    }
    let is_named = |(pointer, evidence): (&RepositoryPointer, &Vec<String>)| {
        let is_range = evidence.iter().any(|evidence| evidence == RANGE_EVIDENCE);
        pointer.target.names_change() && (is_range || has_kind(evidence, FIX_KINDS))
    };
    if pointers.iter().any(is_named) {
        pointers.retain(|_, evidence| !is_about_other(evidence));
    }
    pointers
}

/// Reports whether a reference may name the fix.
fn may_be_fix(reference: &SourcedReference) -> bool {
    let is_no_fix = has_kind(&reference.tags, NO_FIX_KINDS) && !has_kind(&reference.tags, FIX_KINDS);
    !is_no_fix && !is_introduction(reference)
}

/// Reports whether all that the tags say of a reference is that it is about something else than the fix.
fn is_about_other(tags: &[String]) -> bool {
    let mut kinds =
        tags.iter().map(|tag| kind_of(tag)).filter(|kind| !AUTHOR_KINDS.contains(kind)).peekable();
    kinds.peek().is_some() && kinds.all(|kind| OTHER_KINDS.contains(&kind))
}

/// Reports whether one of the tags is of one of the kinds.
fn has_kind(tags: &[String], kinds: &[&str]) -> bool {
    tags.iter().any(|tag| kinds.contains(&kind_of(tag)))
}

/// Returns a tag without the name of its source.
pub(super) fn kind_of(tag: &str) -> &str {
    tag.split_once(':').map_or(tag, |(_, kind)| kind)
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
    let is_tagged =
        |tag: &String| matches!(kind_of(tag), "Patch" | "Product" | "Release Notes" | "PACKAGE" | "FIX");
    let pages = ["/issues/", "/releases/", "/security/advisories/", "/discussions/", "/-/issues/"];
    reference.tags.iter().any(is_tagged) || pages.iter().any(|page| reference.url.contains(page))
}

fn advisory_evidence(advisory: &MergedAdvisory, evidence: Vec<String>) -> AdvisoryEvidence {
    let texts = [advisory.summary.as_deref(), advisory.description.as_deref()];
    let mut text = texts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
    let mut known = BTreeSet::new();
    let functions = advisory.affected.iter().flat_map(|affected| &affected.functions);
    let functions = functions.filter(|one| known.insert((&one.package, &one.name))).cloned();
    let ids = std::iter::once(&advisory.id).chain(&advisory.aliases).cloned().collect();
    AdvisoryEvidence {
        ids,
        collectors: advisory.collectors.clone(),
        evidence,
        cwes: advisory.cwes.clone(),
        functions: functions.collect(),
        vulnerable: VulnerableCommits::of(advisory).into_names(),
        introduced: introducing_commits(advisory),
        text,
    }
}
