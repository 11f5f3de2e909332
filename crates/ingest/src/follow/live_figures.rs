//! What views show of logs that are followed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::answers::{PathSketch, PathTotals};
use crate::line_counter::LineCounter;

/// Paths that are listed.
const LISTED_PATHS: usize = 50;

/// Figures of logs that are followed, at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveFigures {
    /// Milliseconds since the logs are followed.
    pub elapsed_ms: u64,
    /// Lines of any kind.
    pub lines: u64,
    /// Lines that are requests and pass the filter.
    pub requests: u64,
    /// Lines that are not requests.
    pub malformed: u64,
    /// Responses of the class 4xx.
    pub client_errors: u64,
    /// Responses of the class 5xx.
    pub server_errors: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// Requests by status; 0 stands for a request without one.
    pub statuses: Vec<(u16, u64)>,
    /// Latencies of all requests.
    pub latency: Option<LatencyQuantiles>,
    /// Requests and latencies of the last minute.
    pub recent: RecentFigures,
    /// The most frequent paths, the first one most so.
    pub paths: Vec<LivePath>,
    /// The logs, in the order in which they were named.
    pub logs: Vec<LiveLog>,
    /// Times that a file was replaced by another one of its name.
    pub rotations: u64,
    /// Times that a file was emptied.
    pub truncations: u64,
}

/// Quantiles of latencies in milliseconds, within 1.6 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatencyQuantiles {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// Figures of the last seconds, by when the lines came and not by the dates in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecentFigures {
    /// Requests per second, over up to ten seconds.
    pub requests_per_second: f64,
    /// Bytes per second, over up to ten seconds.
    pub bytes_per_second: f64,
    /// Requests and errors of each of the last seconds, the latest one last.
    pub seconds: Vec<SecondCounts>,
    /// Requests of the last minute.
    pub requests: u64,
    /// Responses of the class 4xx in the last minute.
    pub client_errors: u64,
    /// Responses of the class 5xx in the last minute.
    pub server_errors: u64,
    /// Latencies of the last minute.
    pub latency: Option<LatencyQuantiles>,
}

/// Counts of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondCounts {
    /// Requests.
    pub requests: u64,
    /// Responses of the classes 4xx and 5xx.
    pub errors: u64,
}

/// Figures of one path or template.
#[derive(Clone, Debug, PartialEq)]
pub struct LivePath {
    /// The path as it was logged, or the template; text from outside.
    pub path: String,
    /// Requests.
    pub requests: u64,
    /// Responses of the class 4xx.
    pub client_errors: u64,
    /// Responses of the class 5xx.
    pub server_errors: u64,
    /// Latencies.
    pub latency: Option<LatencyQuantiles>,
}

/// Figures of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveLog {
    /// Its path, or `standard input`.
    pub name: String,
    /// Format of its lines, in words.
    pub format: String,
    /// Lines of any kind.
    pub lines: u64,
    /// Lines that are not requests.
    pub malformed: u64,
}

/// Counts since the beginning, at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct CurrentTotals {
    pub(super) requests: u64,
    pub(super) client_errors: u64,
    pub(super) server_errors: u64,
    pub(super) bytes: u64,
    pub(super) latencies: PathSketch,
}

impl LatencyQuantiles {
    /// Returns the quantiles of a sketch, unless it is empty.
    pub(super) fn of(sketch: &PathSketch) -> Option<Self> {
        let last = sketch.count().checked_sub(1)?;
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|quantile| {
            let rank = (last as f64 * quantile).round() as u64;
            sketch.value_at_rank(rank) as f64 / 1e6
        });
        Some(Self { p50, p95, p99 })
    }
}

impl LiveFigures {
    /// Returns the figures that counters have so far, without those of the last seconds, and the totals.
    pub(super) fn of<'a>(counters: impl Iterator<Item = &'a LineCounter> + Clone) -> (Self, CurrentTotals) {
        let mut statuses = BTreeMap::<u16, u64>::new();
        let (mut figures, mut totals) = (Self::default(), CurrentTotals::default());
        for counter in counters.clone() {
            let counts = &counter.counts;
            figures.lines += counts.lines;
            figures.malformed += counts.lines - counts.requests - counts.filtered;
            totals.requests += counts.requests;
            totals.bytes = totals.bytes.saturating_add(u64::try_from(counts.bytes).unwrap_or(u64::MAX));
            for (status, requests) in counter.requests_by_status() {
                *statuses.entry(status).or_default() += requests;
            }
        }
        let class = |class: u16| -> u64 {
            statuses.iter().filter(|(status, _)| **status / 100 == class).map(|(_, requests)| requests).sum()
        };
        (totals.client_errors, totals.server_errors) = (class(4), class(5));
        for counter in counters.clone() {
            let paths = counter.answers.iter().map(|answers| &answers.paths);
            for path in paths.flat_map(|paths| paths.templates().iter().chain([paths.others()])) {
                totals.latencies.merge(&path.sketch);
            }
        }
        figures.requests = totals.requests;
        (figures.client_errors, figures.server_errors) = (totals.client_errors, totals.server_errors);
        figures.bytes = totals.bytes;
        figures.statuses = statuses.into_iter().collect();
        figures.latency = LatencyQuantiles::of(&totals.latencies);
        figures.paths = most_frequent(counters);
        (figures, totals)
    }
}

/// Returns the most frequent paths of all logs together.
fn most_frequent<'a>(counters: impl Iterator<Item = &'a LineCounter>) -> Vec<LivePath> {
    let all =
        counters.flat_map(|counter| counter.answers.iter()).flat_map(|answers| answers.paths.templates());
    let mut paths = BTreeMap::<&str, Vec<&PathTotals>>::new();
    all.for_each(|path| paths.entry(&path.path).or_default().push(path));
    let mut paths: Vec<_> = paths.into_iter().collect();
    let requests = |paths: &[&PathTotals]| paths.iter().map(|path| path.counts.requests).sum::<u64>();
    // The sort is stable: equally frequent paths stay in the order of their names.
    paths.sort_by_key(|(_, paths)| Reverse(requests(paths)));
    let listed = paths.into_iter().take(LISTED_PATHS).map(|(path, parts)| {
        let mut sketch = PathSketch::default();
        parts.iter().for_each(|part| sketch.merge(&part.sketch));
        let sum = |of: fn(&PathTotals) -> u64| parts.iter().map(|part| of(part)).sum::<u64>();
        LivePath {
            path: path.to_owned(),
            requests: requests(&parts),
            client_errors: sum(|part| part.counts.client_errors),
            server_errors: sum(|part| part.counts.server_errors),
            latency: LatencyQuantiles::of(&sketch),
        }
    });
    listed.collect()
}
