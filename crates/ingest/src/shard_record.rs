//! The records that a shard emits and the merge reads.

use serde::{Deserialize, Serialize};

use crate::answers::{BucketCounts, BucketSize, PathTotals, SlowRequest};
use crate::file_split::LogShard;
use crate::heavy_hitters::KeyCount;
use crate::latencies::LatencyPart;
use crate::latency_sums::LatencySums;
use crate::line_counter::RequestCounts;

/// One record of a shard's output. The JSON names are those of the first release.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShardRecord {
    /// The part of the input that was read, and its counts; the first record.
    Counts {
        #[serde(rename = "piece")]
        shard: Box<LogShard>,
        counts: Box<RequestCounts>,
        #[serde(rename = "times")]
        sums: LatencySums,
        /// Format of the lines, in words.
        #[serde(default)]
        format: String,
        /// Unit of the latencies, if the lines have any.
        #[serde(default)]
        unit: Option<String>,
    },
    /// Requests over time, in buckets by their beginning.
    Timeline { size: BucketSize, buckets: Vec<(i64, BucketCounts)> },
    /// Requests by path or template.
    PathTotals(Vec<PathTotals>),
    /// Requests of paths that were dropped, all together.
    OtherPaths { totals: PathTotals, absent_bound: u64 },
    /// The slowest requests.
    Slowest(Vec<SlowRequest>),
    /// A part of the latencies.
    #[serde(rename = "times")]
    Latencies(LatencyPart),
    /// Upper bound of the count of any key that the following records do not list.
    #[serde(rename = "error")]
    AbsentBound {
        #[serde(rename = "of")]
        field: KeyField,
        #[serde(rename = "error")]
        absent_bound: u64,
    },
    /// Keys with their counts, and the bound that was emitted before them.
    #[serde(rename = "words")]
    Keys {
        #[serde(rename = "of")]
        field: KeyField,
        #[serde(rename = "words")]
        keys: Vec<KeyCount>,
        #[serde(rename = "error")]
        absent_bound: u64,
    },
}

/// A field of a request with so many different values that a [`crate::heavy_hitters::HeavyHitters`] counts
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyField {
    /// Methods other than the well-known ones.
    Methods,
    /// Paths without queries.
    Paths,
    /// User agents.
    Agents,
    /// Clients.
    Clients,
    /// Referrers.
    Referrers,
}
