//! The contract that every job passes.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::cancel::CancelToken;
use crate::error::ShardError;
use crate::event::{Counters, Event, LogLevel};
use crate::job::{Job, RecordSink, ShardOutput};
use crate::journal::Journal;
use crate::merge::{MergeContext, OutputDestination};
use crate::plan::{Plan, PlanContext, PlanFile, Shard};
use crate::results::EarlierResults;
use crate::store::{ShardStore, ShardWriter, StoredOutput};
use crate::summary::JobSummary;

/// The clock reading of every check.
const CLOCK_MS: u64 = 1_700_000_000_000;

/// Keeps what a shard emits, or has it stop after so many records.
struct TestSink<'a> {
    draft: ShardWriter<'a>,
    stop_after: Option<u64>,
}

impl RecordSink for TestSink<'_> {
    fn record(&mut self, line: &[u8]) {
        // A draft in memory cannot fail.
        let _ = self.draft.record(line);
    }

    fn count(&mut self, name: &str, n: u64) {
        self.draft.count(name, n);
    }

    fn log(&mut self, _: LogLevel, _: String) {}

    fn set_activity(&self, _: Option<&str>) {}

    fn stopped(&self) -> bool {
        self.stop_after.is_some_and(|most| self.draft.records() >= most)
    }
}

/// Checks that a job keeps the engine's contract, on its own (small) input:
/// - its settings make the same job again (`make`), as a worker process does;
/// - planning twice makes the same plan, which survives being written and read;
/// - a shard emits the same records each time, and from the job that was made again;
/// - the order in which shards are run does not show in the result;
/// - a shard that is told to stop stops, and emits nothing more.
///
/// # Errors
/// What is not kept, in words.
pub fn check_job<J: Job, E: std::fmt::Display>(
    job: &J,
    make: impl Fn(Value) -> Result<J, E>,
) -> Result<(), String> {
    check_job_after(job, make, EarlierResults::default())
}

/// [`check_job`] for a job that comes after others, with what they made.
///
/// # Errors
/// What is not kept, in words.
pub fn check_job_after<J: Job, E: std::fmt::Display>(
    job: &J,
    make: impl Fn(Value) -> Result<J, E>,
    results: EarlierResults,
) -> Result<(), String> {
    let name = job.name();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Err(format!("{name:?} is no name: lower-case letters and digits only"));
    }
    let again =
        make(job.settings()).map_err(|error| format!("its settings do not make it again: {error}"))?;
    if again.settings() != job.settings() || again.name() != name {
        return Err("made again from its settings, it is another job".to_owned());
    }

    let planning = PlanContext { clock_ms: CLOCK_MS, cancel: CancelToken::new(), results };
    let plan = |job: &J| job.plan(&planning).map_err(|error| format!("it cannot plan: {error}"));
    let first = plan(job)?;
    if plan(job)? != first || plan(&again)? != first {
        return Err("two plans of the same job differ".to_owned());
    }
    let file = PlanFile::new(name, job.settings(), &planning, first.clone());
    let text = serde_json::to_string(&file).map_err(|error| format!("its plan is not JSON: {error}"))?;
    let read: PlanFile =
        serde_json::from_str(&text).map_err(|error| format!("its plan cannot be read back: {error}"))?;
    if read.into_plan() != first {
        return Err("its plan, written and read, is another".to_owned());
    }

    let forwards = run_all(job, first.shards().iter(), first.shards().len(), None)?;
    let backwards = run_all(&again, first.shards().iter().rev(), first.shards().len(), None)?;
    for (shard, (one, other)) in forwards.iter().zip(&backwards).enumerate() {
        if text_of(one) != text_of(other) || one.counters != other.counters {
            return Err(format!("shard {shard} does not emit the same each time"));
        }
    }
    let results = &planning.results;
    if merged(job, &first, &forwards, results)? != merged(&again, &first, &backwards, results)? {
        return Err("the result depends on the order in which the shards ran".to_owned());
    }
    for most in [0, 1] {
        let stopped = run_all(job, first.shards().iter(), first.shards().len(), Some(most))?;
        if let Some(shard) = stopped.iter().position(|result| result.records > most) {
            return Err(format!("shard {shard} goes on emitting after it was told to stop"));
        }
    }
    Ok(())
}

/// Runs one shard of a job here and now. Returns its records, one a line, and what it counted.
///
/// # Errors
/// Whatever the shard returns.
pub fn run_shard(job: &dyn Job, payload: Value) -> Result<(String, Counters), ShardError> {
    let mut keep = TestSink { draft: ShardWriter::new(&ShardStore::Memory, 0), stop_after: None };
    job.run(&Shard { number: 0, payload }, &mut ShardOutput::new(&mut keep, &mut Vec::new()))?;
    let result = keep.draft.finish().map_err(ShardError::failed)?;
    let records = String::from_utf8(text_of(&result)).map_err(ShardError::failed)?;
    Ok((records, result.counters))
}

fn run_all<'a>(
    job: &dyn Job,
    shards: impl Iterator<Item = &'a Shard>,
    count: usize,
    stop_after: Option<u64>,
) -> Result<Vec<StoredOutput>, String> {
    let mut results: Vec<StoredOutput> = (0..count).map(|_| StoredOutput::default()).collect();
    let mut line = Vec::new();
    for shard in shards {
        let mut keep = TestSink { draft: ShardWriter::new(&ShardStore::Memory, shard.number), stop_after };
        match job.run(shard, &mut ShardOutput::new(&mut keep, &mut line)) {
            Ok(()) => {}
            Err(ShardError::Stopped) if stop_after.is_some() => {}
            Err(error) => return Err(format!("shard {} fails: {error}", shard.number)),
        }
        results[shard.number as usize] = keep.draft.finish().map_err(|error| error.to_string())?;
    }
    Ok(results)
}

fn text_of(result: &StoredOutput) -> Vec<u8> {
    let mut text = Vec::new();
    if let Ok(mut reader) = result.open() {
        // Reading memory cannot fail.
        let _ = std::io::Read::read_to_end(&mut reader, &mut text);
    }
    text
}

fn merged(
    job: &dyn Job,
    plan: &Plan,
    outputs: &[StoredOutput],
    results: &EarlierResults,
) -> Result<(JobSummary, BTreeMap<String, Vec<u8>>), String> {
    let cancel = CancelToken::new();
    let mut merge = MergeContext {
        outputs: outputs.iter().collect(),
        results: results.clone(),
        clock_ms: CLOCK_MS,
        target: plan.target(),
        missing: 0,
        destination: &OutputDestination::Memory,
        made: BTreeMap::new(),
        cancel: &cancel,
    };
    let summary = job.merge(&mut merge).map_err(|error| format!("it cannot merge: {error}"))?;
    Ok((summary, merge.made))
}

/// Writes a journal of these events, as a run does: for tests of what reads journals.
///
/// # Errors
/// What the file system says.
pub fn write_journal(path: &Path, events: &[Event]) -> io::Result<()> {
    Journal::open(path).map_err(io::Error::other)?.append(events)
}
