//! The totals of each of the last seconds, from whose differences recent figures follow.

use std::collections::VecDeque;

use super::live_figures::{CurrentTotals, LatencyQuantiles, RecentFigures, SecondCounts};

/// Seconds that are kept.
const KEPT_SECONDS: usize = 120;

/// Seconds over which rates are taken.
const RATE_SECONDS: usize = 10;

/// Seconds over which latencies and shares of errors are taken.
const WINDOW_SECONDS: usize = 60;

/// Totals at the beginning of each of the last seconds.
#[derive(Debug, Default)]
pub(super) struct RecentTotals {
    /// The totals with their time in milliseconds, the latest last.
    seconds: VecDeque<(u64, CurrentTotals)>,
}

impl RecentTotals {
    /// Returns the recent figures at a time in milliseconds, when these are the totals.
    pub(super) fn observe(&mut self, at_ms: u64, totals: &CurrentTotals) -> RecentFigures {
        if self.seconds.back().is_none_or(|(last, _)| at_ms - last >= 1000) {
            self.seconds.push_back((at_ms, totals.clone()));
            // One more than is shown: a second lies between two totals.
            self.seconds.drain(..self.seconds.len().saturating_sub(KEPT_SECONDS + 1));
        }
        let back = |seconds: usize| self.seconds.get(self.seconds.len().saturating_sub(seconds + 1));
        let mut figures = RecentFigures::default();
        if let Some((since, before)) = back(RATE_SECONDS)
            && at_ms > *since
        {
            let seconds = (at_ms - since) as f64 / 1000.0;
            figures.requests_per_second = growth(totals.requests, before.requests) as f64 / seconds;
            figures.bytes_per_second = growth(totals.bytes, before.bytes) as f64 / seconds;
        }
        if let Some((_, before)) = back(WINDOW_SECONDS) {
            figures.requests = growth(totals.requests, before.requests);
            figures.client_errors = growth(totals.client_errors, before.client_errors);
            figures.server_errors = growth(totals.server_errors, before.server_errors);
            figures.latency = LatencyQuantiles::of(&totals.latencies.since(&before.latencies));
        }
        let errors = |totals: &CurrentTotals| totals.client_errors + totals.server_errors;
        let pairs = self.seconds.iter().zip(self.seconds.iter().skip(1));
        figures.seconds = pairs
            .map(|((_, before), (_, after))| SecondCounts {
                requests: growth(after.requests, before.requests),
                errors: growth(errors(after), errors(before)),
            })
            .collect();
        figures
    }
}

/// Returns the growth of a total. The first lines of a log are counted anew when their format is found, and may be fewer
/// requests then.
fn growth(now: u64, before: u64) -> u64 {
    now.saturating_sub(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_may_shrink_when_lines_are_counted_anew() {
        let mut recent = RecentTotals::default();
        let mut first =
            CurrentTotals { requests: 90, bytes: 9000, server_errors: 9, ..CurrentTotals::default() };
        first.latencies.add(7_000_000, 90);
        recent.observe(0, &first);
        let mut fewer = CurrentTotals { requests: 10, ..CurrentTotals::default() };
        fewer.latencies.add(7_000_000, 10);
        let figures = recent.observe(2000, &fewer);
        assert_eq!((figures.requests, figures.server_errors), (0, 0));
        assert_eq!((figures.requests_per_second, figures.bytes_per_second), (0.0, 0.0));
        assert_eq!(figures.seconds.last().map(|last| last.requests), Some(0));
    }

    #[test]
    fn recent_figures_are_differences() {
        let (mut recent, mut totals) = (RecentTotals::default(), CurrentTotals::default());
        // What was there before is not recent.
        totals.requests = 1_000_000;
        totals.latencies.add(9_000_000_000, 1_000_000);
        assert_eq!(recent.observe(0, &totals), RecentFigures::default());
        for second in 1..=200 {
            totals.requests += 50;
            totals.server_errors += u64::from(second > 190);
            totals.latencies.add(if second > 140 { 2_000_000 } else { 7_000_000_000 }, 50);
            let figures = recent.observe(second * 1000, &totals);
            assert_eq!(figures.requests_per_second, 50.0);
            assert_eq!(figures.seconds.len(), second.min(120) as usize);
            assert_eq!(figures.seconds.last().map(|last| last.requests), Some(50));
        }
        let figures = recent.observe(200_500, &totals);
        assert_eq!((figures.requests, figures.server_errors), (3000, 10));
        let p99 = figures.latency.unwrap().p99;
        assert!((p99 - 2.0).abs() < 0.04, "{p99}");
        // Half a second without requests lowers the rate, and begins no new second.
        assert!((figures.requests_per_second - 500.0 / 10.5).abs() < 1e-9);
        assert_eq!(figures.seconds.len(), 120);
    }
}
