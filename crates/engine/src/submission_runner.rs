//! Runs shards on a cluster. The job's lease has all shards that are left, and becomes one submission.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cancel_token::CancelToken;
use crate::cluster::{Cluster, ClusterError, SubmissionStatus};
use crate::event::{ClusterProgress, LogLevel, Outcome};
use crate::schedule::{Attempt, AttemptResult};
use crate::shard_store::ShardStore;
use crate::submission::{SubmissionFile, SubmissionStore};

/// Shortest pause between two searches for results.
const RESULT_INTERVAL: Duration = Duration::from_millis(250);

/// Longest pause between two searches for results. A search may take long; a request to stop is noticed only after
/// the pause.
const MAX_RESULT_INTERVAL: Duration = Duration::from_secs(2);

/// Time after which the run no longer waits for a cluster that does not end its tasks.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(60);

/// Pause between two polls of the cluster in the first [`SLOW_POLL_AFTER`].
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Pause between two polls of the cluster after [`SLOW_POLL_AFTER`]: the cluster serves other users too.
const SLOW_POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Time after which polls become rarer.
const SLOW_POLL_AFTER: Duration = Duration::from_secs(30);

/// Time that results may take to become visible here after all tasks have ended: network file
/// systems cache the content of a folder for some seconds.
const VISIBILITY_DELAY: Duration = Duration::from_secs(3);

/// Number of times that a submission is tried before the cluster's error is final.
const SUBMIT_ATTEMPTS: u32 = 3;

/// Pause between two tries of a submission.
const SUBMIT_PAUSE: Duration = Duration::from_secs(2);

/// Longest excerpt of a task's output, in characters.
const MAX_EXCERPT_CHARS: usize = 200;

/// Reason of a shard that left neither a result nor a note, when results are only merged.
pub const NO_RESULT_YET: &str = "it has no result yet";

/// Attempts that ended, with the time that each took.
pub(crate) type EndedAttempts = Vec<(Attempt, AttemptResult, Duration)>;

/// Attempts that have not ended, by shard.
type OpenAttempts = BTreeMap<u32, Attempt>;

/// Runs the shards of a lease on a cluster.
pub(crate) struct SubmissionRunner<'a> {
    pub(crate) cluster: &'a dyn Cluster,
    pub(crate) submissions: &'a SubmissionStore,
    pub(crate) store: &'a Arc<ShardStore>,
    pub(crate) max_running: usize,
    pub(crate) cancel: &'a CancelToken,
    /// Tells whether the run ends because of an error. Then tasks are left running, and a resumed run finds them
    /// again.
    pub(crate) is_closing: &'a dyn Fn() -> bool,
    /// Tells whether the job still needs a shard.
    pub(crate) is_needed: &'a dyn Fn(u32) -> bool,
    pub(crate) log: &'a dyn Fn(LogLevel, String),
    pub(crate) on_progress: &'a dyn Fn(ClusterProgress),
    pub(crate) report: &'a mut dyn FnMut(EndedAttempts),
}

/// Reason why a job cannot go on.
pub(crate) enum ClusterRunError {
    /// The folder of the run cannot be written.
    Destination(io::Error),
    /// The cluster does not accept the submission.
    Refused(String),
}

impl SubmissionRunner<'_> {
    /// Runs the shards of some attempts on the cluster, and reports the end of each.
    pub(crate) fn run(&mut self, attempts: &[Attempt]) -> Result<(), ClusterRunError> {
        let mut open: OpenAttempts = attempts.iter().map(|attempt| (attempt.shard, *attempt)).collect();
        let submitted = match self.attach(&open)? {
            Some(file) => Some(file),
            None => self.submit(&open)?,
        };
        let Some(mut file) = submitted else {
            self.cancel_open(&mut open);
            return Ok(());
        };
        // A submission that was found again may not contain all open shards: the others go back to the queue.
        let members: BTreeSet<u32> = file.tasks.iter().flatten().copied().collect();
        let others = open.extract_if(.., |shard, _| !members.contains(shard));
        let requeued =
            others.map(|(_, attempt)| (attempt, AttemptResult::Requeued { isolate: false }, Duration::ZERO));
        (self.report)(requeued.collect());
        self.wait(&mut file, &mut open);
        Ok(())
    }

    /// Returns the latest submission, if the cluster is still working on it.
    fn attach(&mut self, open: &OpenAttempts) -> Result<Option<SubmissionFile>, ClusterRunError> {
        let Some(mut file) = self.submissions.latest() else { return Ok(None) };
        if !file.tasks.iter().flatten().any(|shard| open.contains_key(shard)) {
            return Ok(None);
        }
        if file.cluster != self.cluster.name() {
            if let Some(location) = file.location() {
                (self.log)(LogLevel::Warning, still_submitted_warning(&location));
            }
            return Ok(None);
        }
        // A cluster that does not answer now may be working on the submission. To submit it again would do no harm,
        // but the work would be done twice.
        let mut found = Err(ClusterError(String::new()));
        for tries_left in (0..SUBMIT_ATTEMPTS).rev() {
            found = match file.ids.is_empty() {
                // An earlier process died between the submission and the cluster's answer.
                true => self.cluster.find(&file.name),
                false => Ok(file.ids.clone()),
            }
            .and_then(|ids| Ok((self.cluster.poll(&ids)?, ids)));
            if found.is_ok() || tries_left == 0 || self.cancel.requested() {
                break;
            }
            std::thread::sleep(SUBMIT_PAUSE);
        }
        let (status, ids) = found.map_err(|error| ClusterRunError::Refused(error.to_string()))?;
        if status.is_over() {
            return Ok(None);
        }
        self.submissions.record_ids(&mut file, ids).map_err(ClusterRunError::Destination)?;
        (self.log)(LogLevel::Info, format!("attached to {}", self.location(&file)));
        Ok(Some(file))
    }

    /// Submits the open shards. Returns `None` if the run is stopped before that succeeds.
    fn submit(&mut self, open: &OpenAttempts) -> Result<Option<SubmissionFile>, ClusterRunError> {
        // In the order of their numbers, so that shards with neighbouring numbers share an array task.
        let shards: Vec<u32> = open.keys().copied().collect();
        // Otherwise notes of an earlier submission would look like failures of this one.
        shards.iter().for_each(|shard| self.store.forget_failure(*shard));
        let is_retry = open.values().any(|attempt| attempt.number > 1);
        let tasks = self.cluster.task_count(shards.len(), is_retry);
        let mut file = self
            .submissions
            .create(&shards, tasks, self.max_running)
            .map_err(ClusterRunError::Destination)?;
        let submission = self.submissions.for_cluster(&file);
        let mut failures = 0;
        let ids = loop {
            if self.cancel.requested() || (self.is_closing)() {
                return Ok(None);
            }
            match self.cluster.submit(&submission, &|text| (self.log)(LogLevel::Info, text)) {
                Ok(ids) => break ids,
                Err(error) => {
                    failures += 1;
                    if failures == SUBMIT_ATTEMPTS {
                        // Nobody will wait for this submission, so none of it may run, in case the cluster accepted
                        // it after all. The first error is the one to report, so an error of this is ignored.
                        let _ = self.cluster.find(&file.name).and_then(|ids| self.cluster.cancel(&ids));
                        return Err(ClusterRunError::Refused(error.to_string()));
                    }
                    (self.log)(LogLevel::Warning, format!("{error}; trying again"));
                    std::thread::sleep(SUBMIT_PAUSE);
                    // The cluster may have accepted it, and only the answer was lost. Ids alone do not prove that,
                    // because a failed submission may leave an entry: a task must be waiting or running, or a shard
                    // must have a result.
                    if let Ok(ids) = self.cluster.find(&file.name)
                        && !ids.is_empty()
                        && (self.cluster.poll(&ids).is_ok_and(|status| !status.is_over())
                            || shards.iter().any(|shard| self.store.load_valid(*shard).is_some()))
                    {
                        break ids;
                    }
                }
            }
        };
        self.submissions.record_ids(&mut file, ids).map_err(ClusterRunError::Destination)?;
        let shards = count(shards.len(), "shard");
        let tasks = count(file.tasks.len(), "task");
        (self.log)(LogLevel::Info, format!("{shards} in {tasks}: {}", self.location(&file)));
        Ok(Some(file))
    }

    fn location(&self, file: &SubmissionFile) -> String {
        file.location().unwrap_or_else(|| self.cluster.name().to_owned())
    }

    /// Waits until all shards of a submission have ended, or no task is left.
    fn wait(&mut self, file: &mut SubmissionFile, open: &mut OpenAttempts) {
        let since = Instant::now();
        let (mut last_poll, mut over_since, mut last_error) =
            (None::<Instant>, None::<Instant>, String::new());
        let mut status = SubmissionStatus::default();
        loop {
            let look = Instant::now();
            self.collect(open);
            let look_took = look.elapsed();
            if open.is_empty() || (self.is_closing)() {
                return self.cancel_open(open);
            }
            if self.cancel.requested() || !open.keys().any(|shard| (self.is_needed)(*shard)) {
                self.cancel_tasks(file);
                // Shards that finished while their tasks were being cancelled count as finished.
                self.collect(open);
                return self.cancel_open(open);
            }
            match over_since {
                Some(over) if over.elapsed() > VISIBILITY_DELAY || self.all_failures_noted(open) => break,
                Some(_) => {}
                None => {
                    let interval =
                        if since.elapsed() < SLOW_POLL_AFTER { POLL_INTERVAL } else { SLOW_POLL_INTERVAL };
                    if last_poll.is_none_or(|last| last.elapsed() >= interval) {
                        last_poll = Some(Instant::now());
                        match self.cluster.poll(&file.ids) {
                            Ok(now) => {
                                over_since = now.is_over().then(Instant::now);
                                self.report_progress(&status, &now);
                                status = now;
                                last_error.clear();
                            }
                            Err(error) if error.0 != last_error => {
                                (self.log)(LogLevel::Warning, format!("{}: {error}", self.cluster.name()));
                                last_error = error.0;
                            }
                            Err(_) => {}
                        }
                    }
                }
            }
            // To list a large folder on a network file system takes time: at most a tenth of the time is spent on it,
            // while that allows a pause below the maximum.
            std::thread::sleep(RESULT_INTERVAL.max(look_took * 10).min(MAX_RESULT_INTERVAL));
        }
        self.report_missing(file, &status, open);
    }

    /// Reports progress on the cluster, if it changed.
    fn report_progress(&self, before: &SubmissionStatus, now: &SubmissionStatus) {
        let (before, now) = (&before.progress, &now.progress);
        if before == now {
            return;
        }
        let reasons: Vec<&str> = now.wait_reasons.iter().map(String::as_str).collect();
        if before.wait_reasons != now.wait_reasons && !reasons.is_empty() {
            let (name, waiting) = (self.cluster.name(), now.waiting);
            (self.log)(LogLevel::Info, format!("{name}: {waiting} waiting: {}", reasons.join(", ")));
        }
        (self.on_progress)(now.clone());
    }

    /// Tells whether every open shard has a note why it has no result: then no result can follow.
    fn all_failures_noted(&self, open: &OpenAttempts) -> bool {
        open.keys().all(|shard| self.store.failure(*shard).is_some())
    }

    /// Reports shards that have a result or a permanent failure. A failure that is not permanent is reported only
    /// after all tasks have ended, because the cluster itself may repeat the task.
    fn collect(&mut self, open: &mut OpenAttempts) {
        let mut ended = Vec::new();
        for shard in self.store.reported_shards() {
            let Some(&attempt) = open.get(&shard) else { continue };
            let (result, took) = match self.store.load_valid(shard) {
                Some(output) => {
                    let took = output.took;
                    (AttemptResult::Finished(output), took)
                }
                None => match self.store.failure(shard) {
                    Some(note) if !note.retryable => {
                        let reason = note.display();
                        let result =
                            AttemptResult::Failed { outcome: note.outcome, reason, retryable: false };
                        (result, Duration::ZERO)
                    }
                    _ => continue,
                },
            };
            open.remove(&shard);
            ended.push((attempt, result, took));
        }
        if !ended.is_empty() {
            (self.report)(ended);
        }
    }

    /// Cancels the tasks of a submission, and waits until none of them waits or runs.
    fn cancel_tasks(&mut self, file: &SubmissionFile) {
        let (since, mut last_text) = (Instant::now(), String::new());
        loop {
            // If the cluster's answer to an earlier try was lost, that try has the same name.
            let mut ids = file.ids.clone();
            ids.extend(self.cluster.find(&file.name).unwrap_or_default());
            // Both lists may hold the same id.
            ids.sort();
            ids.dedup();
            // Requested again each time: a cluster may miss a request that comes while it is starting a task.
            match self.cluster.cancel(&ids).and_then(|()| self.cluster.poll(&ids)) {
                Ok(status) if status.is_over() => return,
                Ok(_) => {}
                Err(error) => {
                    let text = format!("cannot end {} yet: {error}", self.location(file));
                    if text != last_text {
                        (self.log)(LogLevel::Warning, text.clone());
                        last_text = text;
                    }
                }
            }
            if (self.is_closing)() || self.cancel.at_once() || since.elapsed() > CANCEL_TIMEOUT {
                let location = self.location(file);
                let text = format!("{location} may still be running: end it there, or resume this run");
                return (self.log)(LogLevel::Warning, text);
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Reports the shards whose tasks ended without a result, with everything that is known about the reason.
    fn report_missing(&mut self, file: &SubmissionFile, status: &SubmissionStatus, open: &mut OpenAttempts) {
        let submission = self.submissions.for_cluster(file);
        let task_by_shard = file.task_by_shard();
        let mut excerpts: BTreeMap<u32, Option<String>> = BTreeMap::new();
        let mut excerpt = |task: u32| {
            let read = || {
                let log = self.cluster.task_log(&submission, task)?;
                let last = log.lines().rev().find(|line| !line.trim().is_empty())?;
                Some(last.chars().take(MAX_EXCERPT_CHARS).collect())
            };
            excerpts.entry(task).or_insert_with(read).clone()
        };
        let mut ended = Vec::new();
        // Taken out of `open`, so that each is reported only once.
        for (shard, attempt) in std::mem::take(open) {
            let result = match self.store.failure(shard) {
                Some(note) => {
                    let (outcome, reason, retryable) = (note.outcome, note.display(), note.retryable);
                    AttemptResult::Failed { outcome, reason, retryable }
                }
                None => {
                    let mut reason = "it came back without a result".to_owned();
                    if let Some(&task) = task_by_shard.get(&shard) {
                        let how = status.failed_tasks.get(&task).map_or("ended", String::as_str);
                        reason = format!("{reason}: task {task} of {} {how}", file.name);
                        if let Some(failure) = &status.failure {
                            reason = format!("{reason}; {}: {failure}", self.cluster.name());
                        }
                        if let Some(last) = excerpt(task) {
                            reason = format!("{reason}; its last line was: {last}");
                        }
                    }
                    AttemptResult::Failed {
                        outcome: Outcome::Crashed,
                        reason: reason.into(),
                        retryable: true,
                    }
                }
            };
            ended.push((attempt, result, Duration::ZERO));
        }
        (self.report)(ended);
    }

    /// Reports the open shards as cancelled.
    fn cancel_open(&mut self, open: &mut OpenAttempts) {
        if !open.is_empty() {
            let cancelled = |attempt| (attempt, AttemptResult::Cancelled, Duration::ZERO);
            (self.report)(std::mem::take(open).into_values().map(cancelled).collect());
        }
    }
}

/// Returns the warning about a submission that another mode or cluster may still be working on.
pub(crate) fn still_submitted_warning(location: &str) -> String {
    format!("it was submitted to {location}: if that is still running, end it there")
}

/// Returns a number with the noun that it counts, such as `2 shards`.
fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Returns for each attempt the result that its shard left, or the reason why there is none.
pub(crate) fn load_results(store: &ShardStore, attempts: &[Attempt]) -> EndedAttempts {
    let result = |shard| match (store.load_valid(shard), store.failure(shard)) {
        (Some(output), _) => AttemptResult::Finished(output),
        (None, Some(note)) => {
            AttemptResult::Failed { outcome: note.outcome, reason: note.display(), retryable: false }
        }
        (None, None) => {
            AttemptResult::Failed { outcome: Outcome::Failed, reason: NO_RESULT_YET.into(), retryable: false }
        }
    };
    attempts.iter().map(|attempt| (*attempt, result(attempt.shard), Duration::ZERO)).collect()
}
