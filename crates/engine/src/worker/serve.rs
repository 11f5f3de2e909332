//! What runs inside a worker process: reads requests from standard input, answers on standard output, and ends
//! when its parent does. `live_process.rs` is the other end of the pipes, in the engine.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use streamguard_durable::WriteError;
use thiserror::Error;

use super::protocol::{self, FromWorker, PROTOCOL_VERSION, ToWorker};
use crate::cancel_token::CancelToken;
use crate::child_process::kill_group;
use crate::error::ShardError;
use crate::event::{Counters, LogLevel, add_count};
use crate::job::Job;
use crate::panic_reason::panic_reason;
use crate::plan::Shard;
use crate::poison_items::item_name;
use crate::secrets::{ExposedSecrets, Secrets};
use crate::shard_output::{RecordSink, ShardOutput};

/// Longest time since the last write for which answers are held back, so that many small ones travel together. It is
/// checked whenever a shard ends. While a long shard runs, answers wait for the next sign of life, a second at most.
const MAX_HOLD: Duration = Duration::from_millis(2);

/// Shortest time between two reports of activities. A sign of life may carry one earlier.
const ACTIVITY_INTERVAL: Duration = Duration::from_millis(500);

/// Time between two signs of life.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);

/// Size of answers that is written at once, in bytes.
const ANSWER_BYTES: usize = 64 << 10;

/// Exit code of a Rust program that panicked.
const PANIC_EXIT_CODE: i32 = 101;

/// Share of all memory, in thousandths, that the out-of-memory killer adds to a worker's use when it
/// chooses its victim (proc_pid_oom_score_adj(5)).
const OOM_SCORE_ADJ: &str = "600";

/// Error of a worker process that could not do its work.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Standard input or output failed.
    #[error("the connection to the engine broke")]
    Connection(#[from] io::Error),
    /// The first line was not the message `hello`.
    #[error(
        "expected the engine's greeting on standard input: this command is for the engine, not for people"
    )]
    NoHello,
    /// The engine uses another version of the protocol.
    #[error("the engine speaks protocol {0}, this worker speaks {PROTOCOL_VERSION}")]
    Protocol(u32),
    /// The job cannot be made.
    #[error("{0}")]
    Job(String),
}

/// Answers to the engine: collected, and written to the original standard output in larger pieces.
struct AnswerStream {
    stdout: File,
    held: Vec<u8>,
    last_flush: Instant,
    /// Latest activity of the shard that runs, if it has not been reported yet; `Some(None)` if the activity ended.
    unreported_activity: Option<Option<String>>,
    last_activity: Option<Instant>,
}

/// Answers that the main thread and the heartbeat share.
struct SharedAnswers(Mutex<AnswerStream>);

impl SharedAnswers {
    fn lock(&self) -> MutexGuard<'_, AnswerStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AnswerStream {
    fn report_activity(&mut self) {
        if let Some(text) = self.unreported_activity.take() {
            self.push(&FromWorker::Activity { text });
            self.last_activity = Some(Instant::now());
        }
    }

    fn flush(&mut self) {
        // A write error means that the parent has ended. The thread that reads requests then ends this process.
        let _ = self.stdout.write_all(&self.held);
        self.held.clear();
        self.last_flush = Instant::now();
    }

    fn push(&mut self, message: &FromWorker<'_>) {
        // Writing to memory cannot fail.
        let _ = protocol::write_message(&mut self.held, message);
    }
}

struct ProcessSink<'a> {
    answers: &'a SharedAnswers,
    /// Messages with records that are not yet among the shared answers.
    records: Vec<u8>,
    counters: Counters,
    cancel: &'a CancelToken,
    /// Number of the attempt, from 1.
    attempt: u32,
    /// Whether each item is reported before it begins.
    report_items: bool,
    /// Items that are left out.
    leave_out: Vec<String>,
}

/// A shard that the engine asked for.
struct RequestedShard {
    shard: Shard,
    attempt: u32,
    report_items: bool,
    leave_out: Vec<String>,
}

impl ProcessSink<'_> {
    fn hand_over(&mut self) {
        if !self.records.is_empty() {
            let mut answers = self.answers.lock();
            answers.held.append(&mut self.records);
            answers.flush();
        }
    }
}

impl RecordSink for ProcessSink<'_> {
    fn record(&mut self, line: &[u8]) {
        // The record is JSON already: it is wrapped by hand rather than parsed and written again.
        self.records.extend_from_slice(b"{\"record\":");
        self.records.extend_from_slice(line);
        self.records.extend_from_slice(b"}\n");
        if self.records.len() >= ANSWER_BYTES {
            self.hand_over();
        }
    }

    fn count(&mut self, name: &str, n: u64) {
        add_count(&mut self.counters, name, n);
    }

    fn log(&mut self, level: LogLevel, text: String) {
        // Records first: the log line may be about them.
        self.hand_over();
        let mut answers = self.answers.lock();
        answers.push(&FromWorker::Log { level, text });
        answers.flush();
    }

    fn set_activity(&self, text: Option<&str>) {
        let mut answers = self.answers.lock();
        answers.unreported_activity = Some(text.map(str::to_owned));
        if answers.last_activity.is_none_or(|last| last.elapsed() >= ACTIVITY_INTERVAL) {
            answers.report_activity();
            answers.flush();
        }
    }

    fn begin_item(&mut self, name: &str) -> bool {
        let name = item_name(name);
        if self.report_items {
            self.hand_over();
            let mut answers = self.answers.lock();
            answers.push(&FromWorker::Item { name: name.to_owned() });
            // At once: what is held back is lost if this process dies at the item.
            answers.flush();
        }
        !self.leave_out.iter().any(|item| item == name)
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    fn stopped(&self) -> bool {
        self.cancel.requested()
    }
}

/// Runs this process as a worker until its input ends, or until it receives a line that is neither `run` nor `cancel`.
/// `make` makes a job from its name, settings and secrets. Standard output carries the protocol only: text that a job
/// prints goes to standard error.
///
/// # Errors
/// [`ServeError`]; the failure of a single shard is an answer, not an error.
pub fn serve(
    make: impl FnOnce(&str, Value, Secrets) -> Result<Arc<dyn Job>, String>,
) -> Result<(), ServeError> {
    // The protocol keeps a handle of its own to the pipe; descriptor 1 then leads to standard error, so that a
    // library that prints cannot damage the protocol.
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdout(rustix::stdio::stderr()).map_err(io::Error::from)?;
    // The out-of-memory killer should kill a worker rather than the run.
    let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE_ADJ);
    let answers = Arc::new(SharedAnswers(Mutex::new(AnswerStream {
        stdout,
        held: Vec::new(),
        last_flush: Instant::now(),
        unreported_activity: None,
        last_activity: None,
    })));

    let mut input = BufReader::with_capacity(ANSWER_BYTES, io::stdin());
    let mut line = Vec::new();
    if !protocol::read_line(&mut input, &mut line)? {
        return Ok(());
    }
    let (job, settings, secrets) = parse_hello(&line)?;
    let job = make(&job, settings, Secrets::from_exposed(secrets)).map_err(ServeError::Job)?;
    {
        let mut answers = answers.lock();
        answers.push(&FromWorker::Ready { protocol: PROTOCOL_VERSION });
        answers.flush();
    }
    start_heartbeat(Arc::clone(&answers))?;
    // Token of the shard that runs.
    let current_cancel = Arc::new(Mutex::new(CancelToken::new()));
    let shards = read_requests(input, Arc::clone(&current_cancel))?;
    serve_shards(&*job, &answers, &current_cancel, &shards);
    Ok(())
}

/// Parses the first line, the message `hello`. Returns the name of the job, its settings, and its secrets.
fn parse_hello(line: &[u8]) -> Result<(String, Value, ExposedSecrets), ServeError> {
    let Ok(ToWorker::Hello { protocol, job, settings, secrets }) = serde_json::from_slice(line) else {
        return Err(ServeError::NoHello);
    };
    if protocol == PROTOCOL_VERSION {
        Ok((job, settings, secrets))
    } else {
        Err(ServeError::Protocol(protocol))
    }
}

/// Starts a thread that sends signs of life, together with all answers that were held back.
fn start_heartbeat(answers: Arc<SharedAnswers>) -> io::Result<()> {
    std::thread::Builder::new().name("heartbeat".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(HEARTBEAT_INTERVAL);
            let mut answers = answers.lock();
            answers.report_activity();
            answers.push(&FromWorker::Alive {});
            answers.flush();
        }
    })?;
    Ok(())
}

/// Starts a thread that reads requests while a shard runs, so that a request to stop is noticed. When the input ends,
/// the parent needs this process no longer or is dead: then this process and its children are killed. A line that is
/// neither `run` nor `cancel` ends them as well.
fn read_requests(
    mut input: BufReader<io::Stdin>,
    current_cancel: Arc<Mutex<CancelToken>>,
) -> io::Result<Receiver<RequestedShard>> {
    let (sender, shards) = mpsc::channel();
    std::thread::Builder::new().name("requests".to_owned()).spawn(move || {
        let mut line = Vec::new();
        while let Ok(true) = protocol::read_line(&mut input, &mut line) {
            match serde_json::from_slice(&line) {
                Ok(ToWorker::Run { shard, payload, attempt, report_items, leave_out }) => {
                    let shard = Shard { number: shard, payload };
                    if sender.send(RequestedShard { shard, attempt, report_items, leave_out }).is_err() {
                        break;
                    }
                }
                Ok(ToWorker::Cancel {}) => {
                    current_cancel.lock().unwrap_or_else(PoisonError::into_inner).request();
                }
                _ => break,
            }
        }
        // Killed, because the main thread may run a shard that never checks whether it should stop.
        kill_group(std::process::id());
        std::process::exit(0);
    })?;
    Ok(shards)
}

/// Runs shards in the order in which they arrive, until the input has ended, and sends their answers.
fn serve_shards(
    job: &dyn Job,
    answers: &SharedAnswers,
    current_cancel: &Mutex<CancelToken>,
    shards: &Receiver<RequestedShard>,
) {
    let mut buffer = Vec::new();
    let mut next = shards.recv().ok();
    while let Some(requested) = next {
        // A token for each shard: a request stops only the shard that runs when it arrives.
        let cancel = CancelToken::new();
        *current_cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        let RequestedShard { shard, attempt, report_items, leave_out } = requested;
        let (records, counters, cancel) = (Vec::new(), Counters::new(), &cancel);
        let mut sink = ProcessSink { answers, records, counters, cancel, attempt, report_items, leave_out };
        let answer = serve_shard(job, &shard, &mut sink, &mut buffer);
        let ProcessSink { mut records, counters, .. } = sink;
        let mut answers = answers.lock();
        answers.held.append(&mut records);
        // The activity of the shard ended with the shard.
        answers.unreported_activity = None;
        for (name, n) in counters {
            answers.push(&FromWorker::Count { name, n });
        }
        answers.push(&answer);
        // Answers are held back only while there are more shards: otherwise the engine would wait for them.
        next = shards.try_recv().ok();
        if next.is_none() || answers.last_flush.elapsed() > MAX_HOLD || answers.held.len() > ANSWER_BYTES {
            answers.flush();
        }
        // The heartbeat needs the lock while this thread waits.
        drop(answers);
        if next.is_none() {
            next = shards.recv().ok();
        }
    }
}

/// Runs one shard. Returns the message about its end.
fn serve_shard<'a>(
    job: &dyn Job,
    shard: &Shard,
    sink: &mut ProcessSink<'_>,
    buffer: &mut Vec<u8>,
) -> FromWorker<'a> {
    let number = shard.number;
    let failed = |reason, retry| FromWorker::Failed { shard: number, reason, retry, exit: None };
    match catch_unwind(AssertUnwindSafe(|| job.run(shard, &mut ShardOutput::new(sink, buffer)))) {
        Ok(Ok(())) => FromWorker::Done { shard: number, records: None },
        Ok(Err(ShardError::Stopped)) => FromWorker::Stopped { shard: number },
        Ok(Err(ShardError::Write(WriteError { path, source }))) => FromWorker::Unwritable {
            shard: number,
            path: path.to_string_lossy().into_owned(),
            reason: source.to_string(),
            errno: source.raw_os_error(),
        },
        Ok(Err(ShardError::Failed(reason))) => failed(reason, false),
        Ok(Err(ShardError::Retry(reason))) => failed(reason, true),
        Ok(Err(ShardError::Exited { exit, reason })) => {
            FromWorker::Failed { shard: number, reason, retry: true, exit: Some(exit) }
        }
        // A panic leaves a process in an unknown state: give the reason, and let the engine replace it.
        Err(panic) => {
            let mut stderr = io::stderr().lock();
            let _ = writeln!(stderr, "{}", panic_reason(&*panic));
            std::process::exit(PANIC_EXIT_CODE);
        }
    }
}
