//! What operators ask of a log: how many requests and errors over time, which paths are slow or fail, who asks.

mod path_stats;
mod path_template;
mod slowest;
mod time_bucket;
mod timeline;

pub(crate) use path_stats::{PathSketch, PathStats, PathTotals};
pub(crate) use slowest::{SlowRequest, SlowestRequests};
pub(crate) use time_bucket::BucketSize;
pub(crate) use timeline::{BucketCounts, Timeline};

use crate::file_split::MemoryShare;
use crate::heavy_hitters::HeavyHitters;
use crate::parse::LoggedRequest;

/// How these questions are answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerOptions {
    /// Size of the buckets of time, if it is chosen.
    pub(crate) bucket: Option<BucketSize>,
    /// Whether paths that differ in numbers and the like count as one.
    pub(crate) templates: bool,
}

/// Counts what these answers need, beside the counts that every run has.
#[derive(Debug)]
pub(crate) struct AnswerCounter {
    pub(crate) timeline: Timeline,
    pub(crate) paths: PathStats,
    pub(crate) slowest: SlowestRequests,
    pub(crate) clients: HeavyHitters,
    pub(crate) referrers: HeavyHitters,
}

impl AnswerCounter {
    /// Creates a counter that keeps to its share of memory.
    pub(crate) fn new(options: AnswerOptions, share: MemoryShare) -> Self {
        Self {
            timeline: Timeline::new(options.bucket),
            paths: PathStats::new(options.templates, share.keys),
            slowest: SlowestRequests::default(),
            clients: HeavyHitters::new(share.keys),
            referrers: HeavyHitters::new(share.keys),
        }
    }

    /// Counts a request.
    #[inline]
    pub(crate) fn add(&mut self, request: &LoggedRequest<'_>) {
        self.paths.add(request);
        if let Some(time) = request.time {
            self.timeline.add(time, request);
        }
        if let Some(latency) = request.latency {
            self.slowest.add(latency, request);
        }
        if let Some(client) = request.client {
            self.clients.count(client);
        }
        if let Some(referrer) = request.referrer.filter(|referrer| !matches!(*referrer, b"" | b"-")) {
            self.referrers.count(referrer);
        }
    }
}
