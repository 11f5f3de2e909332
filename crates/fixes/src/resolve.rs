//! Resolution of a fix reference: the commits that it may mean.

use gix::ObjectId;
use streamguard_git::may_be_commit_id;
use streamguard_mining::is_security_fix;

use crate::fix_refs::{AdvisoryEvidence, FixLocator, FixRef};
use crate::reference::{CLOSING_WORDS, CommitHistory, FoundCommit, GitTarget};

/// Most commits that one reference may lead to. More of them are a list of changes or the commits of
/// a bot, and not the fix.
const MAX_COMMITS: usize = 5;

/// Confidence in a commit that is named by its id.
const BY_ID: f64 = 1.0;

/// Confidence in the commit that merged a pull request, by the words of the host.
const BY_PULL_REQUEST: f64 = 0.95;

/// Confidence in the only commit of a comparison.
const BY_COMPARISON: f64 = 0.9;

/// Confidence in the only commit whose message names the advisory: as messages with such an id are judged without an
/// advisory ([`streamguard_mining::message::MessageBasis`]).
const BY_MENTION: f64 = 0.95;

/// Confidence in one of several commits whose messages name the advisory: some are releases, lists of changes and the like.
const BY_ONE_OF_MENTIONS: f64 = 0.8;

/// Confidence in a commit that claims to close a pull request: people write that about issues too.
const BY_CLOSING_WORDS: f64 = 0.6;

/// Confidence in a commit between two versions that sounds like a security fix.
const BY_VERSION_RANGE: f64 = 0.5;

/// A commit that a reference leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResolvedCommit {
    /// Id of the commit.
    pub(super) commit: ObjectId,
    /// Confidence that this commit is meant, from 0.0 to 1.0.
    pub(super) confidence: f64,
    /// Rule that found the commit; `None` if the reference names it.
    pub(super) evidence: Option<&'static str>,
}

impl ResolvedCommit {
    fn new(found: FoundCommit, confidence: f64) -> Self {
        Self { commit: found.commit, confidence, evidence: Some(found.evidence) }
    }
}

/// Finds the commits that a reference leads to, without those that its advisories say to have the flaw.
/// `has_commit` tells whether a commit is in the repository; `history` is needed for all references other
/// than commit ids.
///
/// # Errors
/// The reason why there are none.
pub(super) fn resolve(
    fix: &FixRef,
    has_commit: &dyn Fn(&str) -> bool,
    history: Option<&CommitHistory>,
) -> Result<Vec<ResolvedCommit>, String> {
    let mut found = find_commits(fix, has_commit, history)?;
    found.retain(|found| {
        !fix.advisories.iter().all(|advisory| is_vulnerable(advisory, found.commit, history))
    });
    if found.is_empty() { Err("it is a commit with the flaw".to_owned()) } else { Ok(found) }
}

/// Finds the commits that a reference to a release leads to, without the commit of the release.
///
/// # Errors
/// The reason why there are none.
pub(super) fn resolve_below(
    fix: &FixRef,
    release: ObjectId,
    has_commit: &dyn Fn(&str) -> bool,
    history: Option<&CommitHistory>,
) -> Result<Vec<ResolvedCommit>, String> {
    let mut found = resolve(fix, has_commit, history)?;
    found.retain(|found| found.commit != release);
    if found.is_empty() { Err("it is the commit of a release".to_owned()) } else { Ok(found) }
}

/// Reports whether an advisory says that a commit brought the flaw or still had it.
fn is_vulnerable(advisory: &AdvisoryEvidence, commit: ObjectId, history: Option<&CommitHistory>) -> bool {
    let id = commit.to_string();
    advisory.vulnerable.iter().any(|name| {
        // A tag such as `20210324` could be an id as well.
        may_be_commit_id(name) && id.starts_with(name.as_str())
            || history.and_then(|history| history.version(name)) == Some(commit)
    })
}

/// Finds the commits that a reference leads to.
fn find_commits(
    fix: &FixRef,
    has_commit: &dyn Fn(&str) -> bool,
    history: Option<&CommitHistory>,
) -> Result<Vec<ResolvedCommit>, String> {
    if let Some(id) = fix.locator.commit_id() {
        return match ObjectId::from_hex(id.as_bytes()) {
            Ok(commit) if has_commit(id) => {
                Ok(vec![ResolvedCommit { commit, confidence: BY_ID, evidence: None }])
            }
            _ => Err("the repository does not have this commit".to_owned()),
        };
    }
    let Some(history) = history else { return Err("its history could not be read".to_owned()) };
    let one = |found: Option<FoundCommit>, confidence, what: &str| match found {
        Some(found) => Ok(vec![ResolvedCommit::new(found, confidence)]),
        None => Err(format!("no commit in the history {what}")),
    };
    match &fix.locator {
        FixLocator::Target(GitTarget::Commit(short)) => {
            one(history.abbreviated(short), BY_ID, "has an id that begins so, or several have")
        }
        FixLocator::Target(GitTarget::Pull(number)) => {
            let found = history.pull(*number);
            let is_claim = found.is_some_and(|found| found.evidence == CLOSING_WORDS);
            let confidence = if is_claim { BY_CLOSING_WORDS } else { BY_PULL_REQUEST };
            one(found, confidence, &format!("says that it brought #{number} in"))
        }
        FixLocator::Target(GitTarget::Review(change)) => {
            one(history.review(change), BY_PULL_REQUEST, &format!("is the one of the review {change}"))
        }
        FixLocator::Target(GitTarget::Compare(from, to)) => match history.range(from, to).as_slice() {
            [found] => Ok(vec![ResolvedCommit::new(*found, BY_COMPARISON)]),
            _ => by_mention(fix, history),
        },
        FixLocator::Target(GitTarget::Tag(tag)) => by_search(fix, std::slice::from_ref(tag), history),
        FixLocator::Target(GitTarget::State(_)) => Err("it names a state, not a change".to_owned()),
        FixLocator::Search(fixed) => by_search(fix, fixed, history),
    }
}

/// Finds commits whose messages name one of the advisories.
fn by_mention(fix: &FixRef, history: &CommitHistory) -> Result<Vec<ResolvedCommit>, String> {
    let ids = fix.advisories.iter().flat_map(|advisory| &advisory.ids);
    let mut found: Vec<FoundCommit> = ids.flat_map(|id| history.mentions(id)).collect();
    found.sort_unstable_by_key(|found| found.commit);
    found.dedup_by_key(|found| found.commit);
    match found.len() {
        0 => Err("no commit in the history names the advisory".to_owned()),
        1 => Ok(vec![ResolvedCommit::new(found[0], BY_MENTION)]),
        2..=MAX_COMMITS => {
            Ok(found.into_iter().map(|found| ResolvedCommit::new(found, BY_ONE_OF_MENTIONS)).collect())
        }
        n => Err(format!("{n} commits name the advisory")),
    }
}

/// Finds commits whose messages name one of the advisories, or else commits before the fixed versions
/// that sound like a security fix.
fn by_search(
    fix: &FixRef,
    fixed_versions: &[String],
    history: &CommitHistory,
) -> Result<Vec<ResolvedCommit>, String> {
    let not_mentioned = match by_mention(fix, history) {
        Err(reason) => reason,
        found => return found,
    };
    let mut found: Vec<FoundCommit> = Vec::new();
    for version in fixed_versions {
        let Some(before) = previous_patch_version(version) else { continue };
        let range = history.range(&before, version).into_iter();
        found.extend(range.filter(|found| is_security_fix(history.repository(), found.commit)));
    }
    // `1.2.3` and `v1.2.3` are the same range.
    found.sort_unstable_by_key(|found| found.commit);
    found.dedup_by_key(|found| found.commit);
    match found.len() {
        0 => Err(format!("{not_mentioned}, and none between the versions sounds like the fix")),
        1..=MAX_COMMITS => {
            Ok(found.into_iter().map(|found| ResolvedCommit::new(found, BY_VERSION_RANGE)).collect())
        }
        n => Err(format!("{not_mentioned}, and {n} between the versions sound like the fix")),
    }
}

/// Returns the version before a patch release: 1.2.2 before 1.2.3. The version before 1.2.0 cannot be
/// told from its name.
fn previous_patch_version(version: &str) -> Option<String> {
    let dot = version.rfind('.')?;
    let patch: u64 = version[dot + 1..].parse().ok()?;
    Some(format!("{}.{}", &version[..dot], patch.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::previous_patch_version;

    #[test]
    fn only_a_patch_release_has_a_known_predecessor() {
        assert_eq!(previous_patch_version("1.2.3").as_deref(), Some("1.2.2"));
        assert_eq!(previous_patch_version("v4.17.21").as_deref(), Some("v4.17.20"));
        for unknown in ["2.0.0", "5", "1.2.3-rc1", "", "1.2."] {
            assert_eq!(previous_patch_version(unknown), None, "{unknown}");
        }
    }
}
