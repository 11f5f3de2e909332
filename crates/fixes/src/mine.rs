//! One repository: fetched, its wanted commits found, and each of them mined once.

use std::collections::BTreeMap;

use gix::ObjectId;
use streamguard_dataset::Weakness;
use streamguard_engine::{LogLevel, ShardError, ShardOutput};

use super::Fixes;
use super::record::Fix;
use super::resolve::{Led, resolve};
use super::wants::{Clue, Piece, Want};
use crate::reference::{History, HistoryError};
use streamguard_collect::Samples;
use streamguard_git::{self as git, Fetched, Fetching, GitError, open};
use streamguard_mining::{AdvisoryContext, CommitMiner};

/// How many repositories of one host are fetched at once, by all runs on this machine.
const LANES: usize = 8;

/// A commit, and the wants that led to it.
#[derive(Default)]
struct Wanted<'p> {
    named: Vec<String>,
    clues: Vec<&'p Clue>,
    trust: f64,
    evidence: Vec<String>,
}

/// What became of the wants of a repository: the commits that they led to, in the order of
/// their ids, and those that led nowhere.
struct Search<'p> {
    fetched: Fetched,
    commits: BTreeMap<ObjectId, Wanted<'p>>,
    problems: Vec<(&'p Want, String)>,
}

/// Fetches a repository, and emits a record for every fix that is wanted of it.
pub(super) fn mine(settings: &Fixes, piece: &Piece, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
    let Search { fetched, commits, problems } = match find(settings, piece, output) {
        Ok(search) => search,
        Err(error) if error.is_lasting() && !piece.kin.is_empty() => {
            return mine_kin(settings, piece, &error.to_string(), output);
        }
        Err(error) if !error.is_lasting() => return Err(error.into()),
        // It cannot be had, now and later: that is the answer to all its wants.
        Err(error) => return give_up(piece, &error.to_string(), output),
    };
    output.count("repositories.fetched", 1);
    if let Some(former) = &fetched.moved_from {
        output.log(LogLevel::Info, format!("{former} is now {}", fetched.url));
        output.count("repositories.moved", 1);
    }
    for (want, problem) in problems {
        emit_problem(&fetched.url, want, &problem, output)?;
    }
    let repository = open(&fetched.path).map_err(ShardError::failed)?;
    let mut miner = CommitMiner::new(&repository, &fetched.url, settings.min_confidence);
    for (commit, wanted) in commits {
        output.check_stopped()?;
        let mut samples = Vec::new();
        let collectors = collectors(wanted.clues.iter().copied());
        let advisory_context = wanted.advisory_context(&collectors);
        miner.mine_advisory_fix(commit, &advisory_context, &mut Samples::keeping(output, &mut samples))?;
        for collector in &collectors {
            output.count(&format!("samples.{collector}"), samples.len() as u64);
        }
        output.emit(&Fix {
            repository: fetched.url.clone(),
            advisories: unique(wanted.clues.iter().map(|clue| &clue.ids[0])),
            named: wanted.named,
            commit: Some(commit.to_string()),
            collectors,
            problem: samples.is_empty().then(|| "nothing that it changes is a sample".to_owned()),
            samples,
        })?;
    }
    Ok(())
}

/// Looks into repositories of the same name for what is wanted of one that cannot be had: a
/// commit with the same id is the same commit.
fn mine_kin(
    settings: &Fixes,
    piece: &Piece,
    problem: &str,
    output: &mut ShardOutput<'_>,
) -> Result<(), ShardError> {
    let (whole, mut rest): (Vec<Want>, Vec<Want>) =
        piece.wants.iter().cloned().partition(|want| want.named.whole_commit().is_some());
    let mut left = Piece { kin: Vec::new(), wants: whole, ..piece.clone() };
    for kin in &piece.kin {
        if left.wants.is_empty() {
            break;
        }
        left.repository.clone_from(kin);
        let found = match find(settings, &left, output) {
            Ok(search) => search.commits.into_values().flat_map(|wanted| wanted.named).collect::<Vec<_>>(),
            Err(error) if error.is_lasting() => continue,
            Err(error) => return Err(error.into()),
        };
        let is_found = |want: &Want| found.contains(&want.named.to_string());
        let (there, missing) = left.wants.into_iter().partition(is_found);
        left.wants = missing;
        let there = Piece { repository: kin.clone(), kin: Vec::new(), wants: there };
        if !there.wants.is_empty() {
            mine(settings, &there, output)?;
        }
    }
    rest.extend(left.wants);
    give_up(&Piece { wants: rest, ..piece.clone() }, problem, output)
}

/// Answers all wants of a repository that cannot be had.
fn give_up(piece: &Piece, problem: &str, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
    output.count("repositories.unreachable", 1);
    output.log(LogLevel::Warning, problem);
    piece.wants.iter().try_for_each(|want| emit_problem(&piece.repository, want, problem, output))
}

/// Finds the wanted commits, and fetches them with the files that they changed.
fn find<'p>(
    settings: &Fixes,
    piece: &'p Piece,
    output: &mut ShardOutput<'_>,
) -> Result<Search<'p>, GitError> {
    let access = &settings.access;
    let stop = || output.check_stopped().is_err();
    let progress = |text: &str| output.set_activity(Some(text));
    let locate = |url: &str| access.location(url, &stop);
    let fetching = Fetching {
        cache: access.folder(),
        offline: access.snapshot.is_some(),
        mirrors: &settings.git_mirrors,
        hosts: &settings.git_hosts,
        max_bytes: settings.max_repo_size << 20,
        stop: &stop,
        progress: Some(&progress),
        locate: Some(&locate),
    };
    let host = piece.repository.trim_start_matches("https://").split('/').next().unwrap_or_default();
    let _lane = access.lane(host, LANES, &stop, &|text| output.set_activity(text))?;
    let searched = search(piece, &fetching);
    output.set_activity(None);
    if let Err(error) = &searched
        && error.is_lasting()
    {
        git::remember(&piece.repository, error, &fetching)?;
    }
    searched
}

fn search<'p>(piece: &'p Piece, fetching: &Fetching<'_>) -> Result<Search<'p>, GitError> {
    let whole: Vec<String> =
        piece.wants.iter().filter_map(|want| want.named.whole_commit()).map(str::to_owned).collect();
    let by_id = whole.len() == piece.wants.len();
    let fetched = match by_id {
        true => git::commits(&piece.repository, &whole, fetching)?,
        false => git::history(&piece.repository, fetching)?,
    };
    let mut repository = open(&fetched.path)?;
    let history = match by_id {
        true => None,
        false => match History::read(repository.clone(), fetching.stop) {
            Ok(history) => Some(history),
            Err(HistoryError::Stopped) => return Err(GitError::Stopped),
            // Whole ids need none.
            Err(HistoryError::Unreadable(_)) => None,
        },
    };
    // What no branch leads to, a server may still give by its id.
    if !by_id && !whole.iter().all(|id| has(&repository, id)) {
        git::commits(&piece.repository, &whole, fetching)?;
        repository = open(&fetched.path)?;
    }
    let mut commits = BTreeMap::<ObjectId, Wanted<'p>>::new();
    let mut problems = Vec::new();
    for want in &piece.wants {
        match resolve(want, &|id| has(&repository, id), history.as_ref()) {
            Ok(led) => led.into_iter().for_each(|led| commits.entry(led.commit).or_default().add(want, &led)),
            Err(problem) => problems.push((want, problem)),
        }
    }
    git::blobs(&fetched, commits.keys().copied(), fetching)?;
    Ok(Search { fetched, commits, problems })
}

/// Whether a commit is at hand.
fn has(repository: &gix::Repository, id: &str) -> bool {
    ObjectId::from_hex(id.as_bytes()).is_ok_and(|id| repository.find_commit(id).is_ok())
}

impl<'p> Wanted<'p> {
    fn add(&mut self, want: &'p Want, led: &Led) {
        self.named.push(want.named.to_string());
        self.clues.extend(&want.clues);
        // The surest way to it counts.
        self.trust = self.trust.max(led.trust);
        let evidence = want.clues.iter().flat_map(|clue| clue.evidence.iter().map(String::as_str));
        for evidence in evidence.chain(led.evidence) {
            if !self.evidence.iter().any(|known| known == evidence) {
                self.evidence.push(evidence.to_owned());
            }
        }
    }

    fn advisory_context(&self, collectors: &[String]) -> AdvisoryContext {
        let weaknesses = self.clues.iter().flat_map(|clue| &clue.cwes);
        AdvisoryContext {
            collector: collectors.first().cloned().unwrap_or_default(),
            advisory_ids: unique(self.clues.iter().flat_map(|clue| &clue.ids)),
            evidence: self.evidence.clone(),
            weaknesses: unique_by(
                weaknesses.filter_map(|cwe| Weakness::by_cwe(cwe.strip_prefix("CWE-")?.parse().ok()?)),
            ),
            text: self.clues.iter().map(|clue| clue.text.as_str()).collect::<Vec<_>>().join("\n\n"),
            confidence: self.trust,
        }
    }
}

/// Says of a want that it led nowhere.
fn emit_problem(
    repository: &str,
    want: &Want,
    problem: &str,
    output: &mut ShardOutput<'_>,
) -> Result<(), ShardError> {
    output.count("fixes.unresolved", 1);
    output.emit(&Fix {
        repository: repository.to_owned(),
        named: vec![want.named.to_string()],
        commit: None,
        advisories: unique(want.clues.iter().map(|clue| &clue.ids[0])),
        collectors: collectors(want.clues.iter()),
        problem: Some(problem.to_owned()),
        samples: Vec::new(),
    })
}

/// Who brought these, in the order of trust.
fn collectors<'c>(clues: impl Iterator<Item = &'c Clue>) -> Vec<String> {
    let mut names = unique(clues.flat_map(|clue| &clue.collectors));
    names.sort_by_key(|name| super::SOURCES.iter().position(|source| source == name));
    names
}

/// Each once, in the order of first mention.
fn unique<'s>(texts: impl Iterator<Item = &'s String>) -> Vec<String> {
    unique_by(texts.cloned())
}

fn unique_by<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut known, item| {
        if !known.contains(&item) {
            known.push(item);
        }
        known
    })
}
