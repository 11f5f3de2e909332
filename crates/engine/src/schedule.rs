//! Which shard runs next: the queues of the jobs, their lanes, their retries.
//!
//! Pure bookkeeping; it starts nothing and waits for nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::event::Outcome;
use crate::job::ShardLimits;
use crate::plan::Plan;
use crate::store::StoredOutput;

/// Most shards that are handed out at once.
const BATCH: usize = 512;

/// Shards that take less than this together are handed out several at a time.
const LEASE: Duration = Duration::from_micros(500);

/// One try at a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) shard: u32,
    pub(crate) attempt: u32,
    /// Its worker died once with several shards in hand: next time it has the worker to
    /// itself, so that the right one is blamed.
    pub(crate) alone: bool,
}

/// Shards that one worker takes in one go.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) job: usize,
    pub(crate) tickets: Vec<Attempt>,
}

/// What became of a ticket.
#[derive(Debug)]
pub(crate) enum AttemptResult {
    Finished(StoredOutput),
    /// It ended badly; the flag says whether another try may help.
    Bad(Outcome, Box<str>, bool),
    Cancelled,
    /// It was not begun, or it cannot be told whether it was: it goes back to the queue.
    Returned {
        alone: bool,
    },
}

/// The shards of one job.
#[derive(Debug)]
pub(crate) struct ShardQueue {
    pub(crate) plan: Arc<Plan>,
    limits: ShardLimits,
    ready: VecDeque<Attempt>,
    delayed: Vec<(Instant, Attempt)>,
    running: usize,
    leases: usize,
    batch: usize,
    pub(crate) results: Vec<Option<StoredOutput>>,
    settled: Vec<bool>,
    prefix: usize,
    prefix_records: u64,
    /// What is still to be counted, by counter.
    owed: BTreeMap<String, u64>,
    pub(crate) failed_shards: u32,
    pub(crate) cancelled: u32,
}

impl ShardQueue {
    /// The queue of a plan, without the shards that an earlier run finished.
    pub(crate) fn new(plan: Arc<Plan>, limits: ShardLimits, reused: Vec<Option<StoredOutput>>) -> Self {
        let ready = (0..)
            .zip(&reused)
            .filter(|(_, result)| result.is_none())
            .map(|(shard, _)| Attempt { shard, attempt: 1, alone: false })
            .collect();
        let mut queue = Self {
            owed: plan.quotas().clone(),
            plan,
            limits,
            ready,
            delayed: Vec::new(),
            running: 0,
            leases: 0,
            batch: 1,
            settled: reused.iter().map(Option::is_some).collect(),
            results: reused,
            prefix: 0,
            prefix_records: 0,
            failed_shards: 0,
            cancelled: 0,
        };
        queue.advance();
        queue
    }

    /// Counts the records of the settled shards at the beginning of the plan; with enough of
    /// them the rest need not run.
    fn advance(&mut self) {
        while self.prefix < self.settled.len() && self.settled[self.prefix] && !self.enough() {
            if let Some(result) = &self.results[self.prefix] {
                self.prefix_records += result.records;
                for (name, owed) in &mut self.owed {
                    *owed = owed.saturating_sub(result.counters.get(name).copied().unwrap_or(0));
                }
            }
            self.prefix += 1;
        }
        if self.enough() {
            self.ready.clear();
            self.delayed.clear();
        }
    }

    /// Whether the first shards hold the plan's target, or its quotas.
    fn enough(&self) -> bool {
        let by_counters = !self.owed.is_empty() && self.owed.values().all(|owed| *owed == 0);
        by_counters || self.plan.target().is_some_and(|target| self.prefix_records >= target)
    }

    /// How many shards at the beginning of the plan make the result.
    pub(crate) fn wanted(&self) -> usize {
        if self.enough() { self.prefix } else { self.settled.len() }
    }

    /// Whether the job has no use for this shard any more.
    pub(crate) fn superfluous(&self, shard: u32) -> bool {
        self.enough() && shard as usize >= self.prefix
    }

    /// Whether nothing runs and nothing is to run, and nobody has still to come back.
    pub(crate) fn over(&self) -> bool {
        self.leases == 0 && self.running == 0 && self.ready.is_empty() && self.delayed.is_empty()
    }

    /// Drops what has not begun. Returns how many shards that were.
    pub(crate) fn drop_rest(&mut self) -> usize {
        let dropped = self.ready.len() + self.delayed.len();
        self.ready.clear();
        self.delayed.clear();
        self.cancelled += u32::try_from(dropped).unwrap_or(u32::MAX);
        dropped
    }

    fn wake(&mut self, now: Instant) {
        let mut at = 0;
        while at < self.delayed.len() {
            if self.delayed[at].0 <= now {
                let (_, ticket) = self.delayed.swap_remove(at);
                self.ready.push_front(ticket);
            } else {
                at += 1;
            }
        }
    }

    /// Takes the fate of a ticket in. Returns when it is tried again, if it is.
    pub(crate) fn ended(&mut self, ticket: Attempt, fate: AttemptResult, now: Instant) -> Option<Duration> {
        self.running -= 1;
        match fate {
            AttemptResult::Finished(result) => {
                self.results[ticket.shard as usize] = Some(result);
                self.settle(ticket);
            }
            AttemptResult::Returned { alone } => {
                if !self.superfluous(ticket.shard) {
                    self.ready.push_front(Attempt { alone: alone || ticket.alone, ..ticket });
                }
            }
            AttemptResult::Cancelled => {
                self.cancelled += 1;
                if self.superfluous(ticket.shard) {
                    self.cancelled -= 1;
                }
            }
            AttemptResult::Bad(_, _, may_help) if may_help && ticket.attempt < self.limits.max_attempts => {
                if !self.superfluous(ticket.shard) {
                    let pause = self.limits.backoff * 2u32.saturating_pow(ticket.attempt - 1);
                    self.delayed.push((now + pause, Attempt { attempt: ticket.attempt + 1, ..ticket }));
                    return Some(pause);
                }
            }
            AttemptResult::Bad(..) => {
                self.failed_shards += 1;
                self.settle(ticket);
            }
        }
        None
    }

    fn settle(&mut self, ticket: Attempt) {
        self.settled[ticket.shard as usize] = true;
        self.advance();
    }

    /// Gives the lane back that a lease took, and learns from how long its shards took.
    pub(crate) fn returned(&mut self, finished: usize, took: Duration) {
        self.leases -= 1;
        if finished >= self.batch && took < LEASE {
            self.batch = (self.batch * 2).min(BATCH);
        } else if took > LEASE * 4 {
            self.batch = (self.batch / 2).max(1);
        }
    }
}

/// All that one job has to do, for a worker that takes everything: once nothing waits for another
/// try any more, so that those come together.
pub(crate) fn everything(queues: &mut [Option<ShardQueue>], job: usize, now: Instant) -> Option<Lease> {
    let queue = queues[job].as_mut()?;
    queue.wake(now);
    if queue.ready.is_empty() || !queue.delayed.is_empty() {
        return None;
    }
    let mut tickets: Vec<Attempt> = queue.ready.drain(..).collect();
    tickets.sort_by_key(|ticket| ticket.shard);
    queue.running += tickets.len();
    queue.leases += 1;
    Some(Lease { job, tickets })
}

/// The next lease for a worker that last served `last`: the job with the fewest workers
/// first, the worker's own among equals. `workers` is the budget of the run; shards that mostly
/// wait are not counted against it.
pub(crate) fn next(
    queues: &mut [Option<ShardQueue>],
    last: Option<usize>,
    workers: usize,
    now: Instant,
) -> Option<Lease> {
    let waiting = |queue: &ShardQueue| queue.limits.extra_io_slots(workers);
    let busy: usize = queues.iter().flatten().map(|queue| queue.leases.saturating_sub(waiting(queue))).sum();
    let mut best: Option<(usize, bool, usize)> = None;
    for (job, queue) in queues.iter_mut().enumerate() {
        let Some(queue) = queue else { continue };
        queue.wake(now);
        let has_room = busy < workers || queue.leases < queue.limits.extra_io_slots(workers);
        if queue.ready.is_empty() || queue.leases >= queue.limits.lane || !has_room {
            continue;
        }
        let rank = (queue.leases, last != Some(job), job);
        if best.is_none_or(|best| rank < best) {
            best = Some(rank);
        }
    }
    let (_, _, job) = best?;
    let queue = queues[job].as_mut().expect("only jobs with a queue are ranked");
    let fair = queue.ready.len().div_ceil(workers * 2);
    let most = queue.batch.min(fair).max(1);
    let mut tickets = Vec::with_capacity(most);
    while tickets.len() < most {
        match queue.ready.pop_front() {
            Some(ticket) if ticket.alone && !tickets.is_empty() => {
                queue.ready.push_front(ticket);
                break;
            }
            Some(ticket) => {
                tickets.push(ticket);
                if ticket.alone {
                    break;
                }
            }
            None => break,
        }
    }
    queue.running += tickets.len();
    queue.leases += 1;
    Some(Lease { job, tickets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn queue(shards: usize, target: Option<u64>, limits: ShardLimits) -> Option<ShardQueue> {
        let mut plan = Plan::new((0..shards).map(Value::from));
        if let Some(target) = target {
            plan = plan.with_target(target);
        }
        Some(ShardQueue::new(Arc::new(plan), limits, (0..shards).map(|_| None).collect()))
    }

    fn finished(records: u64) -> AttemptResult {
        let mut result = StoredOutput::default();
        result.records = records;
        AttemptResult::Finished(result)
    }

    #[test]
    fn workers_spread_over_the_jobs_and_stay_with_theirs() {
        let now = Instant::now();
        let mut queues = [
            queue(9, None, ShardLimits::default()),
            queue(9, None, ShardLimits { lane: 1, ..ShardLimits::default() }),
        ];
        let jobs: Vec<usize> = (0..3).map(|_| next(&mut queues, None, 3, now).unwrap().job).collect();
        assert_eq!(jobs, [0, 1, 0], "job 1 has one lane");
        queues[1].as_mut().unwrap().returned(1, Duration::from_secs(1));
        assert_eq!(next(&mut queues, Some(1), 3, now).unwrap().job, 1);
    }

    #[test]
    fn who_waits_takes_nobody_s_place() {
        let now = Instant::now();
        let waiting = ShardLimits { lane: 3, extra_io_slots: 2, ..ShardLimits::default() };
        let mut queues = [queue(9, None, waiting), queue(9, None, ShardLimits::default())];
        let mut jobs: Vec<usize> =
            std::iter::from_fn(|| next(&mut queues, None, 3, now)).map(|lease| lease.job).collect();
        jobs.sort_unstable();
        assert_eq!(jobs, [0, 0, 0, 1, 1], "two wait, and three work");
    }

    #[test]
    fn a_bad_shard_is_tried_again_after_a_pause_that_doubles() {
        let now = Instant::now();
        let limits =
            ShardLimits { max_attempts: 3, backoff: Duration::from_secs(1), ..ShardLimits::default() };
        let mut queues = [queue(1, None, limits)];
        let mut at = now;
        for (attempt, pause) in [(1, Some(1)), (2, Some(2)), (3, None)] {
            let lease = next(&mut queues, None, 1, at).unwrap();
            assert_eq!(lease.tickets[0].attempt, attempt);
            let queue = queues[0].as_mut().unwrap();
            let bad = AttemptResult::Bad(Outcome::Crashed, "signal 11".into(), true);
            assert_eq!(queue.ended(lease.tickets[0], bad, at), pause.map(Duration::from_secs));
            queue.returned(0, Duration::ZERO);
            assert!(next(&mut queues, None, 1, at).is_none());
            at += Duration::from_secs(pause.unwrap_or(0));
        }
        let queue = queues[0].as_ref().unwrap();
        assert!(queue.over() && queue.failed_shards == 1);
    }

    #[test]
    fn what_is_enough_does_not_depend_on_who_is_first() {
        let now = Instant::now();
        for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1]] {
            let mut queues = [queue(5, Some(10), ShardLimits::default())];
            let mut leases: Vec<Lease> = (0..3).filter_map(|_| next(&mut queues, None, 3, now)).collect();
            leases.sort_by_key(|lease| lease.tickets[0].shard);
            let queue = queues[0].as_mut().unwrap();
            for at in order {
                queue.ended(leases[at].tickets[0], finished(6), now);
                queue.returned(1, Duration::ZERO);
            }
            assert_eq!(queue.wanted(), 2, "{order:?}");
            assert!(queue.over());
            assert!(queue.superfluous(2) && !queue.superfluous(1));
        }
    }
}
