//! The job: its settings, its shards and their merge.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    JobError, JobSummary, LogLevel, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits,
    ShardOutput, TypedJob,
};

use crate::answers::{AnswerCounter, AnswerOptions, BucketSize};
use crate::file_format::FormatChoice;
use crate::file_list::{FileList, ListNote};
use crate::file_split::{DEFAULT_CHUNK_BYTES, LogShard, MemoryShare, plan_shards};
use crate::follow::{self, CountingRules, FollowControl};
use crate::line_counter::{CounterOptions, LineCounter};
use crate::line_format::LineFormat;
use crate::log_source::{InputError, InputKind, InputPath, STANDARD_INPUT};
use crate::parse::{FieldMap, LinePattern, goaccess_format};
use crate::request_filter::{FilterTexts, RequestFilter, check_condition, parse_statuses, parse_time};
use crate::run_totals::RunTotals;
use crate::shard_count::{ShardCount, count_shard};
use crate::shard_record::{KeyField, ShardRecord};
use crate::shared_inputs::SharedInputs;

/// Keys in one record, so that no record is too long for the pipe of a worker process.
const KEYS_PER_RECORD: usize = 500;

/// Paths in one record: each has a sketch of its latencies.
const PATHS_PER_RECORD: usize = 50;

/// Name of the job.
pub const NAME: &str = "ingest";

/// Counts the requests in web logs: how many, of what kind, how fast
///
/// All figures over all files are exact, but the quantiles of single paths, which are within 1.6 %. Quantiles
/// and lists of the most frequent values stay exact up to some ten million different times and a hundred thousand different words, of which each
/// piece of a file has a share by its size; beyond that they are estimated, within an error that stands
/// beside them.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IngestJob {
    /// Files and folders with logs, plain or compressed (gzip, Zstandard); - is standard input
    ///
    /// Folders are read with everything below them, in the order of the names, except hidden files and files
    /// that are not logs, which are listed. A file that is named must be a log. Each file is counted once,
    /// whatever names it has.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub path: Vec<String>,
    /// Format of the lines
    #[arg(long, value_enum, default_value_t = LineFormat::Auto)]
    pub format: LineFormat,
    /// Pattern of the lines, as nginx (log_format), Apache (LogFormat) or GoAccess (log-format) write it
    ///
    /// For example '$remote_addr [$time_local] "$request" $status $request_time' or '%h %l %u %t "%r" %>s %b %D'.
    /// Beside the variables of nginx there are $method, $path, $bytes, $client, $date, $latency (with its unit),
    /// $latency_s, $latency_ms, $latency_us and $latency_ns; any other variable is skipped.
    #[arg(long, value_name = "FORMAT", value_parser = checked_pattern, conflicts_with = "format")]
    #[serde(default)]
    pub pattern: Option<String>,
    /// Keys of fields in JSON lines, such as latency=req.ms,unit=ms
    ///
    /// Fields are method, path, request, status, latency (with unit=ns, us, ms or s), bytes, agent, client, referrer
    /// and time; a dot leads into an object. Other fields are found by the usual keys.
    #[arg(long, value_name = "FIELD=KEY,..", value_parser = checked_map, conflicts_with = "pattern")]
    #[serde(default)]
    pub map: Option<String>,
    /// Leave out what is counted by client, referrer, path and time, which is more than half of the work
    #[arg(long)]
    #[serde(default)]
    pub fast: bool,
    /// Size of the buckets of time, such as 30s, 5m, 1h or 1d; without it, chosen by the time that the logs span
    #[arg(long, value_name = "SIZE", value_parser = checked_bucket, conflicts_with = "fast")]
    #[serde(default)]
    pub bucket: Option<String>,
    /// Count each path by itself, not by its template such as /user/{id}
    #[arg(long)]
    #[serde(default)]
    pub no_templates: bool,
    /// Count requests from this date on, such as 2023-10-10 or 2023-10-10T13:55:36Z
    #[arg(long, value_name = "DATE", value_parser = checked_date)]
    #[serde(default)]
    pub from: Option<String>,
    /// Count requests before this date
    #[arg(long, value_name = "DATE", value_parser = checked_date)]
    #[serde(default)]
    pub to: Option<String>,
    /// Count requests with these statuses, such as 404, 5xx or 400-499
    #[arg(long, value_name = "STATUS", num_args = 1.., value_delimiter = ',', value_parser = checked_status)]
    #[serde(default)]
    pub status: Vec<String>,
    /// Count requests whose path begins with this text
    #[arg(long, value_name = "TEXT")]
    #[serde(default)]
    pub path_prefix: Option<String>,
    /// Count requests with these properties, such as method=POST, agent~bot or latency>250ms
    ///
    /// Fields are method, path, status, latency (with its unit), bytes, agent, client and referrer. Operators are =,
    /// !=, ~ (contains), !~, >, >=, < and <=. All conditions must hold.
    #[arg(long = "where", id = "where", value_name = "CONDITION", num_args = 1.., value_parser = checked_condition)]
    #[serde(rename = "where", default)]
    pub conditions: Vec<String>,
    /// Files and folders of another time or server, whose figures are shown beside those of --path
    #[arg(long, value_name = "PATH", num_args = 1..)]
    #[serde(default)]
    pub compare: Vec<String>,
    /// Keep reading files as they grow, are rotated and truncated, and streams, until Ctrl+C; the report comes then
    #[arg(long, conflicts_with_all = ["fast", "compare"])]
    #[serde(default)]
    pub follow: bool,
    /// Size of the chunks that large plain files are cut into, in bytes.
    #[serde(rename = "piece")]
    #[arg(skip = DEFAULT_CHUNK_BYTES)]
    pub chunk_bytes: u64,
    /// State that the shards of this process share; it changes no result.
    #[serde(skip)]
    #[arg(skip)]
    pub inputs: SharedInputs,
    /// Control of a run that follows logs.
    #[serde(skip)]
    #[arg(skip)]
    pub control: FollowControl,
}

impl IngestJob {
    /// Creates a job that reads these files and folders and detects the format of each file.
    pub fn new(path: impl IntoIterator<Item = String>) -> Self {
        Self {
            path: path.into_iter().collect(),
            format: LineFormat::Auto,
            pattern: None,
            map: None,
            fast: false,
            bucket: None,
            no_templates: false,
            from: None,
            to: None,
            status: Vec::new(),
            path_prefix: None,
            conditions: Vec::new(),
            compare: Vec::new(),
            follow: false,
            chunk_bytes: DEFAULT_CHUNK_BYTES,
            inputs: SharedInputs::default(),
            control: FollowControl::default(),
        }
    }

    /// Returns whether any input is a pipe or another stream, or is followed. Only this process can read it then, and
    /// only once, so the shards must run on threads.
    pub fn reads_stream(&self) -> bool {
        self.follow
            || self.path.iter().chain(&self.compare).any(|path| {
                path == STANDARD_INPUT
                    || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
            })
    }

    /// Checks that there is something to read, before a run begins. Of several paths one that is missing makes the result
    /// partial; if all of them are, there is nothing to do.
    ///
    /// # Errors
    /// A description of what is missing.
    pub fn check_paths(&self) -> Result<(), String> {
        if self.path.is_empty() {
            return Err("say which logs: files or folders, or - for standard input".to_owned());
        }
        let is_missing = |path: &String| {
            path != STANDARD_INPUT
                && fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        match self.path.iter().all(is_missing) {
            true => {
                Err(format!("there is no file or folder {}: name the logs to read", self.path.join(", ")))
            }
            false => Ok(()),
        }
    }

    /// Returns what the settings say about formats.
    ///
    /// # Errors
    /// A description if the pattern or the map cannot be used.
    fn choice(&self) -> Result<FormatChoice, String> {
        let pattern = self.pattern.as_deref();
        let named = pattern.and_then(|text| goaccess_format(text.trim()));
        let pattern = pattern.filter(|_| named.is_none()).map(LinePattern::compile).transpose();
        let map = self.map.as_deref().map(FieldMap::parse).transpose();
        Ok(FormatChoice {
            format: named.unwrap_or(self.format),
            pattern: pattern.map_err(|error| format!("the pattern cannot be used: {error}"))?,
            map: map.map_err(|error| format!("the map of fields cannot be used: {error}"))?,
        })
    }

    /// Returns what is counted, and of which requests.
    ///
    /// # Errors
    /// A description if a setting cannot be used.
    fn counter_options(&self) -> Result<CounterOptions, String> {
        let filter = RequestFilter::parse(FilterTexts {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            status: &self.status,
            path_prefix: self.path_prefix.as_deref(),
            conditions: &self.conditions,
        })?;
        Ok(CounterOptions { answers: self.answer_options()?, filter })
    }

    /// Returns how the questions of operators are answered, unless they are left out.
    fn answer_options(&self) -> Result<Option<AnswerOptions>, String> {
        let bucket = self.bucket.as_deref().map(BucketSize::parse).transpose()?;
        Ok((!self.fast).then_some(AnswerOptions { bucket, templates: !self.no_templates }))
    }

    /// Lists inputs, each file once.
    fn list_files<'a>(&'a self, paths: &[String], choice: &'a FormatChoice) -> FileList<'a> {
        let mut list = FileList::new(choice, &self.inputs);
        for path in paths {
            list.add_path(Path::new(path), true);
        }
        list
    }

    /// Returns the shards of the inputs that the others are compared with.
    ///
    /// # Errors
    /// None of them is a log.
    fn compared_shards(&self, choice: &FormatChoice) -> Result<Vec<LogShard>, JobError> {
        let mut shards = plan_shards(self.list_files(&self.compare, choice), self.chunk_bytes);
        shards.iter_mut().for_each(|shard| shard.is_compared = true);
        if shards.is_empty() && !self.compare.is_empty() {
            return Err(JobError::failed(format!("no logs found in {}", self.compare.join(", "))));
        }
        Ok(shards)
    }

    /// Returns the plan of a run that follows logs: a single shard, which reads all of them.
    ///
    /// # Errors
    /// A path that cannot be followed, or settings that contradict each other.
    fn plan_to_follow(&self, choice: &FormatChoice) -> Result<Plan<LogShard>, JobError> {
        if self.fast || !self.compare.is_empty() {
            return Err(JobError::failed("logs are followed with all answers, and without a comparison"));
        }
        for path in &self.path {
            let failed = |error: io::Error| JobError::Failed(InputError::describe(path, &error));
            if !follow::is_stream(Path::new(path)).map_err(failed)? {
                let inputs = SharedInputs::default();
                let mut list = FileList::new(choice, &inputs);
                list.add_path(Path::new(path), true);
                if let Some((_, error)) = list.unreadable.pop_first() {
                    return Err(failed(error));
                }
                if list.files.iter().any(|file| file.kind != InputKind::Plain) {
                    return Err(failed(InputError::io("is compressed: such a file does not grow")));
                }
            }
        }
        let first = self.path.first().ok_or_else(|| JobError::failed("no path to follow"))?;
        Ok(Plan::new([LogShard::followed(InputPath::new(Path::new(first)))]))
    }

    /// Follows all logs, and emits the counts of each at the end.
    fn run_follow(&self, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let choice = self.choice().map_err(ShardError::Failed)?;
        let options = self.counter_options().map_err(ShardError::Failed)?;
        let mut paths: Vec<InputPath> = Vec::new();
        for path in self.path.iter().map(|path| InputPath::new(Path::new(path))) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let rules =
            CountingRules { choice: &choice, options: &options, share: MemoryShare::equal(paths.len()) };
        let counts = follow::follow(&paths, &rules, &self.control, output)?;
        let is_request =
            |count: &ShardCount| count.counter.counts.requests + count.counter.counts.filtered > 0;
        let has_requests = counts.iter().any(|(_, count)| is_request(count));
        for (shard, count) in counts {
            match count.shortfall(&shard, &choice) {
                Some(reason) if !has_requests => return Err(ShardError::Failed(reason)),
                Some(reason) => output.incomplete(reason),
                None => {}
            }
            emit(&shard, count, output)?;
        }
        Ok(())
    }

    /// Counts a chunk, and emits the counts.
    fn run_chunk(&self, shard: &LogShard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let choice = self.choice().map_err(ShardError::Failed)?;
        let options = self.counter_options().map_err(ShardError::Failed)?;
        let count = count_shard(&choice, &options, &self.inputs, shard, output)?;
        match count.shortfall(shard, &choice) {
            // A shard without requests loses nothing by failing; if all shards fail, the run does.
            Some(reason) if count.counter.counts.requests + count.counter.counts.filtered == 0 => {
                return Err(ShardError::Failed(reason));
            }
            Some(reason) => output.incomplete(reason),
            None => {}
        }
        emit(shard, count, output)
    }

    /// Reads a path that could not be read when the run was planned.
    fn run_unplanned(&self, shard: &LogShard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let choice = self.choice().map_err(ShardError::Failed)?;
        let mut list = FileList::new(&choice, &self.inputs);
        list.add_path(&shard.file.path(), shard.is_named);
        if let Some((path, error)) = list.unreadable.first_key_value() {
            return Err(ShardError::Failed(InputError::describe(&path.to_string_lossy(), error)));
        }
        log_notes(&list.notes(), output);
        for mut part in plan_shards(list, u64::MAX) {
            part.share = part.share.min(shard.share);
            part.is_compared = shard.is_compared;
            // If one of these files fails, the records of the others are dropped.
            self.run_chunk(&part, output)?;
        }
        Ok(())
    }
}

/// Checks a pattern on the command line.
fn checked_pattern(text: &str) -> Result<String, String> {
    if goaccess_format(text.trim()).is_some() {
        return Ok(text.to_owned());
    }
    LinePattern::compile(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// Checks a size of buckets on the command line.
fn checked_bucket(text: &str) -> Result<String, String> {
    BucketSize::parse(text).map(|_| text.to_owned())
}

/// Checks a date on the command line.
fn checked_date(text: &str) -> Result<String, String> {
    parse_time(text).map(|_| text.to_owned())
}

/// Checks a status on the command line.
fn checked_status(text: &str) -> Result<String, String> {
    parse_statuses(text).map(|_| text.to_owned())
}

/// Checks a condition on the command line.
fn checked_condition(text: &str) -> Result<String, String> {
    check_condition(text).map(|()| text.to_owned())
}

/// Checks a map of fields on the command line.
fn checked_map(text: &str) -> Result<String, String> {
    FieldMap::parse(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// Logs remarks about the list of files.
fn log_notes(notes: &[ListNote], output: &mut ShardOutput<'_>) {
    notes.iter().for_each(|note| output.log(note.level(), note.text()));
}

/// Emits the counts of a shard.
fn emit(shard: &LogShard, count: ShardCount, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
    let ShardCount { counter, format, .. } = count;
    let LineCounter { counts, other_methods, paths, agents, latencies, answers, .. } = counter;
    let (lines, requests) = (counts.lines, counts.requests);
    output.count("lines", lines);
    output.count("requests", requests);
    output.log(
        LogLevel::Debug,
        format!(
            "{}, bytes {} to {}: {lines} lines, {requests} requests, format {}",
            shard.file.display(),
            shard.start,
            shard.end,
            format.describe()
        ),
    );
    let (sums, parts) = latencies.into_parts();
    let (shard, counts) = (Box::new(shard.clone()), Box::new(counts));
    let unit = format.format.latency_unit().map(str::to_owned);
    output.emit(&ShardRecord::Counts { shard, counts, sums, format: format.describe(), unit })?;
    for part in parts {
        output.emit(&ShardRecord::Latencies(part))?;
    }
    let mut tables =
        vec![(KeyField::Methods, other_methods), (KeyField::Paths, paths), (KeyField::Agents, agents)];
    if let Some(answers) = answers {
        let AnswerCounter { timeline, paths, slowest, clients, referrers } = answers;
        tables.extend([(KeyField::Clients, clients), (KeyField::Referrers, referrers)]);
        let (size, buckets) = timeline.into_buckets();
        for buckets in buckets.chunks(KEYS_PER_RECORD) {
            output.emit(&ShardRecord::Timeline { size, buckets: buckets.to_vec() })?;
        }
        let (paths, totals, absent_bound) = paths.into_totals();
        for paths in paths.chunks(PATHS_PER_RECORD) {
            output.emit(&ShardRecord::PathTotals(paths.to_vec()))?;
        }
        if absent_bound > 0 {
            output.emit(&ShardRecord::OtherPaths { totals, absent_bound })?;
        }
        output.emit(&ShardRecord::Slowest(slowest.into_requests()))?;
    }
    for (field, table) in tables {
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
        self.inputs.clear();
        let choice = self.choice().map_err(JobError::Failed)?;
        self.counter_options().map_err(JobError::Failed)?;
        if self.follow {
            return self.plan_to_follow(&choice);
        }
        let list = self.list_files(&self.path, &choice);
        let notes = list.notes();
        let mut shards = plan_shards(list, self.chunk_bytes);
        if shards.is_empty() {
            let skipped: String = notes.iter().flat_map(|note| ["; ", note.text()]).collect();
            return Err(JobError::failed(format!("no logs found in {}{skipped}", self.path.join(", "))));
        }
        shards.extend(self.compared_shards(&choice)?);
        Ok(Plan::new(shards))
    }

    fn run(&self, shard: &Shard<LogShard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let shard = &shard.payload;
        log_notes(&shard.notes, output);
        match shard.kind {
            InputKind::Unplanned => self.run_unplanned(shard, output),
            InputKind::Followed => self.run_follow(output),
            _ => self.run_chunk(shard, output),
        }
    }

    fn output_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn keeps_partial(&self) -> bool {
        true
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut totals = RunTotals::new(self.answer_options().map_err(JobError::Failed)?);
        merge.for_each_record(|line| {
            totals.add(serde_json::from_slice(line).map_err(JobError::failed)?).map_err(JobError::Failed)
        })?;
        Ok(totals.into_summary(merge.missing_shards()))
    }
}
