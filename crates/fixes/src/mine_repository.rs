//! Mining of one repository: it is fetched once, and each of its fix commits is mined once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gix::ObjectId;
use streamguard_collect::Samples;
use streamguard_dataset::{SampleKind, Weakness};
use streamguard_engine::{LogLevel, ShardError, ShardOutput};
use streamguard_git::{self as git, FetchContext, FetchedRepository, GitError, open_repository};
use streamguard_http::UpstreamAccess;
use streamguard_mining::{AdvisoryContext, CommitMiner};

use crate::fix_record::FixRecord;
use crate::fix_refs::{AdvisoryEvidence, FixRef, FixShard};
use crate::later_fixes::LaterFixes;
use crate::reference::{CommitHistory, HistoryError};
use crate::release_tags::ReleaseTags;
use crate::resolve::{ResolvedCommit, resolve, resolve_below};
use crate::settings::FixesSettings;

/// Number of repositories of one host that are fetched at once, by all runs on this machine.
const SLOTS_PER_HOST: usize = 8;

/// Miner of the repositories of a run.
pub(crate) struct RepositoryMiner<'a> {
    pub(crate) settings: &'a FixesSettings,
    /// Names of the sources, the most trusted one first.
    pub(crate) sources: &'a [&'static str],
    pub(crate) access: &'a UpstreamAccess,
}

/// A fix commit, and the references that led to it.
#[derive(Default)]
struct FixCommit<'s> {
    /// References as text.
    named: Vec<String>,
    advisories: Vec<&'s AdvisoryEvidence>,
    confidence: f64,
    evidence: Vec<String>,
}

/// A repository with the commits that its fix references led to, in the order of their ids, and the
/// references that led nowhere, each with the reason.
struct ResolvedRepository<'s> {
    fetched: FetchedRepository,
    commits: BTreeMap<ObjectId, FixCommit<'s>>,
    unresolved: Vec<(&'s FixRef, String)>,
    /// Whether a part of the history is missing in which references were looked for.
    lacks_history: bool,
    /// Whether an object that was read to resolve references is damaged.
    is_damaged: bool,
}

impl RepositoryMiner<'_> {
    /// Fetches a repository, and emits a record for each of its fixes.
    pub(crate) fn mine(&self, shard: &FixShard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let resolved = match self.fetch(shard, output) {
            Ok(resolved) => resolved,
            Err(error) if error.is_lasting() && !shard.forks.is_empty() => {
                return self.mine_forks(shard, &error.to_string(), output);
            }
            Err(error) if !error.is_lasting() => return Err(error.into()),
            // A later attempt would fail as well, so the failure is the result for all of its fixes.
            Err(error) => return self.give_up(shard, &error.to_string(), output),
        };
        let ResolvedRepository { fetched, commits, unresolved, lacks_history, is_damaged } = resolved;
        output.count("repositories.fetched", 1);
        if let Some(former) = &fetched.moved_from {
            output.log(LogLevel::Info, format!("{former} is now {}", fetched.url));
            output.count("repositories.moved", 1);
        }
        let sought = unresolved.iter().filter(|(fix, _)| fix.locator.commit_id().is_none()).count();
        if lacks_history && sought > 0 {
            let fixes_were =
                if sought == 1 { "1 fix was".to_owned() } else { format!("{sought} fixes were") };
            let name = &fetched.url;
            output.incomplete(format!(
                "{name} lacks a part of its history, and {fixes_were} not found in the rest"
            ));
        }
        if is_damaged {
            output.incomplete(format!(
                "the copy of {} in the cache is damaged; run again with --resume",
                fetched.url
            ));
        }
        for (fix, problem) in unresolved {
            self.emit_unresolved(&fetched.url, fix, &problem, output)?;
        }
        let repository = open_repository(&fetched.path).map_err(ShardError::failed)?;
        let mut miner = CommitMiner::new(&repository, &fetched.url, self.settings.min_confidence)
            .with_benign(self.settings.benign);
        let mut later_fixes = LaterFixes::default();
        for (commit, fix) in newest_first(&repository, commits) {
            output.check_stopped()?;
            let mut samples = Vec::new();
            let collectors = self.collectors(fix.advisories.iter().copied());
            let context = fix.advisory_context(&collectors);
            let mut kept = Samples::keeping(output, &mut samples);
            kept.set_max_code_chars(self.settings.max_code_chars);
            let is_whole = miner.mine_advisory_fix(commit, &context, &mut kept)?;
            let problem = match is_whole {
                true => "nothing that it changes is a sample",
                false if repository.damaged_reads() > 0 => "its copy in the cache is damaged",
                false => "its host does not have all files that it changes",
            };
            if !is_whole {
                output.incomplete(format!("{}, commit {commit}: {problem}", fetched.url));
            }
            later_fixes.flag(&mut samples);
            let counted = samples.iter().filter(|sample| sample.kind != SampleKind::Benign).count() as u64;
            for collector in &collectors {
                output.count(&format!("samples.{collector}"), counted);
            }
            output.emit(&FixRecord {
                repository: fetched.url.clone(),
                advisories: unique(fix.advisories.iter().map(|advisory| &advisory.ids[0])),
                named: fix.named,
                commit: Some(commit.to_string()),
                collectors,
                problem: samples.is_empty().then(|| problem.to_owned()),
                samples,
            })?;
        }
        Ok(())
    }

    /// Looks for the fixes of a repository that cannot be fetched in repositories of the same name. A
    /// commit with the same id is the same commit, whichever repository it comes from; other
    /// references mean nothing elsewhere.
    fn mine_forks(
        &self,
        shard: &FixShard,
        problem: &str,
        output: &mut ShardOutput<'_>,
    ) -> Result<(), ShardError> {
        let (by_id, mut rest): (Vec<FixRef>, Vec<FixRef>) =
            shard.refs.iter().cloned().partition(|fix| fix.locator.commit_id().is_some());
        let mut missing = FixShard { forks: Vec::new(), refs: by_id, ..shard.clone() };
        for fork in &shard.forks {
            if missing.refs.is_empty() {
                break;
            }
            missing.repository.clone_from(fork);
            let found = match self.fetch(&missing, output) {
                Ok(resolved) => resolved.commits.into_values().flat_map(|fix| fix.named).collect::<Vec<_>>(),
                Err(error) if error.is_lasting() => continue,
                Err(error) => return Err(error.into()),
            };
            let is_found = |fix: &FixRef| found.contains(&fix.locator.to_string());
            let (refs, others) = missing.refs.into_iter().partition(is_found);
            missing.refs = others;
            let in_fork = FixShard { repository: fork.clone(), forks: Vec::new(), refs };
            if !in_fork.refs.is_empty() {
                self.mine(&in_fork, output)?;
            }
        }
        rest.extend(missing.refs);
        self.give_up(&FixShard { refs: rest, ..shard.clone() }, problem, output)
    }

    /// Emits the failure of a repository as the result of all of its fixes.
    fn give_up(
        &self,
        shard: &FixShard,
        problem: &str,
        output: &mut ShardOutput<'_>,
    ) -> Result<(), ShardError> {
        output.count("repositories.unreachable", 1);
        output.log(LogLevel::Warning, problem);
        shard.refs.iter().try_for_each(|fix| self.emit_unresolved(&shard.repository, fix, problem, output))
    }

    /// Fetches a repository with the commits that its references lead to, and the files that these
    /// changed. A failure that will last is remembered in the cache.
    fn fetch<'s>(
        &self,
        shard: &'s FixShard,
        output: &mut ShardOutput<'_>,
    ) -> Result<ResolvedRepository<'s>, GitError> {
        let stop = || output.check_stopped().is_err();
        let progress = |text: &str| output.set_activity(Some(text));
        let locate = |url: &str, addresses: git::HostAddresses| {
            self.access.redirect_target(url, addresses.filter(), &stop)
        };
        let upstream = self.access.settings();
        let fetching = FetchContext {
            cache: upstream.folder(),
            offline: upstream.is_replay(),
            mirrors: &self.settings.git_mirrors,
            hosts: &self.settings.git_hosts,
            max_bytes: git::mebibytes(self.settings.max_repo_size),
            stop: &stop,
            progress: Some(&progress),
            locate: Some(&locate),
        };
        let host = shard.repository.trim_start_matches("https://").split('/').next().unwrap_or_default();
        let _slot = self.access.host_slot(host, SLOTS_PER_HOST, &stop, &|text| output.set_activity(text))?;
        let resolved = fetch_and_resolve(shard, &fetching);
        output.set_activity(None);
        if let Err(error) = &resolved
            && error.is_lasting()
        {
            git::record_failure(&shard.repository, error, &fetching)?;
        }
        resolved
    }

    /// Emits a fix that was not found.
    fn emit_unresolved(
        &self,
        repository: &str,
        fix: &FixRef,
        problem: &str,
        output: &mut ShardOutput<'_>,
    ) -> Result<(), ShardError> {
        output.count("fixes.unresolved", 1);
        output.emit(&FixRecord {
            repository: repository.to_owned(),
            named: vec![fix.locator.to_string()],
            commit: None,
            advisories: unique(fix.advisories.iter().map(|advisory| &advisory.ids[0])),
            collectors: self.collectors(fix.advisories.iter()),
            problem: Some(problem.to_owned()),
            samples: Vec::new(),
        })
    }

    /// Returns the sources of some advisories, the most trusted one first.
    fn collectors<'e>(&self, advisories: impl Iterator<Item = &'e AdvisoryEvidence>) -> Vec<String> {
        let mut names = unique(advisories.flat_map(|advisory| &advisory.collectors));
        names.sort_by_key(|name| self.sources.iter().position(|source| source == name));
        names
    }
}

/// Fetches a repository, resolves all references, and fetches the files that the commits changed.
fn fetch_and_resolve<'s>(
    shard: &'s FixShard,
    fetching: &FetchContext<'_>,
) -> Result<ResolvedRepository<'s>, GitError> {
    let commit_ids: Vec<String> =
        shard.refs.iter().filter_map(|fix| fix.locator.commit_id()).map(str::to_owned).collect();
    // Commits by id are fetched alone, which is far less than a history.
    let mut all_by_id = commit_ids.len() == shard.refs.len();
    let mut fetched = match all_by_id {
        true => git::fetch_commits(&shard.repository, &commit_ids, fetching)?,
        false => git::fetch_history(&shard.repository, fetching)?,
    };
    let mut repository = open_repository(&fetched.path)?;
    let first = repository.clone();
    let mut releases = ReleaseTags::read(&repository, shard);
    if all_by_id && shard.refs.iter().any(|fix| releases.search(fix, shard).is_some()) {
        fetched = git::fetch_history(&shard.repository, fetching)?;
        repository = open_repository(&fetched.path)?;
        all_by_id = false;
    }
    let opened = repository.clone();
    let history = match all_by_id {
        true => None,
        false => match CommitHistory::read(repository.clone(), fetching.stop) {
            Ok(history) => Some(history),
            Err(HistoryError::Stopped) => return Err(GitError::Stopped),
            // Commits by id are resolved without it.
            Err(HistoryError::Unreadable(_)) => None,
        },
    };
    // A server may still have a commit that no branch leads to any more, and give it by its id.
    if !all_by_id && !commit_ids.iter().all(|id| has_commit(&repository, id)) {
        git::fetch_commits(&shard.repository, &commit_ids, fetching)?;
        repository = open_repository(&fetched.path)?;
    }
    if !all_by_id {
        releases = ReleaseTags::read(&repository, shard);
    }
    let mut commits = BTreeMap::<ObjectId, FixCommit<'s>>::new();
    let mut unresolved = Vec::new();
    for fix in &shard.refs {
        let has_commit = |id: &str| has_commit(&repository, id);
        let found = match releases.bound(fix) {
            None => resolve(fix, &has_commit, history.as_ref()),
            Some(release) => match releases.search(fix, shard) {
                Some(search) => resolve_below(&search, release, &has_commit, history.as_ref()),
                None => Err("it is the commit of a release, and another reference names the fix".to_owned()),
            },
        };
        match found {
            Ok(resolved) => {
                resolved.into_iter().for_each(|one| commits.entry(one.commit).or_default().add(fix, &one));
            }
            Err(problem) => unresolved.push((fix, problem)),
        }
    }
    git::fetch_blobs(&fetched, commits.keys().copied(), fetching)?;
    // Unreadable references are missing history as well.
    let lacks_history = history.is_none_or(|history| history.size().1 > 0);
    // Each opening counts for itself.
    let is_damaged = [first, opened, repository].iter().any(|opened| opened.damaged_reads() > 0);
    Ok(ResolvedRepository { fetched, commits, unresolved, lacks_history, is_damaged })
}

/// Sorts commits by their dates, newest first; those without a valid one come last.
fn newest_first<'s>(
    repository: &gix::Repository,
    commits: BTreeMap<ObjectId, FixCommit<'s>>,
) -> Vec<(ObjectId, FixCommit<'s>)> {
    let mut commits: Vec<_> = commits.into_iter().collect();
    let date = |id: ObjectId| Some(repository.find_commit(id).ok()?.time().ok()?.seconds);
    commits.sort_by_cached_key(|(id, _)| Reverse(date(*id)));
    commits
}

/// Reports whether a commit is in the repository.
fn has_commit(repository: &gix::Repository, id: &str) -> bool {
    // An id of another kind of hash cannot be compared with those of the repository.
    let is_there = |id: ObjectId| id.kind() == repository.object_hash() && repository.find_commit(id).is_ok();
    ObjectId::from_hex(id.as_bytes()).is_ok_and(is_there)
}

impl<'s> FixCommit<'s> {
    /// Adds a reference that led to the commit.
    fn add(&mut self, fix: &'s FixRef, resolved: &ResolvedCommit) {
        self.named.push(fix.locator.to_string());
        self.advisories.extend(&fix.advisories);
        // One sure reference is enough, whatever doubtful ones there are besides.
        self.confidence = self.confidence.max(resolved.confidence);
        let evidence =
            fix.advisories.iter().flat_map(|advisory| advisory.evidence.iter().map(String::as_str));
        for evidence in evidence.chain(resolved.evidence) {
            if !self.evidence.iter().any(|known| known == evidence) {
                self.evidence.push(evidence.to_owned());
            }
        }
    }

    /// Returns what the advisories say of the commit, for the miner.
    fn advisory_context(&self, collectors: &[String]) -> AdvisoryContext {
        let cwes = self.advisories.iter().flat_map(|advisory| &advisory.cwes);
        let texts =
            self.advisories.iter().map(|advisory| advisory.text.as_str()).filter(|text| !text.is_empty());
        AdvisoryContext {
            collector: collectors.first().cloned().unwrap_or_default(),
            advisory_ids: unique(self.advisories.iter().flat_map(|advisory| &advisory.ids)),
            evidence: self.evidence.clone(),
            weaknesses: unique_items(
                cwes.filter_map(|cwe| Weakness::by_cwe(cwe.strip_prefix("CWE-")?.parse().ok()?)),
            ),
            functions: unique_items(self.advisories.iter().flat_map(|one| &one.functions).cloned()),
            introduced_by: unique(self.advisories.iter().flat_map(|one| &one.introduced)),
            text: texts.collect::<Vec<_>>().join("\n\n"),
            confidence: self.confidence,
        }
    }
}

/// Returns each text once, in the order of first mention.
fn unique<'s>(texts: impl Iterator<Item = &'s String>) -> Vec<String> {
    unique_items(texts.cloned())
}

fn unique_items<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut known, item| {
        if !known.contains(&item) {
            known.push(item);
        }
        known
    })
}
