//! A worker process that is running, seen from the engine: starts it, sends it shards, and reads its answers.
//! `serve.rs` is the other end of the pipes.

use std::collections::VecDeque;
use std::io::{self, BufReader, BufWriter, Write};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::Value;
use serde_json::value::RawValue;
use streamguard_durable::WriteError;

use super::orphans::{ProcessMark, descendants};
use super::protocol::{self, FromWorker, PROTOCOL_VERSION, ToWorker};
use super::status::StopReason;
use super::stderr_tail::StderrReader;
use super::watched_pipe::WatchedPipe;
use super::worker_failure::WorkerFailure;
use super::{LeasedWork, ResultCallback};
use crate::child_process::{kill_group, limit_memory, reap_group, set_up};
use crate::command_line::CommandLine;
use crate::event::{LogLevel, Outcome};
use crate::job::Job;
use crate::plan::Plan;
use crate::poison_items::reports_items;
use crate::run_options::MemoryLimit;
use crate::schedule::{Attempt, AttemptResult};
use crate::shard_writer::ShardWriter;

/// Largest size of all messages that are sent to a worker and not yet answered, in bytes: half of the default capacity
/// of a pipe (64 KiB on Linux, pipe(7)). So they fit into the pipe, except for a single message that is larger. If they
/// did not, both sides could wait forever: the engine to write a message, the worker to write an answer. (Workers of
/// this program always read, on a thread of their own; programs in other languages may not.)
const MAX_BYTES_AHEAD: usize = 32 << 10;

/// Size of the buffer for answers, in bytes.
const ANSWER_BUFFER_BYTES: usize = 64 << 10;

/// Time that a process has to end after its input was closed.
const SHUT_DOWN_TIMEOUT: Duration = Duration::from_millis(500);

/// Time that the kernel has to report the end of a process whose output was closed.
const EXIT_STATUS_TIMEOUT: Duration = Duration::from_secs(1);

/// Counter of the lines of a shard that were no messages.
const STRAY_COUNTER: &str = "stray_lines";

/// A process that runs shards of one job.
#[derive(Debug)]
pub(crate) struct LiveProcess {
    job_index: usize,
    child: Child,
    stdin: BufWriter<ChildStdin>,
    stdout: BufReader<WatchedPipe<ChildStdout>>,
    stderr: StderrReader,
    memory: Option<MemoryLimit>,
    /// Present if it runs the program of an external job, which may leave processes behind.
    mark: Option<ProcessMark>,
    /// Whether it has printed something that is not a message.
    has_printed: bool,
    /// Whether it has sent a message of an unknown kind.
    has_sent_unknown: bool,
}

/// Progress of a lease in a process: shards are sent in order, and answered in order.
#[derive(Debug, Default)]
pub(crate) struct LeaseProgress {
    /// Number of shards that were sent.
    pub(crate) sent: usize,
    /// Number of shards that were answered.
    pub(crate) done: usize,
    /// Sizes of the messages that were sent and not answered.
    unanswered: VecDeque<usize>,
    /// Sum of these sizes.
    unanswered_bytes: usize,
}

impl LeaseProgress {
    /// Tells whether so little is unanswered that more should be sent. Only below half of the limit, so that
    /// messages travel in batches; and not only at zero, so that the worker always has a shard to run.
    fn needs_more(&self) -> bool {
        self.unanswered_bytes < MAX_BYTES_AHEAD / 2
    }

    /// Tells whether a message of this size, in bytes, may be sent now.
    fn has_room_for(&self, bytes: usize) -> bool {
        // A large message is sent only to a worker that has nothing else to do, and therefore reads. If the worker were
        // writing answers at the same time, both pipes could be full, and both sides would wait forever.
        self.unanswered.is_empty() || self.unanswered_bytes + bytes <= MAX_BYTES_AHEAD
    }

    fn record_sent(&mut self, bytes: usize) {
        self.sent += 1;
        self.unanswered.push_back(bytes);
        self.unanswered_bytes += bytes;
    }

    fn record_answer(&mut self) {
        self.done += 1;
        self.unanswered_bytes -= self.unanswered.pop_front().unwrap_or(0);
    }
}

impl LiveProcess {
    /// Starts a process for a job.
    pub(crate) fn start(
        job_index: usize,
        command: &CommandLine,
        memory: Option<MemoryLimit>,
        job: &dyn Job,
    ) -> io::Result<Self> {
        let mut start = command.command();
        let mark = job.command().map(|_| ProcessMark::new());
        start.envs(mark.iter().map(ProcessMark::variable));
        let child = start.spawn().map_err(|error| command.start_error(error))?;
        let piped = "the command asks for pipes";
        let (mut child, stderr) = set_up(child, |child| {
            if let Some(limit) = &memory {
                limit_memory(child.id(), limit.bytes)?;
            }
            StderrReader::start(WatchedPipe::new(child.stderr.take().expect(piped), child.id()))
        })?;
        let mut stdin = BufWriter::with_capacity(MAX_BYTES_AHEAD * 2, child.stdin.take().expect(piped));
        let stdout = WatchedPipe::new(child.stdout.take().expect(piped), child.id());
        let stdout = BufReader::with_capacity(ANSWER_BUFFER_BYTES, stdout);
        let hello = ToWorker::Hello {
            protocol: PROTOCOL_VERSION,
            job: job.name().to_owned(),
            settings: job.settings(),
            secrets: job.secrets().expose(),
        };
        // If the process is dead already, the first read reports it.
        let _ = protocol::write_message(&mut stdin, &hello).and_then(|()| stdin.flush());
        let (has_printed, has_sent_unknown) = (false, false);
        Ok(Self { job_index, child, stdin, stdout, stderr, memory, mark, has_printed, has_sent_unknown })
    }

    /// Returns the position, in the run, of the job whose shards the process runs.
    pub(crate) fn job_index(&self) -> usize {
        self.job_index
    }

    /// Returns the memory that the process may use, in bytes; `None` without a limit.
    pub(crate) fn memory_bytes(&self) -> Option<u64> {
        self.memory.as_ref().map(|limit| limit.bytes)
    }

    /// Returns the process group, which the child leads.
    pub(crate) fn process_group(&self) -> u32 {
        self.child.id()
    }

    /// Closes the input of the process, so that it can end by itself, and waits a moment; then kills its group. Returns the
    /// number of processes that it left behind outside of the group, which are killed too.
    pub(crate) fn shut_down(self) -> usize {
        let Self { mut child, mut stdin, stdout, mark, .. } = self;
        let _ = stdin.flush();
        let known = mark.as_ref().map(|_| descendants(child.id()));
        drop((stdin, stdout));
        let since = Instant::now();
        while since.elapsed() < SHUT_DOWN_TIMEOUT {
            if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        // The whole group even if the child has ended: it may have left children of its own.
        kill_group(child.id());
        let _ = child.wait();
        reap_group(child.id());
        mark.zip(known).map_or(0, |(mark, known)| mark.end_orphans(known))
    }

    /// Kills the process, waits for its end, and returns the reason of its failure, with the number of processes that it
    /// left behind as [`Self::shut_down`] does.
    pub(crate) fn reap(mut self, failure: &WorkerFailure) -> (String, usize) {
        let known = self.mark.as_ref().map(|_| descendants(self.child.id()));
        let mut ended: Option<ExitStatus> = None;
        if matches!(failure, WorkerFailure::Died) {
            // If it died by itself, the reason is its own signal or exit code, and not the kill below. The kernel
            // closes the pipes a moment before it reports the exit.
            let since = Instant::now();
            while ended.is_none() && since.elapsed() < EXIT_STATUS_TIMEOUT {
                ended = self.child.try_wait().ok().flatten();
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        kill_group(self.child.id());
        // The status of a process that was killed here says nothing about why it failed.
        let _ = self.child.wait();
        reap_group(self.child.id());
        let orphans = self.mark.take().zip(known).map_or(0, |(mark, known)| mark.end_orphans(known));
        // The process is dead, so its standard error ends.
        self.stderr.join();
        (failure.reason(ended, Some(&self.stderr.tail()), self.memory.as_ref()), orphans)
    }

    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<(), WorkerFailure> {
        match protocol::read_line(&mut self.stdout, line) {
            Ok(true) => Ok(()),
            Ok(false) => Err(WorkerFailure::Died),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(WorkerFailure::ProtocolViolation(error.to_string()))
            }
            Err(_) => Err(WorkerFailure::Died),
        }
    }

    /// Asks the process for the plan of its job. Sets `is_ready` when the process has said so.
    pub(crate) fn ask_plan(&mut self, clock_ms: u64, is_ready: &mut bool) -> Result<Plan, WorkerFailure> {
        let violation = |what: String| WorkerFailure::ProtocolViolation(what);
        let stdin = &mut self.stdin;
        protocol::write_message(stdin, &ToWorker::Plan { clock_ms })
            .and_then(|()| stdin.flush())
            .map_err(|_| WorkerFailure::Died)?;
        let (mut payloads, mut line) = (Vec::new(), Vec::new());
        loop {
            self.read_line(&mut line)?;
            let Some(message) = self.parse(&line, &mut |_| {})? else { continue };
            match message {
                FromWorker::Ready { protocol } => {
                    check_protocol(protocol)?;
                    *is_ready = true;
                }
                FromWorker::Alive {}
                | FromWorker::Log { .. }
                | FromWorker::Activity { .. }
                | FromWorker::Progress { .. }
                | FromWorker::Item { .. } => {}
                FromWorker::Shard(payload) => {
                    let payload = serde_json::from_str::<Value>(payload.get());
                    payloads.push(payload.map_err(|error| violation(error.to_string()))?.into());
                }
                FromWorker::Planned { target } => {
                    let plan = Plan::new(payloads);
                    return Ok(target.into_iter().fold(plan, Plan::with_target));
                }
                FromWorker::Failed { reason, .. } => return Err(WorkerFailure::Refused(reason)),
                _ => return Err(violation(format!("{} while planning", protocol::excerpt(&line)))),
            }
        }
    }

    /// Understands a line. Returns `None` for one that cannot have held a message, as a stray `print` leaves it, and for
    /// messages of later versions; of each kind the first one in the life of the process comes with a warning, which is
    /// passed to `ignored`.
    fn parse<'a>(
        &mut self,
        line: &'a [u8],
        ignored: &mut dyn FnMut(Option<String>),
    ) -> Result<Option<FromWorker<'a>>, WorkerFailure> {
        let error = match serde_json::from_slice(line) {
            Ok(message) => return Ok(Some(message)),
            Err(error) => error,
        };
        let excerpt = protocol::excerpt(line);
        let (is_first, warning) = if protocol::is_stray(line) {
            let is_first = !std::mem::replace(&mut self.has_printed, true);
            let text =
                "is not a message, and was skipped: standard output is for messages, print to standard error";
            (is_first, text)
        } else if protocol::is_unknown_message(line) {
            let is_first = !std::mem::replace(&mut self.has_sent_unknown, true);
            (is_first, "is a message that this version does not know, and was ignored")
        } else {
            let what = format!("{excerpt} is not a message ({error})");
            return Err(WorkerFailure::ProtocolViolation(what));
        };
        ignored(is_first.then(|| format!("{excerpt} {warning}")));
        Ok(None)
    }

    /// Sends shards before the earlier ones are answered, up to [`MAX_BYTES_AHEAD`].
    fn send_ahead(
        &mut self,
        work: &LeasedWork<'_>,
        progress: &mut LeaseProgress,
    ) -> Result<(), WorkerFailure> {
        let mut message = Vec::new();
        while let Some(attempt) = work.lease.attempts.get(progress.sent) {
            let shard = &work.plan.shards()[attempt.shard as usize];
            message.clear();
            let run = ToWorker::Run {
                shard: shard.number,
                payload: shard.payload.clone(),
                attempt: attempt.number,
                report_items: reports_items(attempt.number),
                leave_out: work.poison.left_out(attempt.shard),
            };
            protocol::write_message(&mut message, &run).map_err(|_| WorkerFailure::Died)?;
            if !progress.has_room_for(message.len()) {
                break;
            }
            self.stdin.write_all(&message).map_err(|_| WorkerFailure::Died)?;
            progress.record_sent(message.len());
        }
        self.stdin.flush().map_err(|_| WorkerFailure::Died)
    }

    /// Runs the shards of a lease, and reports their results.
    pub(crate) fn run_lease(
        &mut self,
        work: &LeasedWork<'_>,
        progress: &mut LeaseProgress,
        line: &mut Vec<u8>,
        report: &mut ResultCallback<'_>,
    ) -> Result<(), WorkerFailure> {
        let mut since = Instant::now();
        while let Some(&attempt) = work.lease.attempts.get(progress.done) {
            if !work.status.begin_shard(progress.done) {
                return Err(WorkerFailure::Died);
            }
            if progress.needs_more() {
                self.send_ahead(work, progress)?;
            }
            let result = self.read_result(work, attempt, line)?;
            let now = Instant::now();
            report(attempt, result, now - since);
            since = now;
            progress.record_answer();
        }
        Ok(())
    }

    /// Reads answers until the shard that runs has ended.
    fn read_result(
        &mut self,
        work: &LeasedWork<'_>,
        attempt: Attempt,
        line: &mut Vec<u8>,
    ) -> Result<AttemptResult, WorkerFailure> {
        let mut writer = ShardWriter::new(work.store, attempt.shard).deferred(work.is_deferred);
        let mut stop_sent = false;
        loop {
            // Checked between two lines only, which is often enough: workers of this program send a sign of life
            // every second, and the run loop kills a worker that does not stop in time.
            if !stop_sent && work.status.stop_reason() == Some(StopReason::Cancelled) {
                stop_sent = true;
                let _ = protocol::write_message(&mut self.stdin, &ToWorker::Cancel {})
                    .and_then(|()| self.stdin.flush());
            }
            self.read_line(line)?;
            work.status.record_sign();
            let mut is_stray = false;
            let message = self.parse(line, &mut |warning| {
                is_stray = true;
                if let Some(text) = warning {
                    (work.log)(LogLevel::Warning, text);
                }
            })?;
            if is_stray {
                writer.count(STRAY_COUNTER, 1);
            }
            let Some(message) = message else { continue };
            match message {
                FromWorker::Record(record) => {
                    if self.mark.is_some() {
                        check_readable(record)?;
                    }
                    writer.record(record.get().as_bytes()).map_err(WorkerFailure::Destination)?;
                    work.status.set_records(writer.records());
                }
                FromWorker::Alive {} => {}
                FromWorker::Progress { done, of } => {
                    work.status.set_activity(Some(&progress_text(done, of)));
                }
                FromWorker::Item { name } => work.status.set_item(&name),
                FromWorker::Count { name, n } => writer.count(&name, n),
                FromWorker::Log { level, text } => (work.log)(level, text),
                FromWorker::Activity { text } => work.status.set_activity(text.as_deref()),
                FromWorker::Ready { protocol } => check_protocol(protocol)?,
                FromWorker::Done { shard, .. }
                | FromWorker::Failed { shard, .. }
                | FromWorker::Unwritable { shard, .. }
                | FromWorker::Stopped { shard }
                    if shard != attempt.shard =>
                {
                    let what = format!("shard {shard} is not the one it runs");
                    return Err(WorkerFailure::ProtocolViolation(what));
                }
                FromWorker::Done { records: Some(records), .. } if records != writer.records() => {
                    let what = format!("it emitted {records} records, and {} arrived", writer.records());
                    return Err(WorkerFailure::ProtocolViolation(what));
                }
                FromWorker::Done { .. } => {
                    let output = writer.finish().map_err(WorkerFailure::Destination)?;
                    return Ok(AttemptResult::Finished(output));
                }
                FromWorker::Failed { reason, exit: Some(exit), .. } => {
                    return Ok(AttemptResult::Exited { exit, reason: reason.into() });
                }
                FromWorker::Failed { reason, retry, .. } => {
                    let (outcome, reason) = (Outcome::Failed, reason.into());
                    return Ok(AttemptResult::Failed { outcome, reason, retryable: retry });
                }
                FromWorker::Unwritable { path, reason, errno, .. } => {
                    let kind = errno
                        .map_or(io::ErrorKind::Other, |errno| io::Error::from_raw_os_error(errno).kind());
                    let (path, source) = (path.into(), io::Error::new(kind, reason));
                    return Err(WorkerFailure::Destination(WriteError { path, source }.into()));
                }
                FromWorker::Stopped { .. } => return Ok(StopReason::result(work.status.stop_reason())),
                FromWorker::Shard(_) | FromWorker::Planned { .. } => {
                    let what = "it plans while it should run a shard".to_owned();
                    return Err(WorkerFailure::ProtocolViolation(what));
                }
            }
        }
    }
}

/// Returns the words for how much of a shard is done.
fn progress_text(done: u64, of: Option<u64>) -> String {
    match of {
        // A program may have done more than it thought there was.
        Some(of) if of > 0 => {
            format!("{done} of {of} ({} %)", u128::from(done.min(of)) * 100 / u128::from(of))
        }
        _ => format!("{done} done"),
    }
}

/// Checks that the record of another program can be read by those that come after. JSON's grammar allows more than
/// readers take: half of a surrogate pair, numbers beyond all that a machine can hold, and any depth.
fn check_readable(record: &RawValue) -> Result<(), WorkerFailure> {
    match serde_json::from_str::<Value>(record.get()) {
        Ok(_) => Ok(()),
        Err(error) => {
            let excerpt = protocol::excerpt(record.get().as_bytes());
            Err(WorkerFailure::ProtocolViolation(format!("its record {excerpt} cannot be read ({error})")))
        }
    }
}

fn check_protocol(theirs: u32) -> Result<(), WorkerFailure> {
    if theirs == PROTOCOL_VERSION {
        return Ok(());
    }
    let what = format!("it speaks protocol {theirs}, this program speaks {PROTOCOL_VERSION}");
    Err(WorkerFailure::ProtocolViolation(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends messages of this size while there is room. Returns how many were sent.
    fn fill(progress: &mut LeaseProgress, bytes: usize) -> usize {
        let before = progress.sent;
        while progress.has_room_for(bytes) {
            progress.record_sent(bytes);
        }
        progress.sent - before
    }

    #[test]
    fn messages_travel_in_batches_and_fit_into_the_pipe() {
        let mut progress = LeaseProgress::default();
        assert_eq!(fill(&mut progress, 1 << 10), 32);
        for _ in 0..3 {
            while !progress.needs_more() {
                progress.record_answer();
            }
            assert!(progress.sent > progress.done, "the worker has a shard to run");
            assert_eq!(fill(&mut progress, 1 << 10), 17);
            assert!(progress.unanswered_bytes <= MAX_BYTES_AHEAD);
        }
    }

    #[test]
    fn a_message_larger_than_the_limit_is_sent_alone() {
        let mut progress = LeaseProgress::default();
        progress.record_sent(100);
        assert!(!progress.has_room_for(MAX_BYTES_AHEAD));
        progress.record_answer();
        assert_eq!(fill(&mut progress, MAX_BYTES_AHEAD * 2), 1);
        assert!(!progress.needs_more());
    }
}
