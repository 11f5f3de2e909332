//! The job: its settings, its shards and their merge.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    JobError, JobSummary, LogLevel, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits,
    ShardOutput, TypedJob,
};

use crate::file_split::{DEFAULT_CHUNK_BYTES, LogShard, plan_shards};
use crate::format_sample::FormatSample;
use crate::line_counter::LineCounter;
use crate::line_format::LineFormat;
use crate::line_reader::{LineBatch, LineReader};
use crate::log_source::{self, InputKind, STANDARD_INPUT};
use crate::run_totals::RunTotals;
use crate::shard_record::{KeyField, ShardRecord};

/// Keys in one record, so that no record is too long for the pipe of a worker process.
const KEYS_PER_RECORD: usize = 500;

/// Name of the job.
pub const NAME: &str = "ingest";

/// Counts the requests in web logs: how many, of what kind, how fast
///
/// All figures are exact, over all files together. Quantiles and lists of the most frequent values stay
/// exact up to some ten million different times and a hundred thousand different words, of which each
/// piece of a file has a share by its size; beyond that they are estimated, within an error that stands
/// beside them.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IngestJob {
    /// Files and folders with logs, plain or compressed (.gz, .zst); - is standard input
    ///
    /// Folders are read with everything below them, in the order of the names, except hidden files.
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    pub path: Vec<String>,
    /// Format of the lines
    #[arg(long, value_enum, default_value_t = LineFormat::Auto)]
    pub format: LineFormat,
    /// Size of the chunks that large plain files are cut into, in bytes.
    #[serde(rename = "piece")]
    #[arg(skip = DEFAULT_CHUNK_BYTES)]
    pub chunk_bytes: u64,
}

impl IngestJob {
    /// Creates a job that reads these files and folders and detects the format of each file.
    pub fn new(path: impl IntoIterator<Item = String>) -> Self {
        Self { path: path.into_iter().collect(), format: LineFormat::Auto, chunk_bytes: DEFAULT_CHUNK_BYTES }
    }

    /// Returns whether any input is a pipe or another stream. Only this process can read a stream, and only
    /// once, so the shards must then run on threads.
    pub fn reads_stream(&self) -> bool {
        self.path.iter().any(|path| {
            path == STANDARD_INPUT
                || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        })
    }

    /// Counts the lines of a shard. Returns the format of the lines too.
    fn count_shard(
        &self,
        shard: &LogShard,
        output: &mut ShardOutput<'_>,
    ) -> Result<(LineCounter, LineFormat), ShardError> {
        let failed = |error: io::Error| ShardError::failed(format!("{}: {error}", shard.file.display()));
        let path = shard.file.path();
        let mut format = (self.format != LineFormat::Auto).then_some(self.format);
        let mut reader = if shard.kind == InputKind::Plain {
            if format.is_none() {
                // Every shard of a file looks at the same first lines, so all of them agree on the format.
                format = Some(FormatSample::detect_file(&path, shard.size).map_err(failed)?);
            }
            let (file, lead) = log_source::open_part(&path, shard.start, shard.size).map_err(failed)?;
            LineReader::new(Box::new(file) as Box<dyn Read>, lead, shard.end - shard.start + lead)
        } else {
            LineReader::new(log_source::open(&path, shard.kind).map_err(failed)?, 0, u64::MAX)
        };
        let mut counter = LineCounter::new(shard.share);
        let format = match format {
            Some(format) => format,
            None => {
                // A stream cannot be rewound: the lines of the sample are counted from memory.
                let sample = FormatSample::read(&mut reader).map_err(failed)?;
                let format = sample.format();
                sample.batches.iter().for_each(|lines| match lines {
                    Some(lines) => counter.count_lines(format, lines),
                    None => counter.count_too_long(),
                });
                format
            }
        };
        while let Some(batch) = reader.next().map_err(failed)? {
            output.check_stopped()?;
            match batch {
                LineBatch::Lines(lines) => counter.count_lines(format, lines),
                LineBatch::TooLong => counter.count_too_long(),
            }
        }
        counter.finish();
        if shard.kind == InputKind::Plain && fs::metadata(&path).is_ok_and(|now| now.len() < shard.end) {
            let text = format!("{} was truncated while it was read: lines are missing", shard.file.display());
            output.log(LogLevel::Warning, text);
        }
        Ok((counter, format))
    }
}

impl TypedJob for IngestJob {
    type Shard = LogShard;

    fn name(&self) -> &str {
        NAME
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn limits(&self) -> ShardLimits {
        ShardLimits {
            // A compressed file or a stream is one shard, however long it takes.
            deadline: Duration::from_secs(365 * 24 * 3600),
            // A stream is consumed by the first attempt: a second one would silently count nothing.
            max_attempts: if self.reads_stream() { 1 } else { ShardLimits::default().max_attempts },
            ..ShardLimits::default()
        }
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<LogShard>, JobError> {
        let paths: Vec<PathBuf> = self.path.iter().map(PathBuf::from).collect();
        let shards = plan_shards(&paths, self.chunk_bytes).map_err(JobError::failed)?;
        if shards.is_empty() {
            return Err(JobError::failed(format!("no files found in {}", self.path.join(", "))));
        }
        Ok(Plan::new(shards))
    }

    fn run(&self, shard: &Shard<LogShard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let shard = &shard.payload;
        let (counter, format) = self.count_shard(shard, output)?;
        let LineCounter { counts, other_methods, paths, agents, latencies, .. } = counter;
        let (lines, requests) = (counts.lines, counts.requests);
        output.count("lines", lines);
        output.count("requests", requests);
        output.log(
            LogLevel::Debug,
            format!(
                "{}, bytes {} to {}: {lines} lines, {requests} requests, format {:?}",
                shard.file.display(),
                shard.start,
                shard.end,
                format
            ),
        );
        let (sums, parts) = latencies.into_parts();
        output.emit(&ShardRecord::Counts { shard: shard.clone(), counts: Box::new(counts), sums })?;
        for part in parts {
            output.emit(&ShardRecord::Latencies(part))?;
        }
        for (field, table) in
            [(KeyField::Methods, other_methods), (KeyField::Paths, paths), (KeyField::Agents, agents)]
        {
            let counted = table.into_counted();
            let absent_bound = counted.absent_bound;
            // The bound comes before the keys: the merge applies it to all keys that are not listed here.
            if absent_bound > 0 {
                output.emit(&ShardRecord::AbsentBound { field, absent_bound })?;
            }
            for keys in counted.keys.chunks(KEYS_PER_RECORD) {
                output.emit(&ShardRecord::Keys { field, keys: keys.to_vec(), absent_bound })?;
            }
        }
        Ok(())
    }

    fn output_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn keeps_partial(&self) -> bool {
        true
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut totals = RunTotals::default();
        merge.for_each_record(|line| {
            totals.add(serde_json::from_slice(line).map_err(JobError::failed)?).map_err(JobError::Failed)
        })?;
        Ok(totals.into_summary(merge.missing_shards()))
    }
}
