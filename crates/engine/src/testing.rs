//! Tests whether a job keeps the contract of the engine.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use crate::cancel_token::CancelToken;
use crate::earlier_results::EarlierResults;
use crate::error::ShardError;
use crate::event::{Counters, Event, LogLevel};
use crate::job::Job;
use crate::journal::Journal;
use crate::merge_context::MergeContext;
use crate::output_file::OutputDestination;
use crate::plan::{Plan, PlanContext, Shard};
use crate::plan_file::PlanFile;
use crate::shard_output::{RecordSink, ShardOutput};
use crate::shard_payload::ShardPayload;
use crate::shard_store::{ShardStore, StoredOutput};
use crate::shard_writer::ShardWriter;
use crate::summary::JobSummary;

/// Clock reading of every check, in milliseconds since 1970-01-01 UTC.
const CLOCK_MS: u64 = 1_700_000_000_000;

/// Keeps the output of a shard, and stops the shard after a number of records.
struct TestSink<'a> {
    writer: ShardWriter<'a>,
    stop_after: Option<u64>,
}

impl RecordSink for TestSink<'_> {
    fn record(&mut self, line: &[u8]) {
        // Writing to memory cannot fail.
        let _ = self.writer.record(line);
    }

    fn count(&mut self, name: &str, n: u64) {
        self.writer.count(name, n);
    }

    fn log(&mut self, _: LogLevel, _: String) {}

    fn set_activity(&self, _: Option<&str>) {}

    fn begin_item(&mut self, _: &str) -> bool {
        true
    }

    fn attempt(&self) -> u32 {
        1
    }

    fn stopped(&self) -> bool {
        self.stop_after.is_some_and(|most| self.writer.records() >= most)
    }
}

/// Checks that a job keeps the engine's contract, on its own (small) input:
/// - its settings make the same job again (`make`), as in a worker process;
/// - planning twice makes the same plan, also after it was written and read;
/// - a shard emits the same records each time, also by the job that was made again;
/// - the order in which shards run does not change the result;
/// - a shard that is told to stop stops, and emits nothing more.
///
/// # Errors
/// A description of the violation.
pub fn check_job<J: Job, E: Display>(job: &J, make: impl Fn(Value) -> Result<J, E>) -> Result<(), String> {
    check_job_after(job, make, EarlierResults::default())
}

/// Checks a job that comes after others, as [`check_job`] does, with their results.
///
/// # Errors
/// A description of the violation.
pub fn check_job_after<J: Job, E: Display>(
    job: &J,
    make: impl Fn(Value) -> Result<J, E>,
    results: EarlierResults,
) -> Result<(), String> {
    let name = job.name();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Err(format!("{name:?} is not a name: only lower-case letters and digits are allowed"));
    }
    let again =
        make(job.settings()).map_err(|error| format!("its settings do not make it again: {error}"))?;
    if again.settings() != job.settings() || again.name() != name {
        return Err("made again from its settings, it is another job".to_owned());
    }

    let context = PlanContext { clock_ms: CLOCK_MS, cancel: CancelToken::new(), results };
    let plan = |job: &J| job.plan(&context).map_err(|error| format!("it cannot plan: {error}"));
    let first = plan(job)?;
    if plan(job)? != first || plan(&again)? != first {
        return Err("two plans of the same job differ".to_owned());
    }
    check_round_trip(job, &context, &first)?;

    let forwards = run_all(job, first.shards().iter(), first.shards().len(), None)?;
    // In the reverse order, and by the job that was made again: this finds state that shards share, and settings that
    // get lost.
    let backwards = run_all(&again, first.shards().iter().rev(), first.shards().len(), None)?;
    for (shard, (one, other)) in forwards.iter().zip(&backwards).enumerate() {
        if content(one) != content(other) || one.counters != other.counters {
            return Err(format!("shard {shard} does not emit the same each time"));
        }
    }
    let results = &context.results;
    if merge(job, &first, &forwards, results)? != merge(&again, &first, &backwards, results)? {
        return Err("the result depends on the order in which the shards ran".to_owned());
    }
    // A shard may check for a stop before or after it emits a record, so both limits are tested.
    for most in [0, 1] {
        let stopped = run_all(job, first.shards().iter(), first.shards().len(), Some(most))?;
        if let Some(shard) = stopped.iter().position(|output| output.records > most) {
            return Err(format!("shard {shard} goes on emitting after it was told to stop"));
        }
    }
    Ok(())
}

fn check_round_trip(job: &dyn Job, context: &PlanContext, plan: &Plan) -> Result<(), String> {
    let file = PlanFile::new(job.name(), job.settings(), context, plan.clone());
    let text = serde_json::to_string(&file).map_err(|error| format!("JSON cannot hold its plan: {error}"))?;
    let read: PlanFile =
        serde_json::from_str(&text).map_err(|error| format!("its plan cannot be read back: {error}"))?;
    match read.into_plan() == *plan {
        true => Ok(()),
        false => Err("its plan changes when it is written and read".to_owned()),
    }
}

/// Runs one shard of a job. Returns its records, one per line, and its counters.
///
/// # Errors
/// The error of the shard.
pub fn run_shard(job: &dyn Job, payload: impl Into<ShardPayload>) -> Result<(String, Counters), ShardError> {
    let mut sink = TestSink { writer: ShardWriter::new(&ShardStore::Memory, 0), stop_after: None };
    job.run(
        &Shard { number: 0, payload: payload.into() },
        &mut ShardOutput::new(&mut sink, &mut Vec::new()),
    )?;
    let output = sink.writer.finish().map_err(ShardError::failed)?;
    let records = String::from_utf8(content(&output)).map_err(ShardError::failed)?;
    Ok((records, output.counters))
}

fn run_all<'a>(
    job: &dyn Job,
    shards: impl Iterator<Item = &'a Shard>,
    count: usize,
    stop_after: Option<u64>,
) -> Result<Vec<StoredOutput>, String> {
    let mut outputs: Vec<StoredOutput> = (0..count).map(|_| StoredOutput::default()).collect();
    let mut line = Vec::new();
    for shard in shards {
        let mut sink = TestSink { writer: ShardWriter::new(&ShardStore::Memory, shard.number), stop_after };
        match job.run(shard, &mut ShardOutput::new(&mut sink, &mut line)) {
            Ok(()) => {}
            Err(ShardError::Stopped) if stop_after.is_some() => {}
            Err(error) => return Err(format!("shard {} fails: {error}", shard.number)),
        }
        outputs[shard.number as usize] = sink.writer.finish().map_err(|error| error.to_string())?;
    }
    Ok(outputs)
}

fn content(output: &StoredOutput) -> Vec<u8> {
    let mut content = Vec::new();
    if let Ok(mut reader) = output.open() {
        // Reading memory cannot fail.
        let _ = reader.read_to_end(&mut content);
    }
    content
}

/// Merges outputs in memory. Returns the summary, and the files by name.
fn merge(
    job: &dyn Job,
    plan: &Plan,
    outputs: &[StoredOutput],
    results: &EarlierResults,
) -> Result<(JobSummary, BTreeMap<String, Vec<u8>>), String> {
    let cancel = CancelToken::new();
    let mut context = MergeContext {
        outputs: outputs.iter().collect(),
        results: results.clone(),
        clock_ms: CLOCK_MS,
        target: plan.target(),
        missing_shards: 0,
        destination: &OutputDestination::Memory,
        files: BTreeMap::new(),
        cancel: &cancel,
        activity: &|_| {},
    };
    let summary = job.merge(&mut context).map_err(|error| format!("it cannot merge: {error}"))?;
    Ok((summary, context.files))
}

/// Writes a journal of these events, as a run does. For tests of programs that read journals.
///
/// # Errors
/// The operating system's error.
pub fn write_journal(path: &Path, events: &[Event]) -> io::Result<()> {
    Journal::open(path).map_err(io::Error::other)?.append(events)
}
