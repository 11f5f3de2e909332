//! The collector: from the plan of its shards to their samples.

use std::path::Path;
use std::time::Duration;

use streamguard_cache::Progress;
use streamguard_collect::{Collector, Samples};
use streamguard_dataset::Rejection;
use streamguard_engine::{JobError, PlanContext, ShardError, ShardLimits};
use streamguard_git::{self as git, open_repository, shallow_boundary};
use streamguard_http::{Credentials, UpstreamAccess};

use super::commit_miner::CommitMiner;
use super::gaps::{RepositoryPlace, missing_files};
use super::history::{SelectionSettings, select_commits};
use super::plan::plan_shards;
use super::same_patch::drop_same_patches;
use super::selected_commit::SelectedCommit;
use super::settings::RepoCollector;
use super::shard::RepoShard;

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
        // The first clone of a large repository takes long; git itself gives up on a stalled connection.
        ShardLimits { deadline: Duration::from_secs(3600), ..ShardLimits::default() }
    }

    fn context(&self) -> UpstreamAccess {
        // Git hosts are asked without credentials.
        UpstreamAccess::new(self.upstream.clone(), Credentials::default())
    }

    fn plan(&self, planning: &PlanContext) -> Result<Vec<RepoShard>, JobError> {
        plan_shards(self, planning)
    }

    fn collect(
        &self,
        shard: &RepoShard,
        access: &UpstreamAccess,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        samples.set_max_code_chars(self.max_code_chars);
        match shard {
            RepoShard::Commits { path, name, walked, unreadable, same_patches, commits, gaps } => {
                count_walk(*walked, *unreadable, *same_patches, samples);
                gaps.iter().for_each(|gap| samples.incomplete(gap));
                let place = RepositoryPlace::local(path, name, &self.upstream);
                self.mine_commits(path, place, name, commits, samples)
            }
            RepoShard::Empty { path } => {
                samples.warn(format!("{path:?} is an empty repository: it has no commits"));
                Ok(())
            }
            RepoShard::Refused { reason } => Err(ShardError::Failed(reason.clone())),
            RepoShard::Remote { url } => self.mine_remote(url, access, samples),
        }
    }
}

impl RepoCollector {
    /// Returns the settings by which commits are selected.
    pub(crate) fn selection(&self) -> SelectionSettings<'_> {
        SelectionSettings { since: self.since.as_ref(), branches: self.branches }
    }

    /// Fetches a remote repository, selects its commits and mines them.
    fn mine_remote(
        &self,
        url: &str,
        access: &UpstreamAccess,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        // A mirror of the URL itself allows its host: the user who named it may reach it, wherever it is.
        let mirrors = [self.git_mirrors.as_slice(), &[git::MirrorRule::identity(url)]].concat();
        let (fetched, selection) = {
            let stop = || samples.check().is_err();
            let locate = |url: &str, addresses: git::HostAddresses| {
                access.redirect_target(url, addresses.filter(), &stop)
            };
            let progress = |text: &str| samples.set_activity(Some(text));
            let fetching = git::FetchContext {
                cache: self.upstream.folder(),
                offline: self.upstream.is_replay(),
                mirrors: &mirrors,
                hosts: &[],
                max_bytes: git::mebibytes(self.max_repo_size),
                stop: &stop,
                progress: Some(&progress),
                locate: Some(&locate),
            };
            let fetched = git::fetch_history(url, &fetching)?;
            let place = RepositoryPlace::Url(&fetched.url);
            let mut selection = select_commits(&fetched.path, &fetched.url, place, self.selection(), &stop);
            if let Ok(selection) = &mut selection {
                // All files of all commits in one request: one by one, each would be a round trip.
                let ids = selection.commits.iter().map(|selected| selected.commit);
                git::fetch_blobs(&fetched, ids, &fetching)?;
                drop_same_patches(&fetched.path, selection, &stop);
            }
            samples.set_activity(None);
            (fetched, selection)
        };
        let selection = match selection {
            Ok(selection) => selection,
            // If the run was stopped, that is the reason.
            Err(reason) => return samples.check().and(Err(ShardError::Failed(reason))),
        };
        count_walk(selection.walked, selection.unreadable, selection.same_patches, samples);
        if selection.is_empty {
            samples.warn(format!("{url} is an empty repository: it has no commits"));
        }
        selection.gaps.iter().for_each(|gap| samples.incomplete(gap));
        let count = selection.commits.len();
        samples.info(format!("{url}: {count} {} selected", if count == 1 { "commit" } else { "commits" }));
        let place = RepositoryPlace::Url(&fetched.url);
        self.mine_commits(&fetched.path, place, &fetched.url, &selection.commits, samples)
    }

    /// Mines commits of a repository that messages call by `place`, and samples by `name`.
    fn mine_commits(
        &self,
        path: &Path,
        place: RepositoryPlace<'_>,
        name: &str,
        commits: &[SelectedCommit],
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        let repository = open_repository(path).map_err(ShardError::failed)?;
        // A shallow boundary is a gap of the history, which is reported once for the repository.
        let boundary = shallow_boundary(&repository).unwrap_or_default();
        let mut miner = CommitMiner::new(&repository, name, self.min_confidence).with_benign(self.benign);
        let mut lacking = 0;
        for selected in commits {
            samples.check()?;
            let is_whole = miner.mine(*selected, samples)?;
            lacking += usize::from(!is_whole && !boundary.contains(&selected.commit));
        }
        if lacking > 0 {
            samples.incomplete(missing_files(&repository, place, lacking));
        }
        Ok(())
    }
}

/// Counts the commits that were read to select others.
fn count_walk(walked: u64, unreadable: u64, same_patches: u64, samples: &mut Samples<'_, '_>) {
    samples.count("commits.walked", walked);
    if same_patches > 0 {
        samples.reject_many(Rejection::SamePatch, same_patches);
    }
    if unreadable > 0 {
        samples.reject_many(Rejection::UnreadableObject, unreadable);
    }
}
