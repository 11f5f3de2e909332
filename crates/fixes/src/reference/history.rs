//! Local history: what the commits of a repository at hand say about pull requests, advisories
//! and versions, without asking its host. Only commits are read; trees may be missing.

mod pulls;
mod versions;

use std::collections::{BTreeMap, HashSet};

use gix::ObjectId;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use thiserror::Error;

use pulls::Pulls;
use streamguard_mining::message::{AdvisoryIdFinder, MAX_MESSAGE_BYTES, canonical_advisory_id};

/// Commits between two looks at whether to stop.
const STRIDE: usize = 256;

/// Most commits that are read: more than the largest public histories have.
const MOST: usize = 4_000_000;

/// Most commits between two versions: a range of more says nothing about one of them.
const RANGE: usize = 500;

/// Where proposals are kept that the project may never have taken.
const PROPOSALS: &[&str] =
    &["refs/pull/", "refs/merge-requests/", "refs/pull-requests/", "refs/changes/", "refs/keep-around/"];

/// Why there is no history to ask.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HistoryError {
    /// The caller wanted to stop.
    #[error("stopped")]
    Stopped,
    /// The references of the repository cannot be read.
    #[error("cannot read the references of the repository: {0}")]
    Unreadable(String),
}

/// A commit, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The commit; for a pull request that was merged, the merge.
    pub commit: ObjectId,
    /// What tells so, such as `pull:squash-subject`.
    pub evidence: &'static str,
}

/// What the messages of a repository's commits say, read once.
#[derive(Debug)]
pub struct History {
    repository: gix::Repository,
    /// All commits, sorted.
    commits: Vec<ObjectId>,
    said: Said,
    /// By name, without `refs/tags/`.
    tags: BTreeMap<String, ObjectId>,
    unreadable: u64,
}

impl History {
    /// Reads the messages of all commits that any reference leads to. What only a proposal
    /// leads to, such as `refs/pull/1/head`, answers for [`History::abbreviated`] alone: it
    /// may be from a fork with numbers of its own. A damaged commit ends its own line of history.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub fn read(repository: gix::Repository, stop: &dyn Fn() -> bool) -> Result<Self, HistoryError> {
        let References { own, proposed, tags } = References::read(&repository)?;
        let mut said =
            Said { pulls: Pulls::new(&repository, first_parents(&repository)), mentions: BTreeMap::new() };
        let (mut commits, mut unreadable) = (Vec::new(), 0);
        let ids = AdvisoryIdFinder::new();
        let mut seen = HashSet::new();
        for (tips, is_own) in [(own, true), (proposed, false)] {
            let mut next = tips;
            while let Some(id) = next.pop() {
                if seen.len() == MOST || !seen.insert(id) {
                    continue;
                }
                if seen.len() % STRIDE == 1 && stop() {
                    return Err(HistoryError::Stopped);
                }
                let Ok(commit) = repository.find_commit(id) else {
                    unreadable += 1;
                    continue;
                };
                commits.push(id);
                next.extend(commit.parent_ids().map(gix::Id::detach));
                if is_own {
                    said.note(&commit, &ids);
                }
            }
        }
        commits.sort_unstable();
        said.mentions.values_mut().for_each(|found| found.sort_unstable());
        Ok(Self { repository, commits, said, tags, unreadable })
    }

    /// How many commits were read, and how many could not be; what only those lead to is
    /// missing.
    pub fn size(&self) -> (usize, u64) {
        (self.commits.len(), self.unreadable)
    }

    /// The repository.
    pub fn repository(&self) -> &gix::Repository {
        &self.repository
    }

    /// The commit by which a pull or merge request came in, if a message tells.
    pub fn pull(&self, number: u64) -> Option<Found> {
        self.said.pulls.find(number)
    }

    /// The commits whose messages name an advisory (CVE, GHSA, PYSEC and others, in any case),
    /// oldest first.
    pub fn mention(&self, id: &str) -> Vec<Found> {
        let found = self.said.mentions.get(&canonical_advisory_id(id));
        found.into_iter().flatten().map(|(_, found)| *found).collect()
    }

    /// The commit whose id begins with these digits, if there is exactly one; a whole id is
    /// found if it is there.
    pub fn abbreviated(&self, short: &str) -> Option<Found> {
        let prefix = gix::hash::Prefix::from_hex(short).ok()?;
        let start = self.commits.partition_point(|id| prefix.cmp_oid(id).is_gt());
        let mut same = self.commits[start..].iter().take_while(|id| prefix.cmp_oid(id).is_eq());
        let commit = *same.next()?;
        same.next().is_none().then_some(Found { commit, evidence: "commit:abbreviated" })
    }

    /// The commits that came between two versions, newest first: those that `to` leads to and
    /// `from` does not. A version is one by its tag, or a commit by its id. None if one of them
    /// is neither or more than one, or if there are more than 500 commits. Which of them is a
    /// fix, only something else can tell.
    pub fn range(&self, from: &str, to: &str) -> Vec<Found> {
        let end = |name| versions::tag(&self.tags, name).or_else(|| Some(self.abbreviated(name)?.commit));
        let (Some(from), Some(to)) = (end(from), end(to)) else { return Vec::new() };
        let walk = self
            .repository
            .rev_walk([to])
            .with_hidden([from])
            .sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst))
            .all();
        let Ok(walk) = walk else { return Vec::new() };
        let commits = walk.map_while(Result::ok).take(RANGE + 1);
        let found: Vec<_> =
            commits.map(|info| Found { commit: info.id, evidence: "range:versions" }).collect();
        if found.len() > RANGE { Vec::new() } else { found }
    }
}

/// What messages say.
#[derive(Debug)]
struct Said {
    pulls: Pulls,
    /// By id of the advisory: commits by time, oldest first.
    mentions: BTreeMap<String, Vec<(i64, Found)>>,
}

impl Said {
    /// Remembers what a commit says.
    fn note(&mut self, commit: &gix::Commit<'_>, ids: &AdvisoryIdFinder) {
        let message = commit.message_raw_sloppy();
        let message = &message[..message.len().min(MAX_MESSAGE_BYTES)];
        // One without a date that makes sense comes last.
        let time = commit.time().map_or(i64::MAX, |time| time.seconds);
        let text = String::from_utf8_lossy(message);
        self.pulls.note(commit.id, time, &text);
        let subject = text.lines().next().unwrap_or_default();
        let in_subject = ids.find(subject.as_bytes());
        for id in ids.find(message) {
            let evidence = if in_subject.contains(&id) { "mention:subject" } else { "mention:body" };
            self.mentions.entry(id).or_default().push((time, Found { commit: commit.id, evidence }));
        }
    }
}

/// What the references of a repository lead to.
struct References {
    own: Vec<ObjectId>,
    proposed: Vec<ObjectId>,
    tags: BTreeMap<String, ObjectId>,
}

impl References {
    fn read(repository: &gix::Repository) -> Result<Self, HistoryError> {
        let unreadable = |error: &dyn std::fmt::Display| HistoryError::Unreadable(error.to_string());
        let mut all = Self { own: Vec::new(), proposed: Vec::new(), tags: BTreeMap::new() };
        // A detached head may be the only way to what is checked out.
        all.own.extend(repository.head_id().ok().map(gix::Id::detach));
        let platform = repository.references().map_err(|error| unreadable(&error))?;
        for reference in platform.all().map_err(|error| unreadable(&error))? {
            let Ok(mut reference) = reference else { continue };
            let name = reference.name().as_bstr().to_string();
            // Tags of files or trees, and references to what is not here, lead nowhere.
            let Ok(commit) = reference.peel_to_commit() else { continue };
            if PROPOSALS.iter().any(|folder| name.starts_with(folder)) {
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

/// The main line: the head and its first parents.
fn first_parents(repository: &gix::Repository) -> HashSet<ObjectId> {
    let mut line = HashSet::new();
    let mut next = repository.head_id().ok().map(gix::Id::detach);
    while let Some(id) = next.filter(|id| line.len() < MOST && line.insert(*id)) {
        let commit = repository.find_commit(id).ok();
        next = commit.and_then(|commit| commit.parent_ids().next().map(gix::Id::detach));
    }
    line
}
