//! The history of a fetched repository: what its commits say about pull requests, advisories and
//! versions, without asking the host. Only commits are read; trees may be missing.

mod found_commit;
mod pull_requests;
mod reviews;
mod versions;

use std::collections::{BTreeMap, HashSet};

use gix::ObjectId;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use thiserror::Error;

pub use found_commit::FoundCommit;
pub(crate) use pull_requests::CLOSING_WORDS;
use pull_requests::PullRequests;
use reviews::Reviews;
use streamguard_git::{OpenRepository, head_commit, peel_reference};
use streamguard_mining::message::{AdvisoryIdFinder, MAX_MESSAGE_BYTES, canonical_advisory_id};

/// Number of commits between two checks of whether to stop.
const COMMITS_PER_CHECK: usize = 256;

/// Most commits that are read: more than the largest public histories have.
const MAX_COMMITS: usize = 4_000_000;

/// Most commits between two versions: a larger range says nothing about one of its commits.
const MAX_RANGE_COMMITS: usize = 500;

/// References that hosts keep for proposed changes, which the project may never have accepted.
const PROPOSAL_REFS: &[&str] =
    &["refs/pull/", "refs/merge-requests/", "refs/pull-requests/", "refs/changes/", "refs/keep-around/"];

/// Reason why a history cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HistoryError {
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// The references of the repository cannot be read.
    #[error("cannot read the references of the repository: {0}")]
    Unreadable(String),
}

/// Commits of a repository, and what their messages say.
#[derive(Debug)]
pub struct CommitHistory {
    repository: OpenRepository,
    /// All commits, sorted.
    commits: Vec<ObjectId>,
    messages: MessageIndex,
    /// Commits of tags, by name without `refs/tags/`.
    tags: BTreeMap<String, ObjectId>,
    unreadable: u64,
}

impl CommitHistory {
    /// Reads the messages of all commits that any reference leads to. Commits that only a proposal
    /// such as `refs/pull/1/head` leads to count for [`CommitHistory::abbreviated`] alone: they may be
    /// from a fork, whose pull requests have numbers of their own. The ancestors of a damaged commit
    /// are missing.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn read(repository: OpenRepository, stop: &dyn Fn() -> bool) -> Result<Self, HistoryError> {
        let RefTips { own, proposed, tags } = RefTips::read(&repository)?;
        let mut messages = MessageIndex {
            pull_requests: PullRequests::new(&repository, first_parents(&repository)),
            reviews: Reviews::default(),
            mentions: BTreeMap::new(),
        };
        let (mut commits, mut unreadable) = (Vec::new(), 0);
        let ids = AdvisoryIdFinder::new();
        let mut seen = HashSet::new();
        for (tips, is_own) in [(own, true), (proposed, false)] {
            let mut next = tips;
            while let Some(id) = next.pop() {
                if seen.len() == MAX_COMMITS || !seen.insert(id) {
                    continue;
                }
                if seen.len() % COMMITS_PER_CHECK == 1 && stop() {
                    return Err(HistoryError::Stopped);
                }
                let Ok(commit) = repository.find_commit(id) else {
                    unreadable += 1;
                    continue;
                };
                commits.push(id);
                next.extend(commit.parent_ids().map(gix::Id::detach));
                if is_own {
                    messages.add(&commit, &ids);
                }
            }
        }
        commits.sort_unstable();
        messages.mentions.values_mut().for_each(|found| found.sort_unstable());
        Ok(Self { repository, commits, messages, tags, unreadable })
    }

    /// Returns how many commits were read, and how many could not be read.
    pub fn size(&self) -> (usize, u64) {
        (self.commits.len(), self.unreadable)
    }

    /// Returns the repository.
    pub fn repository(&self) -> &gix::Repository {
        &self.repository
    }

    /// Returns the commit that brought in a pull or merge request, if a message tells.
    pub fn pull(&self, number: u64) -> Option<FoundCommit> {
        self.messages.pull_requests.find(number)
    }

    /// Returns the commit of a change in review by Gerrit, if the footer of a message names it. Of several
    /// it is the oldest: the others brought the change to other branches.
    pub fn review(&self, change: &str) -> Option<FoundCommit> {
        self.messages.reviews.find(change)
    }

    /// Returns the commits whose messages name an advisory (CVE, GHSA, PYSEC and others, in any case),
    /// oldest first.
    pub fn mentions(&self, id: &str) -> Vec<FoundCommit> {
        let found = self.messages.mentions.get(&canonical_advisory_id(id));
        found.into_iter().flatten().map(|(_, found)| *found).collect()
    }

    /// Returns the commit whose id begins with these digits, if there is exactly one.
    pub fn abbreviated(&self, short: &str) -> Option<FoundCommit> {
        // Longer than an id of the repository, it cannot be compared with one.
        let id_digits = self.commits.first()?.kind().len_in_hex();
        let prefix =
            gix::hash::Prefix::from_hex(short).ok().filter(|prefix| prefix.hex_len() <= id_digits)?;
        let start = self.commits.partition_point(|id| prefix.cmp_oid(id).is_gt());
        let mut same = self.commits[start..].iter().take_while(|id| prefix.cmp_oid(id).is_eq());
        let commit = *same.next()?;
        same.next().is_none().then_some(FoundCommit { commit, evidence: "commit:abbreviated" })
    }

    /// Returns the commit of a version, given by its tag, if there is exactly one.
    pub fn version(&self, version: &str) -> Option<ObjectId> {
        versions::commit_of_version(&self.tags, version)
    }

    /// Returns the commits between two versions, newest first: those that `to` leads to and `from` does
    /// not. A version is given by its tag, or as a commit by its id. The result is empty if one of them
    /// is unknown or ambiguous, or if there are more than 500 commits.
    pub fn range(&self, from: &str, to: &str) -> Vec<FoundCommit> {
        let end = |name| {
            versions::commit_of_version(&self.tags, name).or_else(|| Some(self.abbreviated(name)?.commit))
        };
        let (Some(from), Some(to)) = (end(from), end(to)) else { return Vec::new() };
        let walk = self
            .repository
            .rev_walk([to])
            .with_hidden([from])
            .sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst))
            .all();
        let Ok(walk) = walk else { return Vec::new() };
        let commits = walk.map_while(Result::ok).take(MAX_RANGE_COMMITS + 1);
        let found: Vec<_> =
            commits.map(|info| FoundCommit { commit: info.id, evidence: "range:versions" }).collect();
        if found.len() > MAX_RANGE_COMMITS { Vec::new() } else { found }
    }
}

/// Pull requests and advisories that messages name.
#[derive(Debug)]
struct MessageIndex {
    pull_requests: PullRequests,
    reviews: Reviews,
    /// Commits by the id of the advisory that they name, each with its time, oldest first.
    mentions: BTreeMap<String, Vec<(i64, FoundCommit)>>,
}

impl MessageIndex {
    /// Adds the message of a commit.
    fn add(&mut self, commit: &gix::Commit<'_>, ids: &AdvisoryIdFinder) {
        let message = commit.message_raw_sloppy();
        let message = &message[..message.len().min(MAX_MESSAGE_BYTES)];
        // A commit whose date cannot be read counts as the newest.
        let time = commit.time().map_or(i64::MAX, |time| time.seconds);
        let text = String::from_utf8_lossy(message);
        self.pull_requests.add(commit.id, time, &text);
        self.reviews.add(commit.id, time, &text);
        let subject = text.lines().next().unwrap_or_default();
        let in_subject = ids.find(subject.as_bytes());
        for id in ids.find(message) {
            let evidence = if in_subject.contains(&id) { "mention:subject" } else { "mention:body" };
            self.mentions.entry(id).or_default().push((time, FoundCommit { commit: commit.id, evidence }));
        }
    }
}

/// Commits that the references of a repository lead to.
struct RefTips {
    /// Commits of the project: branches, tags and the head.
    own: Vec<ObjectId>,
    /// Commits of proposed changes.
    proposed: Vec<ObjectId>,
    tags: BTreeMap<String, ObjectId>,
}

impl RefTips {
    fn read(repository: &gix::Repository) -> Result<Self, HistoryError> {
        let unreadable = |error: &dyn std::fmt::Display| HistoryError::Unreadable(error.to_string());
        let mut all = Self { own: Vec::new(), proposed: Vec::new(), tags: BTreeMap::new() };
        // No branch leads to a detached head.
        all.own.extend(head_commit(repository).ok().map(|commit| commit.id));
        let platform = repository.references().map_err(|error| unreadable(&error))?;
        for reference in platform.all().map_err(|error| unreadable(&error))? {
            let Ok(reference) = reference else { continue };
            let name = reference.name().as_bstr().to_string();
            // A tag may be of a file or a tree, and a commit may be missing in a partial clone.
            let commit = peel_reference(repository, reference).and_then(gix::Object::try_into_commit);
            let Ok(commit) = commit else { continue };
            if PROPOSAL_REFS.iter().any(|folder| name.starts_with(folder)) {
                all.proposed.push(commit.id);
                continue;
            }
            all.own.push(commit.id);
            if let Some(tag) = name.strip_prefix("refs/tags/") {
                all.tags.insert(tag.to_owned(), commit.id);
            }
        }
        Ok(all)
    }
}

/// Returns the main line: the head and its first parents.
fn first_parents(repository: &gix::Repository) -> HashSet<ObjectId> {
    let mut line = HashSet::new();
    let mut next = head_commit(repository).ok().map(|commit| commit.id);
    while let Some(id) = next.filter(|id| line.len() < MAX_COMMITS && line.insert(*id)) {
        let commit = repository.find_commit(id).ok();
        next = commit.and_then(|commit| commit.parent_ids().next().map(gix::Id::detach));
    }
    line
}
