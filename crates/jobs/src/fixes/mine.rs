//! One repository: fetched, its wanted commits found, and each of them mined once.

use std::collections::BTreeMap;
use std::path::Path;

use dataset::Weakness;
use engine::{Level, Output, ShardError};
use gix::ObjectId;

use super::record::Fix;
use super::wants::{Clue, Named, Piece, Want};
use super::{Fixes, trust};
use crate::collector::Samples;
use crate::reference::{History, Target, is_commit_id};
use crate::repo::{Advice, Miner, open};
use crate::upstream::git::{self, Fetched, Fetching, GitError};

/// Most commits whose messages may name an advisory; more are a list of changes, or a bot's.
const MENTIONS: usize = 5;

/// A commit that wants led to.
#[derive(Default)]
struct Found<'p> {
    named: Vec<String>,
    clues: Vec<(&'p Clue, Tier)>,
}

/// How a want led to its commit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tier {
    /// How sure it is, from 0.0 to 1.0.
    pub(super) trust: f64,
    /// What is said of it in the evidence; nothing for a commit that is named itself.
    pub(super) evidence: Option<String>,
}

/// Fetches a repository, and emits a record for every fix that is wanted of it.
pub(super) fn mine(settings: &Fixes, piece: &Piece, output: &mut Output<'_>) -> Result<(), ShardError> {
    let (commits, problems, fetched) = match find(settings, piece, output)? {
        Ok(found) => found,
        // Nothing of this repository can be had: that is an answer for each of its wants.
        Err(problem) => {
            output.count("repositories.unreachable", 1);
            output.note(Level::Warning, problem.clone());
            return piece.wants.iter().try_for_each(|want| {
                emit_problem(&piece.repository, want, &problem, output)
            });
        }
    };
    output.count("repositories.fetched", 1);
    for (want, problem) in problems {
        emit_problem(&fetched.url, want, &problem, output)?;
    }
    let repository = open(&fetched.path).map_err(ShardError::failed)?;
    let mut miner = Miner::new(&repository, &fetched.url, settings.min_confidence);
    for (commit, found) in commits {
        output.check()?;
        let mut samples = Vec::new();
        let advice = advice(&found);
        miner.mine_named(commit, &advice, &mut Samples::keeping(output, &mut samples))?;
        let collectors = collectors(found.clues.iter().map(|(clue, _)| *clue));
        for collector in &collectors {
            output.count(&format!("samples.{collector}"), samples.len() as u64);
        }
        output.count("samples", samples.len() as u64);
        let advisories = unique(found.clues.iter().map(|(clue, _)| &clue.ids[0]));
        output.emit(&Fix {
            repository: fetched.url.clone(),
            named: found.named,
            commit: Some(commit.to_string()),
            advisories,
            collectors,
            problem: samples.is_empty().then(|| "nothing in it is a sample".to_owned()),
            samples,
        })?;
    }
    Ok(())
}

/// What became of the wants: the commits that they lead to, in the order of their ids, and what
/// leads nowhere.
type Search<'p> = (BTreeMap<ObjectId, Found<'p>>, Vec<(&'p Want, String)>, Fetched);

/// Finds the wanted commits, and fetches them with the files that they changed. `Ok(Err(..))` if
/// the repository cannot be had, now and later.
fn find<'p>(
    settings: &Fixes,
    piece: &'p Piece,
    output: &mut Output<'_>,
) -> Result<Result<Search<'p>, String>, ShardError> {
    let access = &settings.access;
    let notes = std::cell::RefCell::new(Vec::new());
    let stopped = || output.check().is_err();
    let locate = |url: &str| access.location(url);
    let fetching = Fetching {
        cache: access.snapshot.as_deref().unwrap_or(&access.cache),
        offline: access.snapshot.is_some(),
        mirrors: &settings.git_mirrors,
        hosts: &settings.git_hosts,
        max_bytes: settings.max_repo_size << 20,
        stop: &stopped,
        progress: Some(&|said: &str| notes.borrow_mut().push(said.to_owned())),
        locate: Some(&locate),
    };
    match search(piece, &fetching) {
        Ok(search) => Ok(Ok(search)),
        Err(GitError::Stopped) => Err(ShardError::Stopped),
        Err(error @ (GitError::Missing(_) | GitError::Cache { .. })) => Err(ShardError::failed(error)),
        Err(error) if error.may_pass() => Err(ShardError::retry(error)),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn search<'p>(piece: &'p Piece, fetching: &Fetching<'_>) -> Result<Search<'p>, GitError> {
    let whole: Vec<String> = piece.wants.iter().filter_map(|want| want.named.whole_commit()).collect();
    let fetched = if whole.len() == piece.wants.len() {
        git::commits(&piece.repository, &whole, fetching)?
    } else {
        git::history(&piece.repository, fetching)?
    };
    let mut commits = BTreeMap::<ObjectId, Found<'p>>::new();
    let mut problems = Vec::new();
    let mut history = None;
    for want in &piece.wants {
        match resolve(want, &fetched.path, &mut history, fetching.stop)? {
            Ok(found) => {
                for (commit, tier) in found {
                    let entry = commits.entry(commit).or_default();
                    entry.named.push(want.named.to_string());
                    entry.clues.extend(want.clues.iter().map(|clue| (clue, tier.clone())));
                }
            }
            Err(problem) => problems.push((want, problem)),
        }
    }
    git::blobs(&fetched, commits.keys().copied(), fetching)?;
    Ok((commits, problems, fetched))
}

/// The commits that a want leads to, or why there are none.
fn resolve(
    want: &Want,
    path: &Path,
    history: &mut Option<History>,
    stop: &dyn Fn() -> bool,
) -> Result<Result<Vec<(ObjectId, Tier)>, String>, GitError> {
    todo_resolve(want, path, history, stop)
}
