//! Requests, errors, bytes and latencies over time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time_bucket::BucketSize;
use crate::parse::LoggedRequest;

/// Most buckets that are counted; with more, they are merged into larger ones.
const MAX_BUCKETS: usize = 4096;

/// Most buckets that are listed if their size is not chosen. It is so much smaller than [`MAX_BUCKETS`] that the listed
/// size never depends on how the input was cut.
const MAX_LISTED: i64 = 120;

/// Counts of one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketCounts {
    pub(crate) requests: u64,
    /// Responses of the class 4xx.
    pub(crate) client_errors: u64,
    /// Responses of the class 5xx.
    pub(crate) server_errors: u64,
    pub(crate) bytes: u64,
    /// Requests with a latency, and the sum of the latencies in nanoseconds.
    pub(crate) timed: u64,
    pub(crate) latency: u128,
}

impl BucketCounts {
    /// Counts a request.
    #[inline]
    pub(super) fn add(&mut self, request: &LoggedRequest<'_>) {
        self.requests += 1;
        self.client_errors += u64::from(request.status / 100 == 4);
        self.server_errors += u64::from(request.status / 100 == 5);
        self.bytes = self.bytes.saturating_add(request.bytes.unwrap_or(0));
        if let Some(latency) = request.latency {
            self.timed += 1;
            self.latency += u128::from(latency);
        }
    }

    /// Adds other counts.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.client_errors += other.client_errors;
        self.server_errors += other.server_errors;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.timed += other.timed;
        self.latency += other.latency;
    }

    /// Returns the mean latency in milliseconds.
    pub(crate) fn mean_ms(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.latency as f64 / self.timed as f64 / 1e6)
    }
}

/// Counts in buckets of time.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    size: BucketSize,
    is_chosen: bool,
    buckets: BTreeMap<i64, BucketCounts>,
    /// Start of the bucket of the last request, and its counts: logs are nearly always in order.
    current: (i64, BucketCounts),
}

impl Timeline {
    /// Creates an empty timeline, whose buckets may become larger.
    pub(crate) fn new(chosen: Option<BucketSize>) -> Self {
        Self {
            size: chosen.unwrap_or(BucketSize::LEAST),
            is_chosen: chosen.is_some(),
            buckets: BTreeMap::new(),
            current: Default::default(),
        }
    }

    /// Counts a request.
    #[inline]
    pub(super) fn add(&mut self, time: i64, request: &LoggedRequest<'_>) {
        let (start, counts) = &mut self.current;
        let is_current = counts.requests > 0 && (0..self.size.seconds).contains(&time.wrapping_sub(*start));
        if !is_current {
            self.flush();
            self.current.0 = self.size.start_of(time);
        }
        self.current.1.add(request);
    }

    /// Moves the counts of the current bucket into the map.
    fn flush(&mut self) {
        let (start, counts) = std::mem::take(&mut self.current);
        if counts.requests > 0 {
            self.merge_bucket(start, &counts);
        }
    }

    fn merge_bucket(&mut self, start: i64, counts: &BucketCounts) {
        self.buckets.entry(self.size.start_of(start)).or_default().merge(counts);
        while self.buckets.len() > MAX_BUCKETS {
            self.grow();
        }
    }

    /// Merges the buckets into those of the next size.
    fn grow(&mut self) {
        self.size = self.size.next();
        for (start, counts) in std::mem::take(&mut self.buckets) {
            self.buckets.entry(self.size.start_of(start)).or_default().merge(&counts);
        }
    }

    /// Adds buckets that were counted elsewhere.
    pub(crate) fn merge(&mut self, size: BucketSize, buckets: &[(i64, BucketCounts)]) {
        while self.size.seconds < size.seconds {
            self.grow();
        }
        buckets.iter().for_each(|(start, counts)| self.merge_bucket(*start, counts));
    }

    /// Returns the size of the buckets, and the buckets in order.
    pub(crate) fn into_buckets(mut self) -> (BucketSize, Vec<(i64, BucketCounts)>) {
        self.flush();
        (self.size, self.buckets.into_iter().collect())
    }

    /// Returns the second of the first and of the last bucket.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let all =
            || self.buckets.keys().copied().chain((self.current.1.requests > 0).then_some(self.current.0));
        Some((all().min()?, all().max()?))
    }

    /// Returns the buckets as they are listed: few enough to look at, unless their size is chosen.
    pub(crate) fn into_listed(mut self) -> (BucketSize, Vec<(i64, BucketCounts)>) {
        self.flush();
        let span = match (self.buckets.first_key_value(), self.buckets.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last - first,
            _ => 0,
        };
        while !self.is_chosen && span / self.size.seconds >= MAX_LISTED {
            self.grow();
        }
        self.into_buckets()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(status: u16) -> LoggedRequest<'static> {
        let mut dates = crate::parse::DateCache::default();
        let line = br#"h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 7"#;
        LoggedRequest { status, ..crate::parse::parse_common(line, &mut dates).unwrap() }
    }

    proptest! {
        #[test]
        fn the_listed_buckets_do_not_depend_on_how_the_times_are_cut(
            times in prop::collection::vec((0i64..20_000_000, 100u16..600), 1..300), cut in 0..300usize
        ) {
            let count = |times: &[(i64, u16)]| {
                let mut timeline = Timeline::new(None);
                times.iter().for_each(|(time, status)| timeline.add(*time, &request(*status)));
                timeline
            };
            let whole = count(&times).into_listed();
            let mut merged = Timeline::new(None);
            let (one, other) = times.split_at(cut.min(times.len()));
            for part in [one, other] {
                let (size, buckets) = count(part).into_buckets();
                merged.merge(size, &buckets);
            }
            prop_assert_eq!(&merged.into_listed(), &whole);
            prop_assert!(whole.1.len() <= MAX_LISTED as usize + 1);
            prop_assert_eq!(whole.1.iter().map(|(_, counts)| counts.requests).sum::<u64>(), times.len() as u64);
        }
    }

    #[test]
    fn many_buckets_become_larger_ones_and_a_chosen_size_stays() {
        let mut timeline = Timeline::new(None);
        (0..20_000).for_each(|time| timeline.add(time, &request(500)));
        let (size, buckets) = timeline.clone().into_buckets();
        assert_eq!((size.seconds, buckets.len()), (10, 2000));
        let (size, buckets) = timeline.into_listed();
        assert_eq!((size.describe(), buckets.len()), ("5m".to_owned(), 67));
        assert_eq!(
            buckets[0].1,
            BucketCounts { requests: 300, server_errors: 300, bytes: 2100, ..buckets[0].1 }
        );
        let mut chosen = Timeline::new(Some(BucketSize::parse("7s").unwrap()));
        (0..2000).for_each(|time| chosen.add(time, &request(200)));
        assert_eq!(chosen.into_listed().1.len(), 286);
    }
}
