//! Chooses the next shards to run: keeps the queues of the jobs, their limits and their retries.
//!
//! Pure bookkeeping: this module starts no thread and waits for nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::event::{CommandExit, Outcome};
use crate::plan::Plan;
use crate::shard_limits::ShardLimits;
use crate::shard_store::StoredOutput;

/// Largest number of shards in one lease.
const MAX_BATCH: usize = 512;

/// Time that a lease of small shards should take at least. If it takes less, the next lease gets more shards.
const MIN_LEASE_TIME: Duration = Duration::from_millis(10);

/// One attempt at a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) shard: u32,
    /// Number of the attempt, from 1.
    pub(crate) number: u32,
    /// True if the shard needs a lease of its own: a worker died while it held this shard and others, and only a
    /// shard that is alone in its lease can be blamed.
    pub(crate) isolated: bool,
}

/// Shards that one worker takes together.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) job: usize,
    pub(crate) attempts: Vec<Attempt>,
}

/// End of an attempt, as its worker reports it.
#[derive(Debug)]
pub(crate) enum AttemptResult {
    Finished(StoredOutput),
    Failed {
        outcome: Outcome,
        reason: Box<str>,
        /// Tells whether another attempt may succeed.
        retryable: bool,
    },
    /// The command of the shard ended with a failure, as it may not do the next time.
    Exited {
        exit: CommandExit,
        reason: Box<str>,
    },
    Cancelled,
    /// The attempt did not begin, or nobody knows whether it did: the shard goes back to the queue.
    Requeued {
        /// Tells whether the shard needs a lease of its own from now on.
        isolate: bool,
    },
}

/// Amount of a named resource that each lease of a job takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceNeed {
    name: String,
    amount: u64,
    /// Amount that all leases together may take.
    limit: u64,
}

impl ResourceNeed {
    /// Returns the needs of a job for resources that are limited.
    pub(crate) fn of_job(needs: BTreeMap<String, u64>, limits: &BTreeMap<String, u64>) -> Vec<Self> {
        let need = |(name, amount): (String, u64)| {
            // What needs more than there is runs alone, and not never.
            let limit = (*limits.get(&name)?).max(1);
            Some(Self { amount: amount.min(limit), name, limit })
        };
        needs.into_iter().filter_map(need).collect()
    }
}

/// Shards of one job: which are ready, which wait for a retry, which are done.
#[derive(Debug)]
pub(crate) struct ShardQueue {
    pub(crate) plan: Arc<Plan>,
    limits: ShardLimits,
    needs: Vec<ResourceNeed>,
    ready: VecDeque<Attempt>,
    delayed: Vec<(Instant, Attempt)>,
    /// Number of attempts beyond the limit that some shards get. Key: the shard.
    granted: BTreeMap<u32, u32>,
    /// Number of shards in all leases that workers hold.
    leased_shards: usize,
    /// Number of leases that workers hold.
    leases: usize,
    /// Number of shards of the next lease, if there are enough.
    batch: usize,
    pub(crate) outputs: Vec<Option<StoredOutput>>,
    /// Shards that need no further attempt: finished, or failed permanently.
    settled: Vec<bool>,
    /// Number of shards at the beginning of the plan, all of them settled, whose records have been counted.
    counted_shards: usize,
    /// Number of records of the counted shards.
    counted_records: u64,
    /// For each quota of the plan: the amount that is still missing. Key: name of the counter.
    remaining_quotas: BTreeMap<String, u64>,
    pub(crate) failed_shards: u32,
    pub(crate) cancelled_shards: u32,
}

impl ShardQueue {
    /// Creates the queue of a plan. Shards that an earlier run finished are settled from the start.
    pub(crate) fn new(plan: Arc<Plan>, limits: ShardLimits, reused: Vec<Option<StoredOutput>>) -> Self {
        let ready = (0..)
            .zip(&reused)
            .filter(|(_, output)| output.is_none())
            .map(|(shard, _)| Attempt { shard, number: 1, isolated: false })
            .collect();
        let mut queue = Self {
            remaining_quotas: plan.quotas().clone(),
            plan,
            limits,
            needs: Vec::new(),
            ready,
            delayed: Vec::new(),
            granted: BTreeMap::new(),
            leased_shards: 0,
            leases: 0,
            batch: 1,
            settled: reused.iter().map(Option::is_some).collect(),
            outputs: reused,
            counted_shards: 0,
            counted_records: 0,
            failed_shards: 0,
            cancelled_shards: 0,
        };
        queue.count_settled();
        queue
    }

    /// Sets the resources that each lease takes.
    pub(crate) fn with_needs(self, needs: Vec<ResourceNeed>) -> Self {
        Self { needs, ..self }
    }

    /// Leaves all shards undone but these.
    pub(crate) fn keep_only(&mut self, shards: Option<&BTreeSet<u32>>) {
        let before = self.ready.len();
        self.ready.retain(|attempt| shards.is_some_and(|shards| shards.contains(&attempt.shard)));
        let left_out = before - self.ready.len();
        // As those that a stopped run leaves: the result is not complete, and a resumed run does them.
        self.cancelled_shards += u32::try_from(left_out).unwrap_or(u32::MAX);
    }

    /// Counts the records of the settled shards at the beginning of the plan. If they are enough,
    /// the other shards need not run.
    ///
    /// Counting stops at the first shard that is not settled: which shards make up the result must not depend on
    /// which of them finished first.
    fn count_settled(&mut self) {
        while self.counted_shards < self.settled.len()
            && self.settled[self.counted_shards]
            && !self.is_enough()
        {
            if let Some(output) = &self.outputs[self.counted_shards] {
                self.counted_records += output.records;
                for (name, remaining) in &mut self.remaining_quotas {
                    *remaining = remaining.saturating_sub(output.counters.get(name).copied().unwrap_or(0));
                }
            }
            self.counted_shards += 1;
        }
        if self.is_enough() {
            self.ready.clear();
            self.delayed.clear();
        }
    }

    /// Tells whether the counted shards reach the plan's target or all of its quotas.
    fn is_enough(&self) -> bool {
        let quotas_reached = !self.remaining_quotas.is_empty()
            && self.remaining_quotas.values().all(|remaining| *remaining == 0);
        quotas_reached || self.plan.target().is_some_and(|target| self.counted_records >= target)
    }

    /// Returns the number of shards at the beginning of the plan whose outputs make the result.
    pub(crate) fn needed_count(&self) -> usize {
        if self.is_enough() { self.counted_shards } else { self.settled.len() }
    }

    /// Tells whether the job still needs this shard: false once the shards before it are enough.
    pub(crate) fn needs(&self, shard: u32) -> bool {
        !self.is_enough() || (shard as usize) < self.counted_shards
    }

    /// Tells whether no shard runs or waits, and all leases have been returned.
    pub(crate) fn is_over(&self) -> bool {
        self.leases == 0 && self.leased_shards == 0 && self.ready.is_empty() && self.delayed.is_empty()
    }

    /// Cancels the shards that have not begun.
    pub(crate) fn cancel_rest(&mut self) {
        let dropped = self.ready.len() + self.delayed.len();
        self.ready.clear();
        self.delayed.clear();
        self.cancelled_shards += u32::try_from(dropped).unwrap_or(u32::MAX);
    }

    /// Moves attempts whose delay is over to the front of the queue.
    fn wake(&mut self, now: Instant) {
        // The order does not matter, so `swap_remove` is fine: outputs are merged by the number of the shard, not
        // by the time at which it ran.
        let mut position = 0;
        while position < self.delayed.len() {
            if self.delayed[position].0 <= now {
                let (_, attempt) = self.delayed.swap_remove(position);
                self.ready.push_front(attempt);
            } else {
                position += 1;
            }
        }
    }

    /// Records the end of an attempt. Returns the delay before the next attempt, if there is one.
    pub(crate) fn record(
        &mut self,
        attempt: Attempt,
        result: AttemptResult,
        now: Instant,
    ) -> Option<Duration> {
        // For every kind of result: even a shard that goes back to the queue has left its lease.
        self.leased_shards -= 1;
        match result {
            AttemptResult::Finished(output) => {
                self.outputs[attempt.shard as usize] = Some(output);
                self.settle(attempt);
            }
            AttemptResult::Requeued { isolate } => {
                if self.needs(attempt.shard) {
                    let isolated = isolate || attempt.isolated;
                    // In front: it was due before the shards that are still waiting.
                    self.ready.push_front(Attempt { isolated, ..attempt });
                }
            }
            AttemptResult::Cancelled => {
                // A shard that was stopped because the others are enough is not missing.
                if self.needs(attempt.shard) {
                    self.cancelled_shards += 1;
                }
            }
            AttemptResult::Failed { retryable: true, .. } | AttemptResult::Exited { .. }
                if attempt.number < self.max_attempts(attempt.shard) =>
            {
                if self.needs(attempt.shard) {
                    // Doubled with each attempt, and saturating: a delay must not become short
                    // again by overflow.
                    let delay = self.limits.backoff * 2u32.saturating_pow(attempt.number - 1);
                    self.delayed.push((now + delay, Attempt { number: attempt.number + 1, ..attempt }));
                    return Some(delay);
                }
            }
            AttemptResult::Failed { .. } | AttemptResult::Exited { .. } => {
                self.failed_shards += 1;
                self.settle(attempt);
            }
        }
        None
    }

    /// Gives a shard one attempt more.
    pub(crate) fn grant_attempt(&mut self, shard: u32) {
        *self.granted.entry(shard).or_default() += 1;
    }

    /// Returns the largest number of an attempt of a shard.
    fn max_attempts(&self, shard: u32) -> u32 {
        self.limits.max_attempts.saturating_add(self.granted.get(&shard).copied().unwrap_or(0))
    }

    fn settle(&mut self, attempt: Attempt) {
        self.settled[attempt.shard as usize] = true;
        self.count_settled();
    }

    /// Takes a lease back, and adapts the size of the next ones to the time that its shards took.
    pub(crate) fn return_lease(&mut self, finished: usize, took: Duration) {
        self.leases -= 1;
        // Only a full batch shows that a larger one would help. Between one and four times `MIN_LEASE_TIME` the
        // size stays as it is, so that it does not oscillate.
        if finished >= self.batch && took < MIN_LEASE_TIME {
            self.batch = (self.batch * 2).min(MAX_BATCH);
        } else if took > MIN_LEASE_TIME * 4 {
            self.batch = (self.batch / 2).max(1);
        }
    }

    /// Takes the next attempts from the front of the queue: at most `most`, and only as many as may share a lease.
    fn take(&mut self, most: usize) -> Vec<Attempt> {
        let mut attempts = Vec::with_capacity(most);
        while attempts.len() < most {
            let Some(attempt) = self.ready.pop_front() else { break };
            if attempt.isolated && !attempts.is_empty() {
                self.ready.push_front(attempt);
                break;
            }
            attempts.push(attempt);
            if attempt.isolated {
                break;
            }
        }
        attempts
    }

    fn lease(&mut self, job: usize, attempts: Vec<Attempt>) -> Lease {
        self.leased_shards += attempts.len();
        self.leases += 1;
        Lease { job, attempts }
    }
}

/// Leases all shards of a job that have to run, for a cluster. Returns `None` while any of them waits for a
/// retry, so that all shards that are left go into one submission.
pub(crate) fn lease_all(queues: &mut [Option<ShardQueue>], job: usize, now: Instant) -> Option<Lease> {
    let queue = queues[job].as_mut()?;
    queue.wake(now);
    if queue.ready.is_empty() || !queue.delayed.is_empty() {
        return None;
    }
    let mut attempts: Vec<Attempt> = queue.ready.drain(..).collect();
    // In the order of the plan, in whatever order retries came back: the mode `merge` reports results in the order of
    // the lease.
    attempts.sort_by_key(|attempt| attempt.shard);
    Some(queue.lease(job, attempts))
}

/// Returns the next lease for a worker that last served the job `last`. `workers` is the number of shards that may
/// compute at once.
///
/// Of the jobs that may begin another shard the one with the fewest leases comes first, so that all advance; what needs
/// several of a resource waits until so many are free at once. If several have the fewest, the worker stays
/// with its job, because a worker process serves a single job and would have to be replaced.
pub(crate) fn next(
    queues: &mut [Option<ShardQueue>],
    last: Option<usize>,
    workers: usize,
    now: Instant,
) -> Option<Lease> {
    // The first leases of a job that mostly waits use its extra slots; only further ones count against `workers`.
    // The run has more threads than `workers` (see `run`). So even if `workers` shards are computing, a thread that
    // asks may still get a lease of a job that mostly waits.
    let counted = |queue: &ShardQueue| queue.leases.saturating_sub(queue.limits.extra_io_slots(workers));
    let busy: usize = queues.iter().flatten().map(counted).sum();
    let mut taken = BTreeMap::<String, u64>::new();
    for queue in queues.iter().flatten().filter(|queue| queue.leases > 0) {
        for need in &queue.needs {
            let taken = taken.entry(need.name.clone()).or_default();
            *taken = taken.saturating_add(need.amount.saturating_mul(queue.leases as u64));
        }
    }
    let is_free = |need: &ResourceNeed| {
        taken.get(&need.name).copied().unwrap_or(0).saturating_add(need.amount) <= need.limit
    };
    let mut best: Option<(usize, bool, usize)> = None;
    for (job, queue) in queues.iter_mut().enumerate() {
        let Some(queue) = queue else { continue };
        queue.wake(now);
        let has_slot = busy < workers || queue.leases < queue.limits.extra_io_slots(workers);
        let is_full = queue.leases >= queue.limits.max_running || !queue.needs.iter().all(is_free);
        if queue.ready.is_empty() || is_full || !has_slot {
            continue;
        }
        // false < true: the worker's own job wins a tie, then the earlier job.
        let rank = (queue.leases, last != Some(job), job);
        if best.is_none_or(|best| rank < best) {
            best = Some(rank);
        }
    }
    let (_, _, job) = best?;
    let queue = queues[job].as_mut().expect("only jobs with a queue are ranked");
    // At most half of an even share, so that the last leases get smaller and smaller: no worker is left with many
    // shards while the others are idle.
    let half_share = queue.ready.len().div_ceil(workers * 2);
    let attempts = queue.take(queue.batch.min(half_share).max(1));
    Some(queue.lease(job, attempts))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn queue(shards: usize, target: Option<u64>, limits: ShardLimits) -> Option<ShardQueue> {
        let mut plan = Plan::new((0..shards).map(|number| Value::from(number).into()));
        if let Some(target) = target {
            plan = plan.with_target(target);
        }
        Some(ShardQueue::new(Arc::new(plan), limits, (0..shards).map(|_| None).collect()))
    }

    fn finished(records: u64) -> AttemptResult {
        AttemptResult::Finished(StoredOutput { records, ..StoredOutput::default() })
    }

    #[test]
    fn workers_spread_over_the_jobs_and_stay_with_theirs() {
        let now = Instant::now();
        let mut queues = [
            queue(9, None, ShardLimits::default()),
            queue(9, None, ShardLimits { max_running: 1, ..ShardLimits::default() }),
        ];
        let jobs: Vec<usize> = (0..3).map(|_| next(&mut queues, None, 3, now).unwrap().job).collect();
        assert_eq!(jobs, [0, 1, 0], "job 1 runs one shard at a time");
        queues[1].as_mut().unwrap().return_lease(1, Duration::from_secs(1));
        assert_eq!(next(&mut queues, Some(1), 3, now).unwrap().job, 1);
    }

    #[test]
    fn leases_take_no_more_of_a_resource_than_there_is() {
        let now = Instant::now();
        let limits = BTreeMap::from([("gpu".to_owned(), 3)]);
        let job = |needs: &[(&str, u64)]| {
            let needs = needs.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect();
            let queue = queue(9, None, ShardLimits::default())?;
            Some(queue.with_needs(ResourceNeed::of_job(needs, &limits)))
        };
        let mut queues = [job(&[("gpu", 2)]), job(&[("gpu", 1), ("disk", 7)]), job(&[])];
        let jobs: Vec<usize> = (0..5).map(|_| next(&mut queues, None, 9, now).unwrap().job).collect();
        assert_eq!(jobs, [0, 1, 2, 2, 2], "three are taken, and disks are not limited");
        queues[0].as_mut().unwrap().return_lease(1, Duration::from_secs(1));
        assert_eq!(next(&mut queues, None, 9, now).unwrap().job, 0);
        // A job that needs more than there is runs alone.
        let nothing = BTreeMap::from([("gpu".to_owned(), 0)]);
        let needs = ResourceNeed::of_job(BTreeMap::from([("gpu".to_owned(), 1)]), &nothing);
        let mut queues = [queue(9, None, ShardLimits::default()).map(|queue| queue.with_needs(needs))];
        assert!(next(&mut queues, None, 9, now).is_some() && next(&mut queues, None, 9, now).is_none());
        let mut queues = [job(&[("gpu", 100)])];
        assert!(next(&mut queues, None, 9, now).is_some() && next(&mut queues, None, 9, now).is_none());
    }

    #[test]
    fn shards_that_wait_take_no_place_from_shards_that_compute() {
        let now = Instant::now();
        let waiting = ShardLimits { max_running: 3, extra_io_slots: 2, ..ShardLimits::default() };
        let mut queues = [queue(9, None, waiting), queue(9, None, ShardLimits::default())];
        let mut jobs: Vec<usize> =
            std::iter::from_fn(|| next(&mut queues, None, 3, now)).map(|lease| lease.job).collect();
        jobs.sort_unstable();
        assert_eq!(jobs, [0, 0, 0, 1, 1], "two wait, and three compute");
    }

    #[test]
    fn a_failed_shard_is_tried_again_after_a_delay_that_doubles() {
        let now = Instant::now();
        let limits =
            ShardLimits { max_attempts: 3, backoff: Duration::from_secs(1), ..ShardLimits::default() };
        let mut queues = [queue(1, None, limits)];
        let mut time = now;
        for (attempt, delay) in [(1, Some(1)), (2, Some(2)), (3, None)] {
            let lease = next(&mut queues, None, 1, time).unwrap();
            assert_eq!(lease.attempts[0].number, attempt);
            let queue = queues[0].as_mut().unwrap();
            let failed = AttemptResult::Failed {
                outcome: Outcome::Crashed,
                reason: "signal 11".into(),
                retryable: true,
            };
            assert_eq!(queue.record(lease.attempts[0], failed, time), delay.map(Duration::from_secs));
            queue.return_lease(0, Duration::ZERO);
            assert!(next(&mut queues, None, 1, time).is_none());
            time += Duration::from_secs(delay.unwrap_or(0));
        }
        let queue = queues[0].as_ref().unwrap();
        assert!(queue.is_over() && queue.failed_shards == 1);
    }

    #[test]
    fn the_choice_of_enough_shards_does_not_depend_on_their_order_in_time() {
        let now = Instant::now();
        for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1]] {
            let mut queues = [queue(5, Some(10), ShardLimits::default())];
            let mut leases: Vec<Lease> = (0..3).filter_map(|_| next(&mut queues, None, 3, now)).collect();
            leases.sort_by_key(|lease| lease.attempts[0].shard);
            let queue = queues[0].as_mut().unwrap();
            for position in order {
                queue.record(leases[position].attempts[0], finished(6), now);
                queue.return_lease(1, Duration::ZERO);
            }
            assert_eq!(queue.needed_count(), 2, "{order:?}");
            assert!(queue.is_over());
            assert!(!queue.needs(2) && queue.needs(1));
        }
    }
}
