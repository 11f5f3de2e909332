//! The arithmetic of rate budgets: from the requests that were sent and the limits that a service reported, the time at
//! which the next request may go. It knows neither clock nor file, so that it can be tested with any times.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::service::RateWindow;

/// Part of a quota that is never spent, as a divisor: other users of the credential may have sent requests that are not
/// yet counted.
const RESERVE_DIVISOR: u64 = 50;

/// Fewest requests of a quota that are never spent.
const MIN_RESERVE: u64 = 10;

/// Furthest time after now that a ledger holds, in milliseconds: longer than any wait that is believed. One that holds a
/// later time is damaged, or was made by a stranger.
pub(crate) const MAX_AHEAD_MS: u64 = 24 * 3_600_000;

/// Most requests that a ledger holds: far more than the largest window lets through.
const MAX_REQUESTS: usize = 100_000;

/// Wait for a request under way, whose end is not known, in milliseconds.
const UNDER_WAY_WAIT_MS: u64 = 20;

/// A request. The server counted it at some moment between `sent` and `ended`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SentRequest {
    /// Number of the slot that the request used.
    #[serde(rename = "lane")]
    slot: usize,
    sent: u64,
    ended: Option<u64>,
}

/// A time until which nothing is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct TimedBlock {
    until: u64,
    reason: String,
}

/// A quota as a service reported it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RateQuota {
    /// Requests, or points, of a whole period.
    pub(crate) limit: u64,
    /// Requests, or points, that are left.
    pub(crate) remaining: u64,
    /// Begin of the next period: a reading of the ledger's clock, in milliseconds.
    pub(crate) reset: u64,
}

impl RateQuota {
    /// Returns how much is not spent.
    fn reserve(&self) -> u64 {
        // Half at most, or a small quota would be reserved as a whole.
        (self.limit / RESERVE_DIVISOR).max(MIN_RESERVE).min(self.limit / 2)
    }
}

/// The requests of one credential to one service, and the limits that the service reported. All times are readings of
/// one clock, in milliseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct RequestLedger {
    requests: Vec<SentRequest>,
    block: Option<TimedBlock>,
    /// Time until which nobody tries again, after a host was not reached in several attempts.
    #[serde(default, rename = "away")]
    unreachable: Option<TimedBlock>,
    /// Time until which only one request at a time may go.
    #[serde(rename = "single_until")]
    serialized_until: u64,
    /// By the service's names: GitHub counts requests to its APIs apart.
    quotas: BTreeMap<String, RateQuota>,
}

/// A wait before a request may go, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequiredWait {
    /// The window is full, or the quota spent.
    Limit { length: u64, reason: String },
    /// The service asked for it.
    Requested { length: u64, reason: String },
}

impl RequestLedger {
    /// Returns whether a ledger can be what this program wrote before now.
    pub(crate) fn is_plausible(&self, now: u64) -> bool {
        let latest = now.saturating_add(MAX_AHEAD_MS);
        let requests = self.requests.iter().flat_map(|request| [Some(request.sent), request.ended]).flatten();
        let blocks = [&self.block, &self.unreachable].into_iter().flatten().map(|block| block.until);
        let resets = self.quotas.values().map(|quota| quota.reset);
        self.requests.len() <= MAX_REQUESTS
            && requests.chain(blocks).chain(resets).chain([self.serialized_until]).all(|time| time <= latest)
    }

    /// Returns how long a request has to wait, if it has to.
    pub(crate) fn wait(&self, now: u64, window: Option<RateWindow>, quota: &str) -> Option<RequiredWait> {
        if let Some(block) = &self.block
            && block.until > now
        {
            return Some(RequiredWait::Requested { length: block.until - now, reason: block.reason.clone() });
        }
        if let Some(quota) = self.quotas.get(quota)
            && quota.reset > now
            && quota.remaining <= quota.reserve()
        {
            let reason = format!("{} of {} requests are left", quota.remaining, quota.limit);
            return Some(RequiredWait::Limit { length: quota.reset - now, reason });
        }
        let window = window?;
        let length = millis(window.length);
        let mut counted: Vec<Option<u64>> = self
            .requests
            .iter()
            .map(|request| request.ended)
            .filter(|ended| counts(*ended, now, length))
            .collect();
        let over = counted.len().checked_sub(window.max_requests)?;
        // Requests under way come last: nobody knows when they will end.
        counted.sort_by_key(|ended| ended.unwrap_or(u64::MAX));
        // As many requests have to leave the window as are over the limit, the one that is about to
        // go included.
        let wait =
            counted[over].map_or(UNDER_WAY_WAIT_MS, |ended| ended.saturating_add(length).saturating_sub(now));
        let reason = format!("{} requests in {:.0} s", window.max_requests, window.length.as_secs_f64());
        Some(RequiredWait::Limit { length: wait, reason })
    }

    /// Returns whether requests may go one at a time only.
    pub(crate) fn must_serialize(&self, now: u64) -> bool {
        self.serialized_until > now
    }

    /// Records that a request goes, in a slot that was free.
    pub(crate) fn send(&mut self, now: u64, slot: usize, quota: &str) {
        // The slot was free, so a request that is recorded there was ended by the death of its process.
        self.end(now, slot);
        self.requests.push(SentRequest { slot, sent: now, ended: None });
        if let Some(quota) = self.quotas.get_mut(quota) {
            quota.remaining = quota.remaining.saturating_sub(1);
        }
    }

    /// Records that the request in a slot has ended.
    pub(crate) fn end(&mut self, now: u64, slot: usize) {
        for request in &mut self.requests {
            if request.slot == slot && request.ended.is_none() {
                // Clocks of processors may differ by a tick; a request must not end before it was sent.
                request.ended = Some(now.max(request.sent));
            }
        }
    }

    /// Drops everything that no longer counts.
    pub(crate) fn forget(&mut self, now: u64, window: Option<RateWindow>) {
        let length = window.map_or(0, |window| millis(window.length));
        self.requests.retain(|request| counts(request.ended, now, length));
        self.quotas.retain(|_, quota| quota.reset > now);
        self.block.take_if(|block| block.until <= now);
    }

    /// Returns the slots whose requests are under way.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = usize> {
        self.requests.iter().filter(|request| request.ended.is_none()).map(|request| request.slot)
    }

    /// Makes all requests wait until a time, unless they wait for longer already.
    pub(crate) fn block(&mut self, until: u64, reason: String) {
        if self.block.as_ref().is_none_or(|block| block.until < until) {
            self.block = Some(TimedBlock { until, reason });
        }
    }

    /// Returns why the host was not reached, if that was only just now.
    pub(crate) fn unreachable(&self, now: u64) -> Option<&str> {
        self.unreachable.as_ref().filter(|block| block.until > now).map(|block| block.reason.as_str())
    }

    /// Records that the host cannot be reached, so that nobody tries until a time.
    pub(crate) fn mark_unreachable(&mut self, until: u64, reason: String) {
        self.unreachable = Some(TimedBlock { until, reason });
    }

    /// Lets requests go one at a time only, until a time.
    pub(crate) fn serialize_until(&mut self, until: u64) {
        self.serialized_until = self.serialized_until.max(until);
    }

    /// Records a quota that came with the answer to a request that has ended.
    pub(crate) fn set_quota(&mut self, name: &str, mut quota: RateQuota) {
        // The service has not counted the requests that are still under way.
        let under_way = self.under_way().count() as u64;
        quota.remaining = quota.remaining.saturating_sub(under_way);
        self.quotas.insert(name.to_owned(), quota);
    }
}

fn counts(ended: Option<u64>, now: u64, length: u64) -> bool {
    ended.is_none_or(|ended| ended.saturating_add(length) > now)
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Requests go as soon as they may, and the server counts each at any time between sending and answer: in no
        /// window does it count more than the limit.
        #[test]
        fn a_window_never_holds_more_than_the_limit(
            requests in prop::collection::vec((0_u64..3_000, 0_u64..20_000, 0.0_f64..=1.0), 1..80),
            max_requests in 1_usize..8,
        ) {
            let window = RateWindow { max_requests, length: Duration::from_millis(30_500) };
            let (mut ledger, mut now) = (RequestLedger::default(), 0_u64);
            let mut running: Vec<(usize, u64)> = Vec::new();
            let mut counted = Vec::new();
            for (slot, (idle, takes, at)) in requests.into_iter().enumerate() {
                now += idle;
                loop {
                    running.retain(|(slot, ends)| {
                        let runs = *ends > now;
                        if !runs {
                            ledger.end(*ends, *slot);
                        }
                        runs
                    });
                    ledger.forget(now, Some(window));
                    match ledger.wait(now, Some(window), "") {
                        None => break,
                        Some(RequiredWait::Limit { length, .. } | RequiredWait::Requested { length, .. }) => now += length.max(1),
                    }
                }
                ledger.send(now, slot, "");
                running.push((slot, now + takes));
                counted.push(now + (takes as f64 * at) as u64);
            }
            counted.sort_unstable();
            for (first, from) in counted.iter().enumerate() {
                let within = counted[first..].iter().filter(|at| **at - from <= 30_000).count();
                prop_assert!(within <= max_requests, "{within} of {max_requests}: {counted:?}");
            }
        }
    }

    #[test]
    fn a_reserve_of_the_quota_is_not_spent() {
        let mut ledger = RequestLedger::default();
        ledger.set_quota("core", RateQuota { limit: 60, remaining: 12, reset: 5_000 });
        ledger.send(0, 0, "core");
        assert_eq!(ledger.wait(0, None, "core"), None);
        ledger.send(0, 1, "core");
        assert_eq!(
            ledger.wait(1_000, None, "core"),
            Some(RequiredWait::Limit { length: 4_000, reason: "10 of 60 requests are left".to_owned() })
        );
        assert_eq!(ledger.wait(1_000, None, "graphql"), None);
        assert_eq!(ledger.wait(5_000, None, "core"), None);
    }

    /// Any number of the file may be any number.
    #[test]
    fn absurd_numbers_are_noticed_and_overflow_nothing() {
        let window = Some(RateWindow { max_requests: 1, length: Duration::from_secs(30) });
        let text = |number: u64| {
            format!(
                r#"{{"requests":[{{"lane":0,"sent":{number},"ended":{number}}},{{"lane":{number},"sent":0,"ended":null}}],
                "block":{{"until":{number},"reason":""}},"single_until":{number},
                "quotas":{{"a":{{"limit":{number},"remaining":{number},"reset":{number}}}}}}}"#
            )
        };
        for (number, is_plausible) in [(0, true), (MAX_AHEAD_MS, true), (1 << 40, false), (u64::MAX, false)] {
            let mut ledger: RequestLedger = serde_json::from_str(&text(number)).unwrap();
            assert_eq!(ledger.is_plausible(0), is_plausible, "{number}");
            for now in [0, 1, u64::MAX] {
                let _ = ledger.wait(now, window, "a");
                ledger.send(now, 0, "a");
                ledger.end(now, 0);
                ledger.forget(now, window);
            }
        }
    }

    #[test]
    fn the_longest_block_counts() {
        let mut ledger = RequestLedger::default();
        ledger.block(900, "b".to_owned());
        ledger.block(500, "a".to_owned());
        assert_eq!(
            ledger.wait(400, None, ""),
            Some(RequiredWait::Requested { length: 500, reason: "b".to_owned() })
        );
        ledger.forget(900, None);
        assert_eq!(ledger.wait(900, None, ""), None);
    }
}
