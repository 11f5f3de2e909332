//! Shards in child processes. A process takes shard after shard; one that dies is replaced.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, ExitStatus};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::child::{self, CommandLine};
use super::protocol::{self, FromWorker, PROTOCOL, ToWorker};
use super::{LeasedWork, StopReason, Worker, WorkerStatus, stopped_fate};
use crate::event::{LogLevel, Outcome};
use crate::job::Job;
use crate::plan::{Plan, PlanContext};
use crate::schedule::{Attempt, AttemptResult};
use crate::store::ShardWriter;

/// So many bytes of shards a worker may have before it has answered the first: less than any
/// pipe holds, so that both sides never wait for each other.
const AHEAD: usize = 32 << 10;

/// How much of a worker's last words is kept for the reason of its death.
const LAST_WORDS: usize = 4 << 10;

/// Runs shards in a child process.
#[derive(Debug)]
pub(crate) struct ProcessWorker {
    own: CommandLine,
    memory: Option<u64>,
    live: Option<LiveProcess>,
    line: Vec<u8>,
}

/// A process that waits for shards of one job.
#[derive(Debug)]
struct LiveProcess {
    job: usize,
    child: Child,
    stdin: BufWriter<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    last_words: Arc<Mutex<StderrTail>>,
    listener: Option<std::thread::JoinHandle<()>>,
}

/// The end of what a process wrote to its standard error.
#[derive(Debug, Default)]
struct StderrTail {
    lines: VecDeque<String>,
    bytes: usize,
}

/// Why a process is of no more use.
enum WorkerFailure {
    Destination(io::Error),
    Died,
    /// What it said is no answer.
    Nonsense(String),
    /// It could not be started, or said no: the reason is whole.
    Refused(String),
}

impl ProcessWorker {
    /// `own` starts this program as a worker; jobs with a command of their own use that.
    pub(crate) fn new(own: CommandLine, memory: Option<u64>) -> Self {
        Self { own, memory, live: None, line: Vec::new() }
    }

    /// The process for this job, started if need be.
    fn ready(&mut self, job: usize, what: &dyn Job, slot: &WorkerStatus) -> io::Result<&mut LiveProcess> {
        if self.live.as_ref().is_some_and(|live| live.job != job) {
            self.retire();
        }
        match &mut self.live {
            Some(_) => {}
            none => {
                *none = Some(LiveProcess::start(job, what.command().unwrap_or(&self.own), self.memory, what)?)
            }
        }
        let live = self.live.as_mut().expect("it was just started");
        slot.group.store(live.child.id(), Ordering::Relaxed);
        Ok(live)
    }

    /// Ends the process in peace: it sees the end of its input.
    fn retire(&mut self) {
        if let Some(mut live) = self.live.take() {
            let _ = live.stdin.flush();
            let LiveProcess { mut child, stdin, stdout, .. } = live;
            drop((stdin, stdout));
            let patience = Instant::now() + Duration::from_millis(500);
            while Instant::now() < patience {
                if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            child::kill_group(child.id());
            let _ = child.wait();
        }
    }

    /// Puts an end to a process that broke, and says of what it died.
    fn bury(&mut self, slot: &WorkerStatus, broken: &WorkerFailure) -> String {
        slot.group.store(0, Ordering::Relaxed);
        let Some(mut live) = self.live.take() else { return reason_without_process(broken) };
        // If it died by itself its own signal is the reason; give the kernel a moment to say.
        let mut ended = None;
        if matches!(broken, WorkerFailure::Died) {
            let patience = Instant::now() + Duration::from_millis(200);
            while ended.is_none() && Instant::now() < patience {
                ended = live.child.try_wait().ok().flatten();
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        child::kill_group(live.child.id());
        let ended = ended.or_else(|| live.child.wait().ok());
        if let Some(listener) = live.listener.take() {
            // The group is dead, so its standard error ends.
            let _ = listener.join();
        }
        let words = live.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        match broken {
            WorkerFailure::Died | WorkerFailure::Destination(_) => cause_of_death(ended, &words, self.memory),
            WorkerFailure::Nonsense(_) | WorkerFailure::Refused(_) => reason_without_process(broken),
        }
    }

    /// Lets a job with a command of its own make its plan.
    pub(crate) fn plan(job: &dyn Job, planning: &PlanContext) -> Result<Plan, String> {
        let command = job.command().ok_or("the job has no command of its own")?;
        let mut process = Self::new(command.clone(), None);
        let slot = WorkerStatus::new(planning.cancel.clone());
        let planned = process
            .ready(0, job, &slot)
            .map_err(|error| WorkerFailure::Refused(format!("cannot start {}: {error}", command.program())))
            .and_then(|live| live.ask_plan(planning.clock_ms));
        match planned {
            Ok(plan) => {
                process.retire();
                Ok(plan)
            }
            Err(broken) => Err(process.bury(&slot, &broken)),
        }
    }
}

impl Drop for ProcessWorker {
    fn drop(&mut self) {
        self.retire();
    }
}

/// The reason that needs no look at the process.
fn reason_without_process(broken: &WorkerFailure) -> String {
    match broken {
        WorkerFailure::Nonsense(what) => format!("its worker broke the protocol: {what}"),
        WorkerFailure::Refused(reason) => reason.clone(),
        WorkerFailure::Died | WorkerFailure::Destination(_) => "its worker ended".to_owned(),
    }
}

/// Says of what a process died, with its last words.
fn cause_of_death(ended: Option<ExitStatus>, words: &StderrTail, memory: Option<u64>) -> String {
    let said = |what: &str| words.lines.iter().any(|line| line.contains(what));
    let mut cause = match ended {
        Some(status) => match (status.signal(), status.code()) {
            (Some(signal), _) => format!("its worker was ended by signal {signal}"),
            (None, Some(code)) => format!("its worker ended with exit code {code}"),
            (None, None) => "its worker ended".to_owned(),
        },
        None => "its worker ended".to_owned(),
    };
    if said("memory allocation of") || said("MemoryError") || said("out of memory") {
        cause = match memory {
            Some(bytes) => format!("it used more memory than --worker-memory allows ({} MiB)", bytes >> 20),
            None => "it ran out of memory".to_owned(),
        };
    } else if ended.and_then(|status| status.signal()) == Some(9) {
        cause.push_str(" (killed, perhaps for want of memory)");
    }
    if let Some(last) = words.lines.iter().rev().find(|line| !line.trim().is_empty()) {
        cause.push_str("; it last said: ");
        cause.extend(last.chars().take(200));
    }
    cause
}

impl LiveProcess {
    fn start(job: usize, command: &CommandLine, memory: Option<u64>, what: &dyn Job) -> io::Result<Self> {
        let mut child = command.command().spawn()?;
        if let Some(bytes) = memory {
            child::limit_memory(child.id(), bytes)?;
        }
        let take = "the command asks for pipes";
        let mut stdin = BufWriter::with_capacity(AHEAD * 2, child.stdin.take().expect(take));
        let stdout = BufReader::with_capacity(1 << 16, child.stdout.take().expect(take));
        let stderr = child.stderr.take().expect(take);
        let last_words = Arc::<Mutex<StderrTail>>::default();
        let listener = listen(stderr, Arc::clone(&last_words))?;
        let hello = ToWorker::Hello {
            protocol: PROTOCOL,
            job: what.name().to_owned(),
            settings: what.settings(),
            secrets: what.secrets().tell(),
        };
        // If it is dead already, the first read says so.
        let _ = protocol::say(&mut stdin, &hello).and_then(|()| stdin.flush());
        Ok(Self { job, child, stdin, stdout, last_words, listener: Some(listener) })
    }

    fn next_line(&mut self, line: &mut Vec<u8>) -> Result<(), WorkerFailure> {
        match protocol::read_line(&mut self.stdout, line) {
            Ok(true) => Ok(()),
            Ok(false) => Err(WorkerFailure::Died),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(WorkerFailure::Nonsense(error.to_string()))
            }
            Err(_) => Err(WorkerFailure::Died),
        }
    }

    fn ask_plan(&mut self, clock_ms: u64) -> Result<Plan, WorkerFailure> {
        let ask = &mut self.stdin;
        protocol::say(ask, &ToWorker::Plan { clock_ms })
            .and_then(|()| ask.flush())
            .map_err(|_| WorkerFailure::Died)?;
        let (mut payloads, mut line) = (Vec::new(), Vec::new());
        loop {
            self.next_line(&mut line)?;
            match understand(&line)? {
                FromWorker::Ready { protocol } => check_protocol(protocol)?,
                FromWorker::Alive {} | FromWorker::Note { .. } | FromWorker::Doing { .. } => {}
                FromWorker::Shard(payload) => payloads.push(
                    serde_json::from_str(payload.get())
                        .map_err(|error| WorkerFailure::Nonsense(error.to_string()))?,
                ),
                FromWorker::Planned { target } => {
                    let plan = Plan::new(payloads);
                    return Ok(target.into_iter().fold(plan, Plan::with_target));
                }
                FromWorker::Failed { reason, .. } => return Err(WorkerFailure::Refused(reason)),
                _ => {
                    return Err(WorkerFailure::Nonsense(format!(
                        "{} while planning",
                        protocol::excerpt(&line)
                    )));
                }
            }
        }
    }
}

fn understand(line: &[u8]) -> Result<FromWorker<'_>, WorkerFailure> {
    serde_json::from_slice(line).map_err(|error| {
        WorkerFailure::Nonsense(format!("{} is no message ({error})", protocol::excerpt(line)))
    })
}

fn check_protocol(theirs: u32) -> Result<(), WorkerFailure> {
    if theirs == PROTOCOL {
        Ok(())
    } else {
        Err(WorkerFailure::Nonsense(format!("it speaks protocol {theirs}, this program speaks {PROTOCOL}")))
    }
}

/// Keeps the end of what a process says on its standard error.
fn listen(stderr: ChildStderr, words: Arc<Mutex<StderrTail>>) -> io::Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name("worker-stderr".to_owned()).spawn(move || {
        let mut reader = BufReader::new(stderr);
        let mut line = Vec::new();
        loop {
            line.clear();
            // A line without end is taken in pieces.
            let mut piece = io::Read::take(&mut reader, LAST_WORDS as u64);
            if piece.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                return;
            }
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
            words.bytes += text.len();
            words.lines.push_back(text);
            while words.bytes > LAST_WORDS && words.lines.len() > 1 {
                words.bytes -= words.lines.pop_front().map_or(0, |line| line.len());
            }
        }
    })
}

impl Worker for ProcessWorker {
    fn run(
        &mut self,
        work: &LeasedWork<'_>,
        report: &mut dyn FnMut(Attempt, AttemptResult, Duration),
    ) -> io::Result<()> {
        let tickets = &work.lease.tickets;
        let mut course = SubmissionRunner { sent: 0, done: 0, ahead: VecDeque::new(), bytes: 0 };
        let mut line = std::mem::take(&mut self.line);
        let ended = match self.ready(work.lease.job, &**work.job, work.slot) {
            Ok(live) => live.serve(work, &mut course, &mut line, report),
            Err(error) => {
                // No process, no shard: it is nobody's fault but the machine's, and may pass.
                let reason = format!("cannot start its worker: {error}");
                work.slot.begin(0);
                report(tickets[0], AttemptResult::Bad(Outcome::Crashed, reason.into(), true), Duration::ZERO);
                course.done = 1;
                course.sent = 1;
                Ok(())
            }
        };
        self.line = line;
        let (done, sent) = (course.done, course.sent);
        match ended {
            Ok(()) => {}
            Err(WorkerFailure::Destination(error)) => {
                self.retire();
                return Err(error);
            }
            Err(broken) => {
                let reason = self.bury(work.slot, &broken);
                let verdict = work.slot.verdict();
                let fate = |_: Attempt| match verdict {
                    StopReason::None => AttemptResult::Bad(Outcome::Crashed, reason.as_str().into(), true),
                    told => stopped_fate(told),
                };
                // With several shards in its hands it cannot be told which one it died of.
                let sure = sent - done == 1 || verdict != StopReason::None;
                if !sure {
                    let text = format!("{} shards are tried again one by one: {reason}", sent - done);
                    (work.say)(LogLevel::Warning, text);
                }
                for (at, &ticket) in tickets.iter().enumerate().skip(done).take(sent - done) {
                    let fate = match (sure, at == done) {
                        (true, true) => fate(ticket),
                        (true, false) => AttemptResult::Returned { alone: false },
                        (false, _) => AttemptResult::Returned { alone: true },
                    };
                    report(ticket, fate, Duration::ZERO);
                }
            }
        }
        for &ticket in &tickets[sent..] {
            report(ticket, AttemptResult::Returned { alone: false }, Duration::ZERO);
        }
        Ok(())
    }
}

/// How far a lease is: shards sent, shards answered.
struct SubmissionRunner {
    sent: usize,
    done: usize,
    ahead: VecDeque<usize>,
    bytes: usize,
}

impl LiveProcess {
    /// Sends shards ahead, as many as the pipe surely holds.
    fn send(&mut self, work: &LeasedWork<'_>, course: &mut SubmissionRunner) -> Result<(), WorkerFailure> {
        let mut message = Vec::new();
        while course.sent < work.lease.tickets.len() && (course.ahead.is_empty() || course.bytes < AHEAD / 2)
        {
            let shard = &work.plan.shards()[work.lease.tickets[course.sent].shard as usize];
            message.clear();
            protocol::say(
                &mut message,
                &ToWorker::Run { shard: shard.number, payload: shard.payload.clone() },
            )
            .map_err(|_| WorkerFailure::Died)?;
            if !course.ahead.is_empty() && course.bytes + message.len() > AHEAD {
                break;
            }
            // A large shard goes alone, to a worker that has nothing to say meanwhile.
            self.stdin.write_all(&message).map_err(|_| WorkerFailure::Died)?;
            course.bytes += message.len();
            course.ahead.push_back(message.len());
            course.sent += 1;
        }
        self.stdin.flush().map_err(|_| WorkerFailure::Died)
    }

    fn serve(
        &mut self,
        work: &LeasedWork<'_>,
        course: &mut SubmissionRunner,
        line: &mut Vec<u8>,
        report: &mut dyn FnMut(Attempt, AttemptResult, Duration),
    ) -> Result<(), WorkerFailure> {
        let mut since = Instant::now();
        while course.done < work.lease.tickets.len() {
            let ticket = work.lease.tickets[course.done];
            if !work.slot.begin(course.done) {
                return Err(WorkerFailure::Died);
            }
            // Half of what was sent is answered: time to send more.
            if course.bytes < AHEAD / 2 {
                self.send(work, course)?;
            }
            let mut draft = ShardWriter::new(work.store, ticket.shard);
            let mut asked = false;
            let fate = loop {
                if !asked && work.slot.verdict() == StopReason::Cancelled {
                    asked = true;
                    let _ = protocol::say(&mut self.stdin, &ToWorker::Cancel {})
                        .and_then(|()| self.stdin.flush());
                }
                self.next_line(line)?;
                work.slot.sign();
                let wrong = |shard| WorkerFailure::Nonsense(format!("shard {shard} is not the one it runs"));
                match understand(line)? {
                    FromWorker::Record(record) => {
                        draft.record(record.get().as_bytes()).map_err(WorkerFailure::Destination)?;
                        work.slot.live.store(draft.records(), Ordering::Relaxed);
                    }
                    FromWorker::Alive {} => {}
                    FromWorker::Count { name, n } => draft.count(&name, n),
                    FromWorker::Note { level, text } => (work.say)(level, text),
                    FromWorker::Doing { text } => work.slot.doing(text.as_deref()),
                    FromWorker::Ready { protocol } => check_protocol(protocol)?,
                    FromWorker::Done { shard } if shard == ticket.shard => {
                        break AttemptResult::Finished(draft.finish().map_err(WorkerFailure::Destination)?);
                    }
                    FromWorker::Failed { shard, reason, retry } if shard == ticket.shard => {
                        break AttemptResult::Bad(Outcome::Failed, reason.into(), retry);
                    }
                    FromWorker::Stopped { shard } if shard == ticket.shard => {
                        break stopped_fate(work.slot.verdict());
                    }
                    FromWorker::Done { shard }
                    | FromWorker::Failed { shard, .. }
                    | FromWorker::Stopped { shard } => return Err(wrong(shard)),
                    FromWorker::Shard(_) | FromWorker::Planned { .. } => {
                        return Err(WorkerFailure::Nonsense("it plans while it should run".to_owned()));
                    }
                }
            };
            let now = Instant::now();
            report(ticket, fate, now - since);
            since = now;
            course.done += 1;
            course.bytes -= course.ahead.pop_front().unwrap_or(0);
        }
        Ok(())
    }
}
