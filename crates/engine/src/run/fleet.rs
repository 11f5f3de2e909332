//! Jobs whose shards run elsewhere: a thread for each job hands out all that it has to do, and takes
//! in what comes back.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::{RunError, RunLoop};
use crate::cancel::CancelToken;
use crate::cluster::Cluster;
use crate::crew::{LoopMessage, WorkerPool};
use crate::error::JobError;
use crate::event::LogLevel;
use crate::options::RunMode;
use crate::rounds::{self, SubmissionStore};
use crate::schedule;
use crate::worker::cluster::{ClusterRunError, SubmissionRunner, take_results};

/// How long a thread without work waits before it looks again.
const PAUSE: Duration = Duration::from_millis(40);

/// Who runs the shards.
#[derive(Clone)]
enum ClusterProgress {
    Cluster(Arc<dyn Cluster>),
    /// Nobody any more: they have run.
    Done,
}

impl RunLoop<'_> {
    /// Starts the threads, if shards run elsewhere. False if they run here.
    pub(super) fn open_fleet(&mut self) -> Result<bool, RunError> {
        let elsewhere = match &self.options.mode {
            RunMode::Threading | RunMode::Process(_) => {
                self.warn_of_rounds();
                return Ok(false);
            }
            RunMode::Cluster(cluster) => ClusterProgress::Cluster(Arc::clone(cluster)),
            RunMode::Merge => ClusterProgress::Done,
        };
        let dir = self.dir.ok_or(RunError::NoRunDir)?;
        for job in 0..self.shared.jobs.len() {
            let place = ResultLocation {
                root: dir.root().to_owned(),
                state: dir.state(""),
                clock_ms: dir.clock_ms(),
            };
            let (shared, elsewhere) = (Arc::clone(&self.shared), elsewhere.clone());
            let cancel = self.options.cancel.clone();
            let thread = std::thread::Builder::new()
                .name(format!("cluster-{job}"))
                .spawn(move || serve(&shared, job, &elsewhere, &place, &cancel))
                .map_err(RunError::Thread)?;
            self.fleet.push(thread);
        }
        Ok(true)
    }
}

impl RunLoop<'_> {
    /// What a cluster was handed before runs on there, although this run does the same here.
    fn warn_of_rounds(&self) {
        let Some(dir) = self.dir else { return };
        for (job, its) in self.shared.jobs.iter().enumerate() {
            let round = rounds::latest(&dir.state("").join("cluster"), its.name());
            if let Some(round) = round.and_then(|round| round.whereabouts()) {
                let text = format!("it was handed to {round}: if that still runs, end it there");
                self.shared.note(job, LogLevel::Warning, text);
            }
        }
    }
}

/// Where the run is.
struct ResultLocation {
    root: PathBuf,
    state: PathBuf,
    clock_ms: u64,
}

/// The thread of a job: takes all that is to be done, again and again, until the run is over.
fn serve(
    shared: &WorkerPool,
    job: usize,
    elsewhere: &ClusterProgress,
    place: &ResultLocation,
    cancel: &CancelToken,
) {
    loop {
        let mut inner = shared.lock();
        let lease = loop {
            if inner.closing {
                return;
            }
            if let Some(lease) = schedule::everything(&mut inner.queues, job, Instant::now()) {
                break lease;
            }
            inner = shared.work.wait_timeout(inner, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        };
        let Some(store) = inner.stores[job].clone() else { return };
        drop(inner);

        let since = Instant::now();
        let name = shared.jobs[job].name();
        let mut report = |fates| {
            shared.account(&mut shared.lock(), job, fates);
        };
        let ended = match elsewhere {
            ClusterProgress::Done => {
                report(take_results(&store, &place.root, name, &lease.tickets));
                Ok(())
            }
            ClusterProgress::Cluster(cluster) => SubmissionStore::new(
                &place.root,
                &place.state,
                place.clock_ms,
                name,
                store.plan(),
                cluster.name(),
            )
            .map_err(ClusterRunError::Destination)
            .and_then(|rounds| {
                let wanted = |shard| {
                    let inner = shared.lock();
                    inner.queues[job].as_ref().is_some_and(|queue| !queue.superfluous(shard))
                };
                let mut course = SubmissionRunner {
                    cluster: &**cluster,
                    rounds: &rounds,
                    store: &store,
                    lane: shared.limits[job].lane,
                    cancel,
                    closing: &|| shared.lock().closing,
                    wanted: &wanted,
                    say: &|level, text| shared.note(job, level, text),
                    tell: &|elsewhere| shared.tell_elsewhere(job, elsewhere),
                    report: &mut report,
                };
                course.run(&lease.tickets)
            }),
        };
        let mut inner = shared.lock();
        match ended {
            Ok(()) => shared.settle(&mut inner, job, Vec::new(), since.elapsed()),
            Err(ClusterRunError::Destination(error)) => {
                inner.broken.get_or_insert(error);
                inner.closing = true;
                let _ = shared.news.send(LoopMessage::Stuck);
            }
            Err(ClusterRunError::Refused(reason)) => {
                drop(inner);
                let _ = shared.news.send(LoopMessage::Planned(job, Err(JobError::Failed(reason))));
                return;
            }
        }
    }
}
