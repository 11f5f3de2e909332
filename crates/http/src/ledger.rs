//! The arithmetic of budgets: what was asked, what a service said of its limits, and from when on
//! the next request may go. It knows no clock and no file, so that it can be tested with any.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::service::Window;

/// Of a quota, this part is never spent: requests of others that are not yet counted.
const RESERVE: u64 = 50;

/// And at least this many requests.
const LEAST_RESERVE: u64 = 10;

/// How soon to look again while requests are under way whose end is not known.
const UNDER_WAY: u64 = 20;

/// A request. The server counted it at some moment between `sent` and `ended`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sent {
    lane: usize,
    sent: u64,
    ended: Option<u64>,
}

/// The service told everyone to wait.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Block {
    until: u64,
    reason: String,
}

/// How much a service said is left of a quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Quota {
    /// Requests, or points, of a whole period.
    pub(super) limit: u64,
    /// What is left of them.
    pub(super) remaining: u64,
    /// When the next period begins; a reading of the ledger's clock, in milliseconds.
    pub(super) reset: u64,
}

impl Quota {
    fn reserve(&self) -> u64 {
        // Half at most, or a small quota would be reserved as a whole.
        (self.limit / RESERVE).max(LEAST_RESERVE).min(self.limit / 2)
    }
}

/// What one credential asked of one service. All times are readings of one clock, in
/// milliseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    requests: Vec<Sent>,
    block: Option<Block>,
    /// Nobody was reached, however often it was tried: until when nobody tries again.
    #[serde(default)]
    away: Option<Block>,
    /// Until when only one request at a time may go.
    single_until: u64,
    /// By the service's name for them: GitHub counts its APIs apart.
    quotas: BTreeMap<String, Quota>,
}

/// Why a request has to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The window is full, or the quota spent: it passes.
    Limit { length: u64, reason: String },
    /// The service said so.
    Told { length: u64, reason: String },
}

impl Ledger {
    /// How long a request has to wait, if it has to.
    pub(super) fn wait(&self, now: u64, window: Option<Window>, quota: &str) -> Option<Wait> {
        if let Some(block) = &self.block
            && block.until > now
        {
            return Some(Wait::Told { length: block.until - now, reason: block.reason.clone() });
        }
        if let Some(quota) = self.quotas.get(quota)
            && quota.reset > now
            && quota.remaining <= quota.reserve()
        {
            let reason = format!("{} of {} requests are left", quota.remaining, quota.limit);
            return Some(Wait::Limit { length: quota.reset - now, reason });
        }
        let window = window?;
        let length = millis(window.length);
        let mut counted: Vec<Option<u64>> = self
            .requests
            .iter()
            .map(|request| request.ended)
            .filter(|ended| counts(*ended, now, length))
            .collect();
        let over = counted.len().checked_sub(window.most)?;
        // Those that are under way come last: nobody knows when they will end.
        counted.sort_by_key(|ended| ended.unwrap_or(u64::MAX));
        // As many requests have to leave the window as are over the limit, the one that is about to
        // go included.
        let wait = counted[over].map_or(UNDER_WAY, |ended| ended + length - now);
        let reason = format!("{} requests in {:.0} s", window.most, window.length.as_secs_f64());
        Some(Wait::Limit { length: wait, reason })
    }

    /// Whether requests may go one at a time only.
    pub(super) fn is_single(&self, now: u64) -> bool {
        self.single_until > now
    }

    /// Notes that a request goes, in a lane that is free.
    pub(super) fn send(&mut self, now: u64, lane: usize, quota: &str) {
        // The lane was free, so what is noted there has ended without saying so.
        self.end(now, lane);
        self.requests.push(Sent { lane, sent: now, ended: None });
        if let Some(quota) = self.quotas.get_mut(quota) {
            quota.remaining = quota.remaining.saturating_sub(1);
        }
    }

    /// Notes that whatever used a lane has come to its end.
    pub(super) fn end(&mut self, now: u64, lane: usize) {
        for request in &mut self.requests {
            if request.lane == lane && request.ended.is_none() {
                // A clock that differs between processors by a tick must not end before it began.
                request.ended = Some(now.max(request.sent));
            }
        }
    }

    /// Forgets what no longer counts.
    pub(super) fn forget(&mut self, now: u64, window: Option<Window>) {
        let length = window.map_or(0, |window| millis(window.length));
        self.requests.retain(|request| counts(request.ended, now, length));
        self.quotas.retain(|_, quota| quota.reset > now);
        self.block.take_if(|block| block.until <= now);
    }

    /// The lanes whose requests are under way.
    pub(super) fn under_way(&self) -> impl Iterator<Item = usize> {
        self.requests.iter().filter(|request| request.ended.is_none()).map(|request| request.lane)
    }

    /// Makes everybody wait until then, unless they wait for longer already.
    pub(super) fn block(&mut self, until: u64, reason: String) {
        if self.block.as_ref().is_none_or(|block| block.until < until) {
            self.block = Some(Block { until, reason });
        }
    }

    /// Why nobody needs to try, if nobody was reached just now.
    pub(super) fn away(&self, now: u64) -> Option<&str> {
        self.away.as_ref().filter(|away| away.until > now).map(|away| away.reason.as_str())
    }

    /// Spares others the tries that came to nothing, until then.
    pub(super) fn keep_away(&mut self, until: u64, reason: String) {
        self.away = Some(Block { until, reason });
    }

    /// Lets requests go one at a time only until then.
    pub(super) fn single(&mut self, until: u64) {
        self.single_until = self.single_until.max(until);
    }

    /// Notes what the service said, in answer to a request that has ended. It has not counted
    /// those that are under way.
    pub(super) fn said(&mut self, name: &str, mut quota: Quota) {
        let under_way = self.under_way().count() as u64;
        quota.remaining = quota.remaining.saturating_sub(under_way);
        self.quotas.insert(name.to_owned(), quota);
    }
}

fn counts(ended: Option<u64>, now: u64, length: u64) -> bool {
    ended.is_none_or(|ended| ended + length > now)
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever asks as soon as it is allowed to, and wherever between sending and answer
        /// the server counts: it never counts more than the limit in any window.
        #[test]
        fn a_window_never_holds_more(
            requests in prop::collection::vec((0_u64..3_000, 0_u64..20_000, 0.0_f64..=1.0), 1..80),
            most in 1_usize..8,
        ) {
            let window = Window { most, length: Duration::from_millis(30_500) };
            let (mut ledger, mut now) = (Ledger::default(), 0_u64);
            let mut running: Vec<(usize, u64)> = Vec::new();
            let mut counted = Vec::new();
            for (lane, (idle, takes, at)) in requests.into_iter().enumerate() {
                now += idle;
                loop {
                    running.retain(|(lane, ends)| {
                        let runs = *ends > now;
                        if !runs {
                            ledger.end(*ends, *lane);
                        }
                        runs
                    });
                    ledger.forget(now, Some(window));
                    match ledger.wait(now, Some(window), "") {
                        None => break,
                        Some(Wait::Limit { length, .. } | Wait::Told { length, .. }) => now += length.max(1),
                    }
                }
                ledger.send(now, lane, "");
                running.push((lane, now + takes));
                counted.push(now + (takes as f64 * at) as u64);
            }
            counted.sort_unstable();
            for (first, from) in counted.iter().enumerate() {
                let within = counted[first..].iter().filter(|at| **at - from <= 30_000).count();
                prop_assert!(within <= most, "{within} of {most}: {counted:?}");
            }
        }
    }

    #[test]
    fn a_quota_is_not_spent_to_its_end() {
        let mut ledger = Ledger::default();
        ledger.said("core", Quota { limit: 60, remaining: 12, reset: 5_000 });
        ledger.send(0, 0, "core");
        assert_eq!(ledger.wait(0, None, "core"), None);
        ledger.send(0, 1, "core");
        assert_eq!(
            ledger.wait(1_000, None, "core"),
            Some(Wait::Limit { length: 4_000, reason: "10 of 60 requests are left".to_owned() })
        );
        assert_eq!(ledger.wait(1_000, None, "graphql"), None);
        assert_eq!(ledger.wait(5_000, None, "core"), None);
    }

    #[test]
    fn the_longest_block_counts() {
        let mut ledger = Ledger::default();
        ledger.block(900, "b".to_owned());
        ledger.block(500, "a".to_owned());
        assert_eq!(ledger.wait(400, None, ""), Some(Wait::Told { length: 500, reason: "b".to_owned() }));
        ledger.forget(900, None);
        assert_eq!(ledger.wait(900, None, ""), None);
    }
}
