//! Which commits: a walk over a history, by message.

use std::fmt;
use std::str::FromStr;

use gix::ObjectId;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use serde::{Deserialize, Serialize};

use super::JUDGE;
use super::message::SELECTION_THRESHOLD;

/// Seconds in three years of 365.25 days: how far back a history is looked at by default.
const THREE_YEARS: i64 = 3 * 31_557_600;

/// Most commits that are looked at through one merge; larger ones bring whole branches in.
const THROUGH: usize = 50;

/// Commits between two looks at whether to stop.
const STRIDE: u64 = 256;

/// The oldest commits to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SinceDate {
    /// The whole history.
    All,
    /// From this day on, in UTC.
    Day(jiff::civil::Date),
}

impl FromStr for SinceDate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse()
            .map(Self::Day)
            .map_err(|_| format!("{text:?} is neither a date such as 2020-01-31 nor `all`"))
    }
}

impl TryFrom<String> for SinceDate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SinceDate> for String {
    fn from(since: SinceDate) -> Self {
        since.to_string()
    }
}

impl fmt::Display for SinceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Day(date) => date.fmt(f),
        }
    }
}

/// A commit that may be a security fix. As JSON its hexadecimal id and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(String, String)", into = "(String, String)")]
pub struct SelectedCommit {
    /// The commit.
    pub commit: ObjectId,
    /// What speaks for it.
    pub why: SelectionReason,
}

/// What speaks for a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectionReason {
    /// Its own message.
    Message,
    /// The message of the merge that brought it in.
    Merge(ObjectId),
    /// Somebody names it as a fix, whatever its message says.
    Named,
}

impl TryFrom<(String, String)> for SelectedCommit {
    type Error = String;

    fn try_from((commit, why): (String, String)) -> Result<Self, String> {
        let id = |text: &str| ObjectId::from_hex(text.as_bytes()).map_err(|error| error.to_string());
        let why = match why.as_str() {
            "message" => SelectionReason::Message,
            "named" => SelectionReason::Named,
            merge => SelectionReason::Merge(id(merge)?),
        };
        Ok(Self { commit: id(&commit)?, why })
    }
}

impl From<SelectedCommit> for (String, String) {
    fn from(chosen: SelectedCommit) -> Self {
        let why = match chosen.why {
            SelectionReason::Message => "message".to_owned(),
            SelectionReason::Named => "named".to_owned(),
            SelectionReason::Merge(id) => id.to_string(),
        };
        (chosen.commit.to_string(), why)
    }
}

/// The commits of a repository that may be security fixes.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// How many commits were looked at.
    pub(crate) walked: u64,
    /// How many could not be read; what only they lead to is missing.
    pub(crate) unreadable: u64,
    /// The chosen ones, newest first.
    pub(crate) commits: Vec<SelectedCommit>,
}

/// Looks at the messages of all commits that the head can reach, newest first. A merge that
/// speaks of security stands for the commits that it brought in.
pub(crate) fn select(
    repository: &gix::Repository,
    since: Option<&SinceDate>,
    stop: &dyn Fn() -> bool,
) -> Result<Selection, String> {
    let unreadable = |error: gix::Error| format!("cannot read the history: {error}");
    let head = repository.head().map_err(unreadable)?;
    if head.is_unborn() {
        // A repository without a commit has nothing to mine.
        return Ok(Selection::default());
    }
    let head = head.into_peeled_id().map_err(unreadable)?;
    let order = CommitTimeOrder::NewestFirst;
    let newest = repository.find_commit(head).map_err(unreadable)?.time();
    let sorting = match since {
        Some(SinceDate::All) => Sorting::ByCommitTime(order),
        Some(SinceDate::Day(date)) => {
            let start = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| error.to_string())?;
            Sorting::ByCommitTimeCutoff { order, seconds: start.timestamp().as_second() }
        }
        None => match newest {
            Ok(newest) => {
                Sorting::ByCommitTimeCutoff { order, seconds: newest.seconds.saturating_sub(THREE_YEARS) }
            }
            // A date that makes no sense cuts nothing off.
            Err(_) => Sorting::ByCommitTime(order),
        },
    };
    let mut selection = Selection::default();
    let mut through = Vec::new();
    let walk = |sorting| repository.rev_walk([head.detach()]).sorting(sorting).all();
    // Where the head has no date, there is no order by dates.
    let walk = walk(sorting).or_else(|_| walk(Sorting::BreadthFirst)).map_err(unreadable)?;
    for info in walk {
        // A damaged commit ends its own line of history; the walk goes on along the others.
        let Ok((info, commit)) = info.and_then(|info| info.object().map(|commit| (info, commit))) else {
            selection.unreadable += 1;
            continue;
        };
        if selection.walked % STRIDE == 0 && stop() {
            return Err("stopped".to_owned());
        }
        selection.walked += 1;
        let message = String::from_utf8_lossy(commit.message_raw_sloppy());
        let parents = info.parent_ids.len();
        // One that is turned away for its class is taken along, to be counted as such.
        let judgement = JUDGE.judge(&message, parents);
        if judgement.score < SELECTION_THRESHOLD {
            continue;
        }
        // A merge that is itself the fix, such as that of an advisory's private fork, is not
        // looked through: its commits may be nowhere else.
        if parents > 1 && !judgement.selected {
            through.push((selection.commits.len(), info.id));
        } else {
            selection.commits.push(SelectedCommit { commit: info.id, why: SelectionReason::Message });
        }
    }
    look_through(repository, &mut selection, &through);
    Ok(selection)
}

/// Puts the commits that a merge brought in at the place of the merge, unless they were
/// chosen for their own message.
fn look_through(repository: &gix::Repository, selection: &mut Selection, merges: &[(usize, ObjectId)]) {
    let mut chosen: std::collections::BTreeSet<ObjectId> =
        selection.commits.iter().map(|chosen| chosen.commit).collect();
    let own = std::mem::take(&mut selection.commits);
    let mut merges = merges.iter().peekable();
    for (at, commit) in own.into_iter().map(Some).chain([None]).enumerate() {
        while let Some((_, merge)) = merges.next_if(|(place, _)| *place == at) {
            for commit in brought_in(repository, *merge) {
                if chosen.insert(commit) {
                    selection.commits.push(SelectedCommit { commit, why: SelectionReason::Merge(*merge) });
                }
            }
        }
        selection.commits.extend(commit);
    }
}

/// The commits that came with a merge: those that its first parent cannot reach. None if
/// there are more than [`THROUGH`].
fn brought_in(repository: &gix::Repository, merge: ObjectId) -> Vec<ObjectId> {
    let Ok(commit) = repository.find_commit(merge) else { return Vec::new() };
    let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
    let Some((first, others)) = parents.split_first() else { return Vec::new() };
    let walk = repository
        .rev_walk(others.iter().copied())
        .with_hidden([*first])
        .sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst))
        .all();
    let Ok(walk) = walk else { return Vec::new() };
    let commits: Vec<_> = walk
        .map_while(Result::ok)
        .filter(|info| info.parent_ids.len() == 1)
        .take(THROUGH + 1)
        .map(|info| info.id)
        .collect();
    if commits.len() > THROUGH { Vec::new() } else { commits }
}
