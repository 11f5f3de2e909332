//! Jobs whose shards run on other machines: a thread for each job submits all of its shards, and
//! records the results that come back.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Instant;

use super::error::RunError;
use super::run_loop::RunLoop;
use crate::cancel_token::CancelToken;
use crate::cluster::Cluster;
use crate::error::JobError;
use crate::event::{EventKind, LogLevel};
use crate::run_options::RunMode;
use crate::run_paths::RunPaths;
use crate::schedule::{self, Lease};
use crate::shard_store::ShardStore;
use crate::submission::{SubmissionStore, latest_submission};
use crate::submission_runner::{
    ClusterRunError, EndedAttempts, SubmissionRunner, load_results, still_submitted,
};
use crate::worker_pool::{IDLE_INTERVAL, LoopMessage, PoolState, WorkerPool};

/// Source of the results of shards that do not run in this process.
#[derive(Clone)]
enum RemoteMode {
    /// A cluster runs them.
    Cluster(Arc<dyn Cluster>),
    /// They have run already.
    Done,
}

/// A job whose shards run on other machines.
struct RemoteJob {
    pool: Arc<WorkerPool>,
    job: usize,
    mode: RemoteMode,
    paths: RunPaths,
    clock_ms: u64,
    cancel: CancelToken,
}

impl RunLoop<'_> {
    /// Starts the threads of the jobs, if shards run on other machines. Returns false if they run here.
    pub(super) fn start_cluster_jobs(&mut self) -> Result<bool, RunError> {
        let mode = match &self.options.mode {
            RunMode::Threading | RunMode::Process(_) => {
                self.warn_of_submissions();
                return Ok(false);
            }
            RunMode::Cluster(cluster) => RemoteMode::Cluster(Arc::clone(cluster)),
            RunMode::Merge => RemoteMode::Done,
        };
        let dir = self.dir.ok_or(RunError::NoRunDir)?;
        // A thread for each job: a cluster that takes long to answer about one must not delay the others.
        for job in 0..self.pool.jobs.len() {
            let remote = RemoteJob {
                pool: Arc::clone(&self.pool),
                job,
                mode: mode.clone(),
                paths: dir.paths().clone(),
                clock_ms: dir.clock_ms(),
                cancel: self.options.cancel.clone(),
            };
            let thread = std::thread::Builder::new()
                .name(format!("cluster-{job}"))
                .spawn(move || remote.run())
                .map_err(RunError::Thread)?;
            self.cluster_threads.push(thread);
        }
        Ok(true)
    }

    /// Warns of submissions that a cluster may still be working on, while this run does the same here.
    fn warn_of_submissions(&self) {
        let Some(dir) = self.dir else { return };
        for (job, definition) in self.pool.jobs.iter().enumerate() {
            let file = latest_submission(&dir.paths().submissions(), definition.name());
            if let Some(location) = file.and_then(|file| file.location()) {
                self.pool.log(job, LogLevel::Warning, still_submitted(&location));
            }
        }
    }
}

impl RemoteJob {
    /// Body of the job's thread: leases all shards that are to run, again and again, until the run is over.
    fn run(&self) {
        while let Some((state, lease)) = self.wait_for_lease() {
            let Some(store) = state.stores[self.job].clone() else { return };
            // Submitting and waiting may take hours.
            drop(state);
            let since = Instant::now();
            let ended = match &self.mode {
                RemoteMode::Done => {
                    self.record_results(load_results(&store, &lease.attempts));
                    Ok(())
                }
                RemoteMode::Cluster(cluster) => self.run_on(&**cluster, &store, &lease),
            };
            let mut state = self.pool.lock();
            match ended {
                // The results were recorded as they came; only the lease is left to return.
                Ok(()) => self.pool.return_lease(&mut state, self.job, Vec::new(), since.elapsed()),
                Err(ClusterRunError::Destination(error)) => self.pool.abort(&mut state, error),
                Err(ClusterRunError::Refused(reason)) => {
                    drop(state);
                    let failed = LoopMessage::Failed(self.job, JobError::Failed(reason));
                    let _ = self.pool.messages.send(failed);
                    return;
                }
            }
        }
    }

    fn wait_for_lease(&self) -> Option<(MutexGuard<'_, PoolState>, Lease)> {
        let mut state = self.pool.lock();
        loop {
            if state.closing {
                return None;
            }
            if let Some(lease) = schedule::lease_all(&mut state.queues, self.job, Instant::now()) {
                return Some((state, lease));
            }
            let waited = self.pool.work_changed.wait_timeout(state, IDLE_INTERVAL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn run_on(
        &self,
        cluster: &dyn Cluster,
        store: &Arc<ShardStore>,
        lease: &Lease,
    ) -> Result<(), ClusterRunError> {
        let (pool, job) = (&self.pool, self.job);
        let name = pool.jobs[job].name();
        let submissions =
            SubmissionStore::open(&self.paths, self.clock_ms, name, store.plan(), cluster.name())
                .map_err(ClusterRunError::Destination)?;
        let is_needed = |shard| {
            let state = pool.lock();
            state.queues[job].as_ref().is_some_and(|queue| !queue.not_needed(shard))
        };
        let mut runner = SubmissionRunner {
            cluster,
            submissions: &submissions,
            store,
            lane: pool.limits[job].lane,
            cancel: &self.cancel,
            is_closing: &|| pool.lock().closing,
            is_needed: &is_needed,
            log: &|level, text| pool.log(job, level, text),
            on_progress: &|progress| pool.queue_event(EventKind::ClusterProgress { job, progress }),
            report: &mut |results| self.record_results(results),
        };
        runner.run(&lease.attempts)
    }

    fn record_results(&self, results: EndedAttempts) {
        self.pool.record_results(&mut self.pool.lock(), self.job, results);
    }
}
