//! Counts the requests in web logs: by method, status, path, user agent and hour, with latency quantiles.
//!
//! [`IngestJob`] is a job of [`streamguard_engine`]. The job cuts its files into shards, counts each shard by
//! itself and merges the counts, so that the result is the same however the files are cut and wherever the
//! shards run. All memory is bounded: quantiles are exact until their share of memory is used up and come from
//! a sketch after that; the same holds for the most frequent paths and user agents.
//!
//! ```
//! use std::sync::Arc;
//!
//! use streamguard_engine::{RunOptions, run};
//! use streamguard_ingest::IngestJob;
//!
//! let folder = tempfile::tempdir()?;
//! let log = folder.path().join("access.log");
//! std::fs::write(
//!     &log,
//!     "[GET] /a, status=200, time=1.5ms user-agent=curl\n\
//!      [GET] /b, status=404, time=2.5ms user-agent=curl\n",
//! )?;
//!
//! let job = IngestJob::new([log.display().to_string()]);
//! let finished = run(vec![Arc::new(job)], &RunOptions::default(), None, &mut ())?;
//! let metrics = &finished.state.jobs[0].summary.metrics;
//! assert_eq!(metrics["requests"], 2);
//! assert_eq!(metrics["latency_ms.mean"], 2.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answers;
mod content_guess;
mod ddsketch;
mod encoding;
mod file_format;
mod file_list;
mod file_preview;
mod file_split;
mod follow;
mod format_sample;
mod gzip_members;
mod heavy_hitters;
mod job;
mod json_documents;
mod latencies;
mod latency_quantiles;
mod latency_sums;
mod line_counter;
mod line_format;
mod line_grammar;
mod line_joiner;
mod line_reader;
mod line_wrapper;
mod log_source;
mod packed_run;
pub mod parse;
mod radix_group;
mod request_filter;
mod run_totals;
mod shard_count;
mod shard_record;
mod shared_inputs;
mod short_str;
mod simd_scan;
mod summary;
mod summary_head;
mod summary_tables;

pub use file_split::LogShard;
pub use follow::{
    FollowControl, LatencyQuantiles, LiveFigures, LiveLog, LivePath, RecentFigures, SecondCounts,
};
pub use job::{IngestJob, NAME};
pub use line_format::LineFormat;
pub use shared_inputs::SharedInputs;
