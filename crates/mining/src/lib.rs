//! The collector `repo`: security-fix commits mined from git repositories.
//!
//! A commit is chosen by its message ([`message`]), its files by their paths, and the
//! functions that it changed by what speaks for them as the fix ([`scoring`]). Repositories
//! are only read: no checkout, no hooks, no program of theirs is ever run.

mod advisory_context;
mod changed_files;
mod commit_miner;
mod fix_commit;
mod history;
pub mod message;
mod pair_sample;
mod pattern;
pub mod scoring;
mod selected_commit;
mod since;

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard_dataset::Rejection;
use streamguard_engine::{JobError, PlanContext, ShardError, ShardLimits};

pub use advisory_context::AdvisoryContext;
pub use commit_miner::CommitMiner;
pub use fix_commit::is_security_fix;
pub use selected_commit::{SelectedCommit, SelectionReason};
pub use since::SinceDate;

use history::{CommitSelection, select_commits};
use streamguard_cache::Progress;
use streamguard_collect::{Collector, Samples, interleave};
use streamguard_git::{self as git, Source, open};
use streamguard_http::{Credentials, UpstreamAccess, UpstreamSettings};
use streamguard_snapshot as snapshot;

/// The repositories that are mined when none is named.
pub const DEFAULT_REPOSITORIES: [&str; 12] = [
    "https://github.com/django/django",
    "https://github.com/pallets/flask",
    "https://github.com/sqlalchemy/sqlalchemy",
    "https://github.com/psf/requests",
    // It was tiangolo/fastapi until 2024; redirects are not followed.
    "https://github.com/fastapi/fastapi",
    "https://github.com/Pylons/pyramid",
    "https://github.com/expressjs/express",
    "https://github.com/nodejs/node",
    "https://github.com/koajs/koa",
    "https://github.com/fastify/fastify",
    "https://github.com/nestjs/nest",
    "https://github.com/hapijs/hapi",
];

/// Commits in one shard: a second or two of work, mostly parsing.
const SHARD: usize = 25;

/// How many repositories are looked through at once to plan, at most: each keeps what it walks over
/// in memory, and they may lie on one disk.
const PLANNERS: usize = 8;

/// Settings of the collector `repo`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RepoCollector {
    /// Repositories to mine, as local paths or https:// URLs [default: twelve well-known web projects]
    #[arg(long, value_name = "PATH|URL", num_args = 1..)]
    pub repo: Vec<String>,
    /// How many samples to mine at most
    #[arg(long, value_name = "N", default_value_t = Self::default().repo_samples)]
    pub repo_samples: u64,
    /// Oldest commits to mine, and oldest changes of advisories to ask for: a date such as 2020-01-31, or
    /// `all` [default: commits of 3 years before the newest one of each repository, all advisories]
    #[arg(long, value_name = "DATE")]
    pub since: Option<SinceDate>,
    /// Least confidence, from 0 to 1, that a changed function belongs to the fix
    #[arg(long, value_name = "P", default_value_t = Self::default().min_confidence, value_parser = fraction)]
    pub min_confidence: f64,
    /// Repositories below some URLs are fetched from elsewhere
    #[arg(skip)]
    pub git_mirrors: Vec<git::Mirror>,
    /// Repositories that take more room than this are left out, in MiB
    #[arg(skip)]
    pub max_repo_size: u64,
    /// Settings of the upstreams
    #[arg(skip)]
    #[serde(rename = "access")]
    pub upstream: UpstreamSettings,
}

impl Default for RepoCollector {
    fn default() -> Self {
        Self {
            repo: Vec::new(),
            repo_samples: 20_000,
            since: None,
            min_confidence: 0.5,
            git_mirrors: Vec::new(),
            max_repo_size: git::MAX_BYTES >> 20,
            upstream: UpstreamSettings::default(),
        }
    }
}

/// A number from 0 to 1.
fn fraction(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| format!("{text:?} is no number from 0 to 1"))
}

/// Payload of one shard.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepoShard {
    /// Commits of a repository on this machine, newest first.
    Commits {
        /// Folder of the repository.
        path: PathBuf,
        /// Name of the repository in its samples.
        name: String,
        /// Number of commits that were looked at to select these; on the first shard of a repository.
        #[serde(default)]
        walked: u64,
        /// Number of commits that could not be read meanwhile; on the first shard as well.
        #[serde(default)]
        unreadable: u64,
        /// Commits to mine.
        commits: Vec<SelectedCommit>,
    },
    /// A whole remote repository, which is fetched first.
    Remote {
        /// URL of the repository.
        url: String,
    },
    /// A repository that cannot be mined; it fails alone.
    Refused {
        /// Reason why it cannot be mined.
        reason: String,
    },
}

impl Collector for RepoCollector {
    type Shard = RepoShard;
    type Context = UpstreamAccess;

    fn name(&self) -> &'static str {
        "repo"
    }

    fn target(&self) -> u64 {
        self.repo_samples
    }

    fn limits(&self) -> ShardLimits {
        // A first clone of a large repository takes its time; git itself gives up on a dead line.
        ShardLimits { deadline: Duration::from_secs(3600), ..ShardLimits::default() }
    }

    fn context(&self) -> UpstreamAccess {
        // Git hosts are asked without credentials.
        UpstreamAccess::new(self.upstream.clone(), Credentials::default())
    }

    fn plan(&self, planning: &PlanContext) -> Result<Vec<RepoShard>, JobError> {
        let queues = on_threads(&self.sources()?, |source| match source {
            Err(reason) => vec![RepoShard::Refused { reason: reason.clone() }],
            Ok(Source::Remote { url }) => vec![RepoShard::Remote { url: url.clone() }],
            Ok(Source::Local { path, name }) => {
                match select_commits(path, self.since.as_ref(), &|| planning.cancel.requested()) {
                    Ok(selection) => shards(path, name, &selection),
                    Err(reason) => vec![RepoShard::Refused { reason }],
                }
            }
        });
        if planning.cancel.requested() {
            return Err(JobError::Stopped);
        }
        Ok(interleave(queues))
    }

    fn collect(
        &self,
        shard: &RepoShard,
        access: &UpstreamAccess,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        match shard {
            RepoShard::Commits { path, name, walked, unreadable, commits } => {
                count(*walked, *unreadable, samples);
                self.mine(path, name, commits, samples)
            }
            RepoShard::Refused { reason } => Err(ShardError::Failed(reason.clone())),
            RepoShard::Remote { url } => {
                // Who named it may reach it, wherever it is.
                let mirrors = [self.git_mirrors.as_slice(), &[git::Mirror::itself(url)]].concat();
                let (fetched, selection) = {
                    let stop = || samples.check().is_err();
                    let locate = |url: &str| access.redirect_target(url, &stop);
                    let progress = |text: &str| samples.set_activity(Some(text));
                    let fetching = self.fetching(&mirrors, &stop, &progress, &locate);
                    let fetched = git::history(url, &fetching)?;
                    let selection = select_commits(&fetched.path, self.since.as_ref(), &stop);
                    if let Ok(selection) = &selection {
                        let ids = selection.commits.iter().map(|chosen| chosen.commit);
                        git::blobs(&fetched, ids, &fetching)?;
                    }
                    samples.set_activity(None);
                    (fetched, selection)
                };
                let selection = match selection {
                    Ok(selection) => selection,
                    Err(reason) => return samples.check().and(Err(ShardError::Failed(reason))),
                };
                count(selection.walked, selection.unreadable, samples);
                samples.info(format!("{url}: {} commits chosen", selection.commits.len()));
                self.mine(&fetched.path, &fetched.url, &selection.commits, samples)
            }
        }
    }
}

impl RepoCollector {
    /// What is to be mined, each once; what cannot be is there with the reason.
    fn sources(&self) -> Result<Vec<Result<Source, String>>, JobError> {
        if let (Some(folder), true) = (&self.upstream.snapshot, self.repo.is_empty()) {
            let sources = snapshot::repositories(folder).map_err(JobError::failed)?;
            if !sources.is_empty() {
                return Ok(sources.into_iter().map(Ok).collect());
            }
        }
        let twelve = DEFAULT_REPOSITORIES.map(str::to_owned);
        let specs = if self.repo.is_empty() { &twelve[..] } else { &self.repo };
        let mut seen = BTreeSet::new();
        let sources = specs.iter().map(|spec| Source::parse(spec).map_err(|error| error.to_string()));
        Ok(sources.filter(|source| seen.insert(source.clone())).collect())
    }

    fn fetching<'a>(
        &'a self,
        mirrors: &'a [git::Mirror],
        stop: &'a dyn Fn() -> bool,
        progress: &'a dyn Fn(&str),
        locate: git::Locate<'a>,
    ) -> git::Fetching<'a> {
        git::Fetching {
            cache: self.upstream.folder(),
            offline: self.upstream.is_replay(),
            mirrors,
            hosts: &[],
            max_bytes: self.max_repo_size << 20,
            stop,
            progress: Some(progress),
            locate: Some(locate),
        }
    }

    fn mine(
        &self,
        path: &Path,
        name: &str,
        commits: &[SelectedCommit],
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        let repository = open(path).map_err(ShardError::failed)?;
        let mut miner = CommitMiner::new(&repository, name, self.min_confidence);
        for chosen in commits {
            samples.check()?;
            miner.mine(*chosen, samples)?;
        }
        Ok(())
    }
}

/// Counts what was looked at to choose commits.
fn count(walked: u64, unreadable: u64, samples: &mut Samples<'_, '_>) {
    samples.count("commits.walked", walked);
    if unreadable > 0 {
        samples.reject_many(Rejection::UnreadableObject, unreadable);
    }
}

fn shards(path: &Path, name: &str, selection: &CommitSelection) -> Vec<RepoShard> {
    let (mut walked, mut unreadable) = (selection.walked, selection.unreadable);
    let mut chunks: Vec<&[_]> = selection.commits.chunks(SHARD).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    chunks
        .into_iter()
        .map(|commits| RepoShard::Commits {
            path: path.to_owned(),
            name: name.to_owned(),
            walked: std::mem::take(&mut walked),
            unreadable: std::mem::take(&mut unreadable),
            commits: commits.to_vec(),
        })
        .collect()
}

/// Makes something of each, several at a time; the order stays.
fn on_threads<T: Sync, R: Send>(items: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(PLANNERS);
    let some = |first| -> Vec<R> { items.iter().skip(first).step_by(threads).map(&make).collect() };
    let mut made: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(move || some(first))).collect();
        let made =
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        made.map(Vec::into_iter).collect()
    });
    (0..items.len()).filter_map(|at| made[at % threads].next()).collect()
}
