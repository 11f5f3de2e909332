//! The other side of a worker process: takes shards from standard input, answers on standard
//! output, and ends when its parent does.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use thiserror::Error;

use super::protocol::{self, FromWorker, PROTOCOL, ToWorker};
use super::thread::panic_reason;
use crate::cancel::CancelToken;
use crate::error::ShardError;
use crate::event::{Counters, LogLevel};
use crate::job::{Job, RecordSink, ShardOutput};
use crate::plan::Shard;
use crate::secrets::Secrets;

/// Answers are held back for at most this long, so that many small ones travel together.
const HOLD: Duration = Duration::from_millis(2);

/// What a shard says of itself goes out at most this often, or with the next sign of life.
const TELL: Duration = Duration::from_millis(500);

/// A sign of life this often.
const BEAT: Duration = Duration::from_secs(1);

/// Why a worker process could not do its work.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Standard input or output failed.
    #[error("the connection to the engine broke: {0}")]
    Connection(#[from] io::Error),
    /// The engine said something else than it should.
    #[error(
        "expected the engine's greeting on standard input: this command is for the engine, not for people"
    )]
    NoGreeting,
    /// The engine speaks another version.
    #[error("the engine speaks protocol {0}, this worker {PROTOCOL}")]
    Protocol(u32),
    /// The job cannot be made.
    #[error("{0}")]
    Job(String),
}

/// Where the answers go: the real standard output, in larger pieces.
struct AnswerStream {
    to: File,
    held: Vec<u8>,
    since: Instant,
    /// What the shard that runs says of itself, as long as nobody was told.
    doing: Option<Option<String>>,
    told: Option<Instant>,
}

impl AnswerStream {
    fn tell(&mut self) {
        if let Some(text) = self.doing.take() {
            self.say(&FromWorker::Doing { text });
            self.told = Some(Instant::now());
        }
    }

    fn flush(&mut self) {
        // If nobody listens any more the parent is gone, and this process soon too.
        let _ = self.to.write_all(&self.held);
        self.held.clear();
        self.since = Instant::now();
    }

    fn say(&mut self, message: &FromWorker<'_>) {
        // Writing to memory cannot fail.
        let _ = protocol::say(&mut self.held, message);
    }
}

struct ProcessSink<'a> {
    answers: &'a Mutex<AnswerStream>,
    records: Vec<u8>,
    counters: Counters,
    cancel: &'a CancelToken,
}

impl ProcessSink<'_> {
    fn hand_over(&mut self) {
        if !self.records.is_empty() {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.held.append(&mut self.records);
            answers.flush();
        }
    }
}

impl RecordSink for ProcessSink<'_> {
    fn record(&mut self, line: &[u8]) {
        self.records.extend_from_slice(b"{\"record\":");
        self.records.extend_from_slice(line);
        self.records.extend_from_slice(b"}\n");
        if self.records.len() >= 1 << 16 {
            self.hand_over();
        }
    }

    fn count(&mut self, name: &str, n: u64) {
        match self.counters.get_mut(name) {
            Some(counter) => *counter += n,
            None => {
                self.counters.insert(name.to_owned(), n);
            }
        }
    }

    fn log(&mut self, level: LogLevel, text: String) {
        self.hand_over();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.say(&FromWorker::Note { level, text });
        answers.flush();
    }

    fn set_activity(&self, text: Option<&str>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.doing = Some(text.map(str::to_owned));
        if answers.told.is_none_or(|told| told.elapsed() >= TELL) {
            answers.tell();
            answers.flush();
        }
    }

    fn stopped(&self) -> bool {
        self.cancel.requested()
    }
}

/// Runs this process as a worker until its input ends. `make` makes the job of a name,
/// settings and secrets. Standard output belongs to the protocol: what a job prints goes to standard
/// error.
///
/// # Errors
/// [`ServeError`]; nothing can be wrong with a single shard here, that is an answer.
pub fn serve(
    make: impl FnOnce(&str, Value, Secrets) -> Result<Arc<dyn Job>, String>,
) -> Result<(), ServeError> {
    let answers = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdout(rustix::stdio::stderr()).map_err(io::Error::from)?;
    // The out-of-memory killer should take a worker before it takes the run.
    let _ = std::fs::write("/proc/self/oom_score_adj", "600");
    let answers = Arc::new(Mutex::new(AnswerStream {
        to: answers,
        held: Vec::new(),
        since: Instant::now(),
        doing: None,
        told: None,
    }));

    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    let mut line = Vec::new();
    if !protocol::read_line(&mut input, &mut line)? {
        return Ok(());
    }
    let Ok(ToWorker::Hello { protocol, job, settings, secrets }) = serde_json::from_slice(&line) else {
        return Err(ServeError::NoGreeting);
    };
    if protocol != PROTOCOL {
        return Err(ServeError::Protocol(protocol));
    }
    let job = make(&job, settings, Secrets::told(secrets)).map_err(ServeError::Job)?;
    {
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.say(&FromWorker::Ready { protocol: PROTOCOL });
        answers.flush();
    }
    beat(Arc::clone(&answers))?;
    let current = Arc::new(Mutex::new(CancelToken::new()));
    let shards = take_orders(input, Arc::clone(&current))?;
    work(&*job, &answers, &current, &shards);
    Ok(())
}

/// Gives a sign of life every second, and hands over what was held back.
fn beat(answers: Arc<Mutex<AnswerStream>>) -> io::Result<()> {
    std::thread::Builder::new().name("beat".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(BEAT);
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.tell();
            answers.say(&FromWorker::Alive {});
            answers.flush();
        }
    })?;
    Ok(())
}

/// Reads on while a shard runs, so that a request to stop is heard. When the input ends the
/// parent is done, or dead: then this process and its children end too.
fn take_orders(
    mut input: BufReader<io::Stdin>,
    current: Arc<Mutex<CancelToken>>,
) -> io::Result<Receiver<Shard>> {
    let (orders, shards) = mpsc::channel();
    std::thread::Builder::new().name("orders".to_owned()).spawn(move || {
        let mut line = Vec::new();
        while let Ok(true) = protocol::read_line(&mut input, &mut line) {
            match serde_json::from_slice(&line) {
                Ok(ToWorker::Run { shard, payload }) => {
                    if orders.send(Shard { number: shard, payload }).is_err() {
                        break;
                    }
                }
                Ok(ToWorker::Cancel {}) => current.lock().unwrap_or_else(PoisonError::into_inner).request(),
                _ => break,
            }
        }
        super::child::kill_group(std::process::id());
        std::process::exit(0);
    })?;
    Ok(shards)
}

fn work(
    job: &dyn Job,
    answers: &Mutex<AnswerStream>,
    current: &Mutex<CancelToken>,
    shards: &Receiver<Shard>,
) {
    let mut buffer = Vec::new();
    let mut next = shards.recv().ok();
    while let Some(shard) = next {
        let cancel = CancelToken::new();
        *current.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        let mut sink =
            ProcessSink { answers, records: Vec::new(), counters: Counters::new(), cancel: &cancel };
        let ended =
            catch_unwind(AssertUnwindSafe(|| job.run(&shard, &mut ShardOutput::new(&mut sink, &mut buffer))));
        let number = shard.number;
        let answer = match ended {
            Ok(Ok(())) => FromWorker::Done { shard: number },
            Ok(Err(ShardError::Stopped)) => FromWorker::Stopped { shard: number },
            Ok(Err(ShardError::Failed(reason))) => FromWorker::Failed { shard: number, reason, retry: false },
            Ok(Err(ShardError::Retry(reason))) => FromWorker::Failed { shard: number, reason, retry: true },
            // A panic leaves a process that nobody should trust: say why, and let it be replaced.
            Err(panic) => {
                let mut stderr = io::stderr().lock();
                let _ = writeln!(stderr, "{}", panic_reason(&*panic));
                std::process::exit(101);
            }
        };
        let ProcessSink { mut records, counters, .. } = sink;
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.held.append(&mut records);
        // What the shard was at is over with it.
        answers.doing = None;
        for (name, n) in counters {
            answers.say(&FromWorker::Count { name, n });
        }
        answers.say(&answer);
        next = shards.try_recv().ok();
        if next.is_none() || answers.since.elapsed() > HOLD || answers.held.len() > 1 << 16 {
            answers.flush();
        }
        drop(answers);
        if next.is_none() {
            next = shards.recv().ok();
        }
    }
}
