//! Log of the shards of a run in the columns of GNU parallel's `--joblog`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use streamguard::ui::escape::escape;
use streamguard_engine::{Event, EventKind, Job, Outcome, Plan};

/// The first line: the columns of GNU parallel, and behind them two of our own.
const HEAD: &str =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\tAttempts\tOutcome\n";

/// Exit code of a shard of which nothing else is known but that it failed; GNU parallel has it for time limits.
const UNKNOWN_EXIT: i32 = -1;

/// A log with a row for each shard that ended.
pub(super) struct JobLog {
    writer: BufWriter<File>,
    jobs: Vec<Arc<dyn Job>>,
    plans: Vec<Option<Arc<Plan>>>,
    error: Option<io::Error>,
}

impl JobLog {
    /// Creates the log of a run of these jobs; that of a resumed run is continued.
    ///
    /// # Errors
    /// The operating system's error.
    pub(super) fn create(path: &Path, jobs: &[Arc<dyn Job>], is_resumed: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true);
        let file =
            if is_resumed { options.append(true) } else { options.write(true).truncate(true) }.open(path)?;
        let is_empty = file.metadata()?.len() == 0;
        let mut writer = BufWriter::new(file);
        if is_empty {
            writer.write_all(HEAD.as_bytes())?;
        }
        Ok(Self { writer, jobs: jobs.to_vec(), plans: vec![None; jobs.len()], error: None })
    }

    pub(super) fn on_plan(&mut self, job: usize, plan: &Arc<Plan>) {
        self.plans[job] = Some(Arc::clone(plan));
    }

    /// Adds a row if a shard has ended for good. One that an earlier run had finished has a row there.
    pub(super) fn on_event(&mut self, event: &Event) {
        let EventKind::ShardEnded {
            job,
            shard,
            attempt: attempt @ 1..,
            outcome,
            exit,
            retry_in_ms: None,
            took_us,
            ..
        } = &event.kind
        else {
            return;
        };
        let seconds = *took_us as f64 / 1e6;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
        let (exit_code, signal) = match (exit, outcome) {
            (Some(exit), _) => (exit.code.unwrap_or(0), exit.signal.unwrap_or(0)),
            (None, Outcome::Finished | Outcome::Reused) => (0, 0),
            (None, _) => (UNKNOWN_EXIT, 0),
        };
        let plan = self.plans[*job].as_ref();
        let shard_of_plan = plan.and_then(|plan| plan.shards().get(*shard as usize));
        let command = shard_of_plan.map_or_else(String::new, |shard| self.jobs[*job].describe(shard));
        let written = writeln!(
            self.writer,
            "{}\t:\t{:.3}\t{seconds:.3}\t0\t0\t{exit_code}\t{signal}\t{}\t{attempt}\t{}",
            u64::from(*shard) + 1,
            now - seconds,
            escape(&command),
            outcome.name(),
        );
        self.keep(written);
    }

    /// Writes what is held back, so that a reader sees it.
    pub(super) fn flush(&mut self) {
        let flushed = self.writer.flush();
        self.keep(flushed);
    }

    fn keep(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    /// Ends the log.
    ///
    /// # Errors
    /// The first error while it was written.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush();
        self.error.map_or(Ok(()), Err)
    }
}
