//! A line for what is worth reading, where there is no terminal.

use std::time::{Duration, Instant};

use engine::{Event, EventKind, Level, State, Status};

use super::escape::escape;
use super::{Show, clock, grouped, say};

/// Progress of a job is said at most this often.
const PACE: Duration = Duration::from_secs(2);

/// Prints lines on standard error.
pub(crate) struct Plain {
    verbose: bool,
    said: Instant,
    assembled: Instant,
}

impl Plain {
    pub(crate) fn new(verbose: bool) -> Self {
        Self { verbose, said: Instant::now(), assembled: Instant::now() }
    }

    fn line(&self, state: &State, job: Option<usize>, text: &str) {
        let job = job.and_then(|job| state.jobs.get(job)).map_or("run", |job| &job.name);
        say(&format!("[{:>7}] {job}: {}", clock(state.elapsed_ms), escape(text)));
    }
}

impl Show for Plain {
    fn event(&mut self, event: &Event, state: &State) {
        match &event.kind {
            EventKind::RunStarted { jobs, resumed, mode, workers, .. } => {
                let how = if *resumed { "resumed" } else { "started" };
                let names = jobs.join(", ");
                self.line(state, None, &format!("{how}: {names}; {workers} workers, mode {mode}"));
            }
            EventKind::JobPlanned { job, shards, expected, .. } => {
                let target =
                    expected.map_or(String::new(), |expected| format!(", at most {}", grouped(expected)));
                self.line(state, Some(*job), &format!("{shards} shards planned{target}"));
            }
            EventKind::ShardEnded { job, shard, attempt, outcome, reason, retry_in_ms, records, .. } => {
                let reason = reason.as_deref().unwrap_or_default();
                let again = match retry_in_ms {
                    Some(ms) => format!("; again in {}", clock(*ms)),
                    None => String::new(),
                };
                if !reason.is_empty() {
                    let text =
                        format!("shard {shard}, attempt {attempt}, {}: {reason}{again}", outcome.name());
                    self.line(state, Some(*job), &text);
                } else if self.verbose {
                    let text = format!("shard {shard} {}, {} records", outcome.name(), grouped(*records));
                    self.line(state, Some(*job), &text);
                }
            }
            EventKind::Note { job, level, text } if self.verbose || *level >= Level::Info => {
                let level = if *level >= Level::Warning { "warning: " } else { "" };
                self.line(state, *job, &format!("{level}{text}"));
            }
            EventKind::CancelRequested => {
                self.line(state, None, "stopping; what is done is kept (again to stop at once)");
            }
            EventKind::JobEnded { job, status, reason, records, .. } => {
                let reason = reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
                let text = format!("{}, {} records{reason}", status.name(), grouped(*records));
                self.line(state, Some(*job), &text);
            }
            EventKind::RunEnded { status } if *status == Status::Cancelled => {
                self.line(state, None, "stopped");
            }
            _ => {}
        }
    }

    fn tick(&mut self, state: &State) {
        if self.said.elapsed() < PACE {
            return;
        }
        self.said = Instant::now();
        for (at, job) in state.jobs.iter().enumerate() {
            if job.status.is_none() && job.records > 0 {
                let of = job.expected.map_or(String::new(), |expected| format!(" of {}", grouped(expected)));
                let shards =
                    job.shards.map_or(String::new(), |shards| format!(", {}/{shards} shards", job.good));
                self.line(state, Some(at), &format!("{}{of} records{shards}", grouped(job.records)));
            }
        }
    }

    fn assembling(&mut self, samples: u64) {
        if self.assembled.elapsed() >= PACE {
            self.assembled = Instant::now();
            say(&format!("dataset: {} samples put together", grouped(samples)));
        }
    }
}
