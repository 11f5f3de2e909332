//! Planning: the repositories that are mined, and their commits.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use streamguard_collect::interleave;
use streamguard_engine::{JobError, PlanContext};
use streamguard_git::RepositorySource;
use streamguard_snapshot as snapshot;

use super::gaps::RepositoryPlace;
use super::history::select_commits;
use super::same_patch::drop_same_patches;
use super::settings::{DEFAULT_REPOSITORIES, RepoCollector};
use super::shard::RepoShard;

/// Most repositories whose histories are read at once: each walk keeps its commits in memory, and the
/// repositories may be on one disk.
const MAX_PLANNING_THREADS: usize = 8;

/// Plans the shards of all repositories.
pub(super) fn plan_shards(
    collector: &RepoCollector,
    context: &PlanContext,
) -> Result<Vec<RepoShard>, JobError> {
    let queues = map_on_threads(&sources(collector)?, |source| match source {
        Err(reason) => vec![RepoShard::Refused { reason: reason.clone() }],
        // Its commits are selected by the shard, which fetches the history first.
        Ok(RepositorySource::Remote { url }) => vec![RepoShard::Remote { url: url.clone() }],
        Ok(RepositorySource::Local { path, name }) => {
            plan_local(path, name, collector, &|| context.cancel.requested())
                .unwrap_or_else(|reason| vec![RepoShard::Refused { reason }])
        }
    });
    if context.cancel.requested() {
        return Err(JobError::Stopped);
    }
    Ok(interleave(queues))
}

/// Plans the shards of a repository on this machine.
///
/// # Errors
/// The reason why it cannot be mined.
fn plan_local(
    path: &Path,
    name: &str,
    collector: &RepoCollector,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<RepoShard>, String> {
    let place = RepositoryPlace::local(path, name, &collector.upstream);
    let mut selection = select_commits(path, name, place, collector.selection(), stop)?;
    if selection.is_empty {
        return Ok(vec![RepoShard::Empty { path: path.to_owned() }]);
    }
    drop_same_patches(path, &mut selection, stop);
    Ok(RepoShard::split(path, name, &selection))
}

/// Returns the distinct repositories to mine; an error is the reason why one cannot be mined.
fn sources(collector: &RepoCollector) -> Result<Vec<Result<RepositorySource, String>>, JobError> {
    // A snapshot replaces the defaults by the repositories that it contains.
    if let (Some(folder), true) = (&collector.upstream.snapshot, collector.repo.is_empty()) {
        let sources = snapshot::repositories(folder).map_err(JobError::failed)?;
        if !sources.is_empty() {
            return Ok(sources.into_iter().map(Ok).collect());
        }
    }
    let defaults = DEFAULT_REPOSITORIES.map(str::to_owned);
    let named = if collector.repo.is_empty() { &defaults[..] } else { &collector.repo };
    let mut seen = BTreeSet::new();
    let sources = named.iter().map(|text| RepositorySource::parse(text).map_err(|error| error.to_string()));
    Ok(sources.filter(|source| seen.insert(source.clone())).collect())
}

/// Applies `make` to all items on several threads and returns the results in the order of the items.
fn map_on_threads<T: Sync, R: Send>(items: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_PLANNING_THREADS);
    // Thread `first` takes every `threads`-th item from `first` on.
    let share = |first| -> Vec<R> { items.iter().skip(first).step_by(threads).map(&make).collect() };
    let mut results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(move || share(first))).collect();
        let results =
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        results.map(Vec::into_iter).collect()
    });
    (0..items.len()).filter_map(|index| results[index % threads].next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(
            map_on_threads(&items, |item| item * 2),
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert_eq!(map_on_threads(&[], |item: &u32| *item), [0; 0]);
    }
}
