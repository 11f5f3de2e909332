//! Jobs whose shards run on other machines. Each job has a thread that submits its shards to a cluster, or, in
//! the mode `merge`, only looks for their results; the thread records the results.

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
use crate::shared_run::{IDLE_INTERVAL, LoopMessage, SharedRun, SharedState};
use crate::submission::{SubmissionStore, latest_submission};
use crate::submission_runner::{
    ClusterRunError, EndedAttempts, SubmissionRunner, load_results, still_submitted_warning,
};

/// Way in which this run gets the results of shards that run on other machines.
#[derive(Clone)]
enum RemoteMode {
    /// A cluster runs the shards now.
    Cluster(Arc<dyn Cluster>),
    /// The shards ran before this run began ([`RunMode::Merge`]).
    AlreadyRun,
}

/// A job whose shards run on other machines.
struct RemoteJob {
    shared: Arc<SharedRun>,
    job_index: usize,
    mode: RemoteMode,
    paths: RunPaths,
    clock_ms: u64,
    cancel: CancelToken,
}

impl RunLoop<'_> {
    /// Starts one thread for each job, if shards run on other machines; does nothing otherwise.
    pub(super) fn start_remote_jobs(&mut self) -> Result<(), RunError> {
        let mode = match &self.options.mode {
            RunMode::Threading | RunMode::Process(_) => return Ok(()),
            RunMode::Cluster(cluster) => RemoteMode::Cluster(Arc::clone(cluster)),
            RunMode::Merge => RemoteMode::AlreadyRun,
        };
        let dir = self.dir.ok_or(RunError::NoRunDir)?;
        // One thread per job: a cluster that is slow to answer about one job must not delay the others.
        for job_index in 0..self.shared.jobs.len() {
            let remote = RemoteJob {
                shared: Arc::clone(&self.shared),
                job_index,
                mode: mode.clone(),
                paths: dir.paths().clone(),
                clock_ms: dir.clock_ms(),
                cancel: self.options.cancel.clone(),
            };
            let thread = std::thread::Builder::new()
                .name(format!("remote-{job_index}"))
                .spawn(move || remote.run())
                .map_err(RunError::Thread)?;
            self.remote_threads.push(thread);
        }
        Ok(())
    }

    /// Warns of submissions on which a cluster may still be working, while this run does the same work here.
    pub(super) fn warn_of_submissions(&self) {
        let Some(dir) = self.dir else { return };
        for (job_index, job) in self.shared.jobs.iter().enumerate() {
            let file = latest_submission(&dir.paths().submissions(), job.name());
            if let Some(location) = file.and_then(|file| file.location()) {
                self.shared.log(job_index, LogLevel::Warning, still_submitted_warning(&location));
            }
        }
    }
}

impl RemoteJob {
    /// Runs on the job's thread: leases all shards that have to run, again and again, until the run has ended.
    fn run(&self) {
        while let Some((state, lease)) = self.wait_for_lease() {
            let Some(store) = state.stores[self.job_index].clone() else { return };
            // Submitting and waiting may take hours.
            drop(state);
            let since = Instant::now();
            let ended = match &self.mode {
                RemoteMode::AlreadyRun => {
                    self.record_results(load_results(&store, &lease.attempts));
                    Ok(())
                }
                RemoteMode::Cluster(cluster) => self.run_on(&**cluster, &store, &lease),
            };
            let mut state = self.shared.lock();
            match ended {
                // Results were recorded when they arrived; only the lease has to be returned.
                Ok(()) => self.shared.return_lease(&mut state, self.job_index, Vec::new(), since.elapsed()),
                Err(ClusterRunError::Destination(error)) => self.shared.abort(&mut state, error),
                Err(ClusterRunError::Refused(reason)) => {
                    drop(state);
                    let failed = LoopMessage::Failed(self.job_index, JobError::Failed(reason));
                    let _ = self.shared.messages.send(failed);
                    return;
                }
            }
        }
    }

    fn wait_for_lease(&self) -> Option<(MutexGuard<'_, SharedState>, Lease)> {
        let mut state = self.shared.lock();
        loop {
            if state.closing {
                return None;
            }
            if let Some(lease) = schedule::lease_all(&mut state.queues, self.job_index, Instant::now()) {
                return Some((state, lease));
            }
            let waited = self.shared.work_changed.wait_timeout(state, IDLE_INTERVAL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn run_on(
        &self,
        cluster: &dyn Cluster,
        store: &Arc<ShardStore>,
        lease: &Lease,
    ) -> Result<(), ClusterRunError> {
        let (shared, job) = (&self.shared, self.job_index);
        let name = shared.jobs[job].name();
        let submissions =
            SubmissionStore::open(&self.paths, self.clock_ms, name, store.plan(), cluster.name())
                .map_err(ClusterRunError::Destination)?;
        let is_needed = |shard| {
            let state = shared.lock();
            state.queues[job].as_ref().is_some_and(|queue| queue.needs(shard))
        };
        let mut runner = SubmissionRunner {
            cluster,
            submissions: &submissions,
            store,
            max_running: shared.limits[job].max_running,
            cancel: &self.cancel,
            is_closing: &|| shared.lock().closing,
            is_needed: &is_needed,
            log: &|level, text| shared.log(job, level, text),
            on_progress: &|progress| shared.queue_event(EventKind::ClusterProgress { job, progress }),
            report: &mut |results| self.record_results(results),
        };
        runner.run(&lease.attempts)
    }

    fn record_results(&self, results: EndedAttempts) {
        self.shared.record_results(&mut self.shared.lock(), self.job_index, results);
    }
}
