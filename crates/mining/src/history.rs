//! Selection of commits: a walk over a history that reads every message.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use gix::ObjectId;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use streamguard_git::{
    OpenRepository, RepositoryHead, head_commit, open_repository, repository_head, shallow_boundary,
};

use super::branch_choice::BranchChoice;
use super::fix_commit::is_security_fix;
use super::gaps::{self, RepositoryPlace};
use super::merge_topic::{MAX_TOPIC_COMMITS, MergeTopic};
use super::message::{MESSAGE_SCORER, SELECTION_THRESHOLD};
use super::selected_commit::{SelectedCommit, SelectionReason};
use super::since::SinceDate;

/// Length of the history that is read by default: three years of 365.25 days, in seconds.
const DEFAULT_HISTORY_SECONDS: i64 = 3 * 31_557_600;

/// Most commits that are walked to find those of one topic; merges of other branches into the topic's are among them.
const MAX_TOPIC_WALK: usize = 1000;

/// Number of commits between two checks whether to stop.
const STOP_CHECK_INTERVAL: u64 = 256;

/// Reason of a walk that was asked to stop.
const STOPPED: &str = "stopped";

/// Commits of a repository that may be security fixes.
#[derive(Debug, Default)]
pub(crate) struct CommitSelection {
    /// Number of commits whose messages were read.
    pub(crate) walked: u64,
    /// Number of commits that could not be read. Commits that only they lead to are missing.
    pub(crate) unreadable: u64,
    /// Number of commits whose parents a shallow clone lacks.
    pub(crate) cut_off: u64,
    /// Number of selected commits that the head does not lead to.
    pub(crate) of_branches: usize,
    /// Number of commits that were left out, since another one has the same patch.
    pub(crate) same_patches: u64,
    /// Whether the repository has no commit at all.
    pub(crate) is_empty: bool,
    /// Descriptions of what the history lacks, and of what gets it.
    pub(crate) gaps: Vec<String>,
    /// Selected commits: those of the head, newest first, and then those of other branches.
    pub(crate) commits: Vec<SelectedCommit>,
}

/// Settings of a selection.
#[derive(Clone, Copy)]
pub(crate) struct SelectionSettings<'s> {
    pub(crate) since: Option<&'s SinceDate>,
    pub(crate) branches: BranchChoice,
}

/// Opens the repository at `path` and selects commits that may be security fixes. Samples call it `name`, messages by
/// `place`.
///
/// # Errors
/// The reason why the repository cannot be read, or that `stop` asked to stop.
pub(crate) fn select_commits(
    path: &Path,
    name: &str,
    place: RepositoryPlace<'_>,
    settings: SelectionSettings<'_>,
    stop: &dyn Fn() -> bool,
) -> Result<CommitSelection, String> {
    let repository = open_repository(path).map_err(|error| error.to_string())?;
    let named = |reason: String| format!("{}: {reason}", place.name());
    let unreadable = |error: gix::Error| named(gaps::unreadable_head(&repository, &error));
    let (head, unborn) = match repository_head(&repository).map_err(unreadable)? {
        RepositoryHead::Commit(head) => (head, None),
        RepositoryHead::Empty => return Ok(CommitSelection { is_empty: true, ..CommitSelection::default() }),
        RepositoryHead::Unborn { branch, others } => {
            let problem = gaps::unborn_head(place, &branch, &others);
            match others.as_slice() {
                [only] => (only.commit, Some(problem)),
                _ => return Err(problem),
            }
        }
    };
    let branches = settings.branches.branches(&repository, name).map_err(unreadable)?;
    let tips: Vec<ObjectId> = branches.found.iter().map(|branch| branch.commit).collect();
    let selection = walk_history(&repository, head, &tips, settings.since, stop).map_err(named)?;
    let of_history = gaps::history_gaps(&repository, place, &selection);
    let of_branches = gaps::branch_gaps(place, &branches);
    let gaps = unborn.into_iter().chain(of_history).chain(of_branches).collect();
    Ok(CommitSelection { gaps, ..selection })
}

/// Reads the messages of all commits that are reachable from `head`, newest first, and then of those that only other
/// branches lead to. A merge of one topic whose message is about security selects the commits that it brought in, if none
/// of them says so itself.
fn walk_history(
    repository: &OpenRepository,
    head: ObjectId,
    tips: &[ObjectId],
    since: Option<&SinceDate>,
    stop: &dyn Fn() -> bool,
) -> Result<CommitSelection, String> {
    let sorting = walk_order(repository, head, since)?;
    let mut walk = HistoryWalk::new(repository)?;
    walk.read(&[head], sorting, stop)?;
    let of_head = walk.selection.commits.len();
    if !tips.is_empty() {
        walk.read(tips, sorting, stop)?;
        walk.selection.of_branches = walk.selection.commits.len() - of_head;
    }
    walk.finish(stop)
}

/// A walk over the history of a repository, of which each commit is read once.
struct HistoryWalk<'r> {
    repository: &'r OpenRepository,
    /// Commits whose parents a shallow clone lacks.
    boundary: BTreeSet<ObjectId>,
    topic: MergeTopic,
    /// Commits that were read.
    seen: HashSet<ObjectId>,
    selection: CommitSelection,
    /// Merges to be replaced by what they brought in, each with its position among the selected commits.
    merges: Vec<(usize, ObjectId)>,
}

impl<'r> HistoryWalk<'r> {
    fn new(repository: &'r OpenRepository) -> Result<Self, String> {
        let boundary = shallow_boundary(repository);
        Ok(Self {
            repository,
            boundary: boundary.map_err(|error| gaps::unreadable_head(repository, &error))?,
            topic: MergeTopic::new(),
            seen: HashSet::new(),
            selection: CommitSelection::default(),
            merges: Vec::new(),
        })
    }

    /// Reads the commits that some tips lead to and that have not been read yet.
    fn read(&mut self, tips: &[ObjectId], sorting: Sorting, stop: &dyn Fn() -> bool) -> Result<(), String> {
        let Self { repository, boundary, topic, seen, selection, merges } = self;
        let known = std::mem::take(seen);
        let new = |id: &gix::hash::oid| !known.contains(id);
        let walk = |sorting| repository.rev_walk(tips.iter().copied()).sorting(sorting).selected(new);
        // If the head has no valid date, its commits cannot be walked in the order of dates.
        let walk = walk(sorting).or_else(|_| walk(Sorting::BreadthFirst));
        for info in walk.map_err(|error| gaps::unreadable_head(repository, &error))? {
            // A damaged commit ends its own line of history; the walk continues along the others.
            let damaged_before = repository.damaged_reads();
            let read = info.and_then(|info| info.object().map(|commit| (info, commit))).ok();
            let Some((info, commit)) = read.filter(|_| repository.damaged_reads() == damaged_before) else {
                selection.unreadable += 1;
                continue;
            };
            if selection.walked % STOP_CHECK_INTERVAL == 0 && stop() {
                return Err(STOPPED.to_owned());
            }
            selection.walked += 1;
            seen.insert(info.id);
            selection.cut_off += u64::from(boundary.contains(&info.id));
            let message = String::from_utf8_lossy(commit.message_raw_sloppy());
            let parents = info.parent_ids.len();
            let score = MESSAGE_SCORER.score(&message, parents);
            // Points decide, not `selected`: a commit whose class cannot be a fix is mined as well, so that it
            // is counted as rejected for its class.
            if score.points < SELECTION_THRESHOLD {
                continue;
            }
            // A merge that is itself the fix, such as that of an advisory's private fork, is mined whole: its
            // commits may not exist anywhere else.
            if parents > 1 && !score.selected {
                if topic.is_single(&message) {
                    merges.push((selection.commits.len(), info.id));
                }
            } else {
                let reason = SelectionReason::Message;
                selection.commits.push(SelectedCommit { commit: info.id, reason });
            }
        }
        Ok(())
    }

    /// Replaces the merges, and returns the selected commits.
    fn finish(self, stop: &dyn Fn() -> bool) -> Result<CommitSelection, String> {
        let Self { repository, mut selection, merges, .. } = self;
        let failed = expand_merges(repository, &mut selection, &merges, stop)?;
        if selection.unreadable == 0 {
            // The walk reads commits ahead of those that it returns, and the merges lead to further ones.
            selection.unreadable = failed + repository.damaged_reads();
        }
        Ok(selection)
    }
}

/// Returns the order of the walk, which ends at the date of `since`.
fn walk_order(
    repository: &gix::Repository,
    head: ObjectId,
    since: Option<&SinceDate>,
) -> Result<Sorting, String> {
    let order = CommitTimeOrder::NewestFirst;
    let head = repository.find_commit(head).map_err(|error| gaps::unreadable_head(repository, &error))?;
    Ok(match since {
        Some(SinceDate::All) => Sorting::ByCommitTime(order),
        Some(SinceDate::Day(date)) => {
            let start = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| error.to_string())?;
            Sorting::ByCommitTimeCutoff { order, seconds: start.timestamp().as_second() }
        }
        None => match head.time() {
            // Counted from the newest commit, not from today: the same repository gives the same samples at
            // any time.
            Ok(newest) => Sorting::ByCommitTimeCutoff {
                order,
                seconds: newest.seconds.saturating_sub(DEFAULT_HISTORY_SECONDS),
            },
            // Without a valid date there is nothing to count from.
            Err(_) => Sorting::ByCommitTime(order),
        },
    })
}

/// Replaces each merge by the commits that it brought in, unless they are selected for their own
/// messages. `merges` holds the position of each merge among the selected commits. Returns how many of the merges cannot
/// be followed.
///
/// # Errors
/// `stop` asked to stop.
fn expand_merges(
    repository: &gix::Repository,
    selection: &mut CommitSelection,
    merges: &[(usize, ObjectId)],
    stop: &dyn Fn() -> bool,
) -> Result<u64, String> {
    let mut failed = 0;
    let mut known: BTreeSet<ObjectId> = selection.commits.iter().map(|selected| selected.commit).collect();
    let own = std::mem::take(&mut selection.commits);
    let mut merges = merges.iter().peekable();
    // One position more than there are commits, for merges after the last one.
    for (position, commit) in own.into_iter().map(Some).chain([None]).enumerate() {
        while let Some((_, merge)) = merges.next_if(|(place, _)| *place == position) {
            if stop() {
                return Err(STOPPED.to_owned());
            }
            let merged = merged_commits(repository, *merge);
            failed += u64::from(merged.is_err());
            let commits = merged.unwrap_or_default();
            // The words of the merge are about that commit, and the others came along.
            if commits.iter().any(|commit| is_security_fix(repository, *commit)) {
                continue;
            }
            for commit in commits {
                if known.insert(commit) {
                    let reason = SelectionReason::Merge(*merge);
                    selection.commits.push(SelectedCommit { commit, reason });
                }
            }
        }
        selection.commits.extend(commit);
    }
    Ok(failed)
}

/// Finds the merge whose message selected a commit: the newest of one topic about security that brought it to the head, or
/// to a branch of releases. `name` is that of the repository.
///
/// # Errors
/// [`gix::Error`] if an object cannot be read.
pub fn selecting_merge(
    repository: &OpenRepository,
    name: &str,
    commit: ObjectId,
) -> Result<Option<ObjectId>, gix::Error> {
    let topic = MergeTopic::new();
    let order = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
    let branches = BranchChoice::default().branches(repository, name)?;
    let tips = std::iter::once(head_commit(repository)?.id).chain(branches.found.iter().map(|of| of.commit));
    for info in repository.rev_walk(tips).sorting(order).all()? {
        let info = info?;
        if info.parent_ids.len() < 2 {
            continue;
        }
        let merge = info.object()?;
        let message = String::from_utf8_lossy(merge.message_raw_sloppy());
        let score = MESSAGE_SCORER.score(&message, info.parent_ids.len());
        if score.points < SELECTION_THRESHOLD || score.selected || !topic.is_single(&message) {
            continue;
        }
        let merged = merged_commits(repository, info.id)?;
        if merged.contains(&commit) && !merged.iter().any(|commit| is_security_fix(repository, *commit)) {
            return Ok(Some(info.id));
        }
    }
    Ok(None)
}

/// Returns the commits that a merge brought in: those that are not reachable from its first parent. Empty
/// if there are more than [`MAX_TOPIC_COMMITS`], or if more than [`MAX_TOPIC_WALK`] with the merges among them.
///
/// # Errors
/// A commit that cannot be read.
fn merged_commits(repository: &gix::Repository, merge: ObjectId) -> Result<Vec<ObjectId>, gix::Error> {
    let commit = repository.find_commit(merge)?;
    let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
    let Some((first, others)) = parents.split_first() else { return Ok(Vec::new()) };
    let walk = repository
        .rev_walk(others.iter().copied())
        .with_hidden([*first])
        .sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst))
        .all()?;
    let mut commits = Vec::new();
    for (walked, info) in walk.enumerate() {
        let info = info?;
        if info.parent_ids.len() == 1 {
            commits.push(info.id);
        }
        if commits.len() > MAX_TOPIC_COMMITS || walked >= MAX_TOPIC_WALK {
            return Ok(Vec::new());
        }
    }
    Ok(commits)
}
