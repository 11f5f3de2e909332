//! A line for what is worth reading, where there is no terminal.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_engine::{Event, EventKind, LogLevel, RunState};

use super::escape::escape;
use super::flood::{Flood, Kind};
use super::remark::{Remark, elsewhere};
use super::{Show, clock, group_digits, json_lines, say};

/// Progress of a job is said at most this often.
const PACE: Duration = Duration::from_secs(2);

/// Format of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line: time, level, job, message, and what the event holds
    Json,
}

/// Prints lines on standard error.
pub(crate) struct Plain {
    verbose: bool,
    format: LogFormat,
    said: Instant,
    assembled: Instant,
    flood: Flood,
}

impl Plain {
    pub(crate) fn new(verbose: bool, format: LogFormat) -> Self {
        let now = Instant::now();
        Self { verbose, format, said: now, assembled: now, flood: Flood::default() }
    }

    fn line(&self, state: &RunState, remark: &Remark, event: Option<&Event>) {
        match self.format {
            LogFormat::Json => say(&json_lines::line(state, remark, event)),
            LogFormat::Text => {
                let warning = match remark.level {
                    LogLevel::Error => "error: ",
                    LogLevel::Warning => "warning: ",
                    LogLevel::Info | LogLevel::Debug => "",
                };
                let about = escape(remark.about(state));
                say(&format!("[{:>7}] {about}: {warning}{}", clock(state.elapsed_ms), escape(&remark.text)));
            }
        }
    }

    fn hold_back(&self, state: &RunState, held: Vec<(Kind, u32)>) {
        for ((job, level), lines) in held {
            let text = format!("and {} more like these", group_digits(u64::from(lines)));
            let remark = Remark { level, job, text, is_frequent: false };
            self.line(state, &remark, None);
        }
    }

    fn progress(&self, state: &RunState) {
        for (at, job) in state.jobs.iter().enumerate() {
            if job.status.is_some() || job.records == 0 {
                continue;
            }
            let of = job.expected.map_or(String::new(), |expected| format!(" of {}", group_digits(expected)));
            let shards = job
                .shards
                .map_or(String::new(), |shards| format!(", {}/{shards} shards", job.completed_shards));
            let mut doing = job.running.values().filter_map(|running| running.activity.clone());
            let waits = doing.next().or_else(|| elsewhere(&job.cluster));
            let waits = waits.map_or(String::new(), |waits| format!("; {waits}"));
            let remark = Remark {
                level: LogLevel::Info,
                job: Some(at),
                text: format!("{}{of} records{shards}{waits}", group_digits(job.records)),
                is_frequent: false,
            };
            let event = Event {
                at_ms: state.elapsed_ms,
                kind: EventKind::Progress { job: at, records: job.records },
            };
            self.line(state, &remark, Some(&event));
        }
    }
}

impl Show for Plain {
    fn event(&mut self, event: &Event, state: &RunState) {
        if let Some(remark) = Remark::of(event, state, self.verbose)
            && (!remark.is_frequent || self.flood.admit((remark.job, remark.level), Instant::now()))
        {
            self.line(state, &remark, Some(event));
        }
        if matches!(event.kind, EventKind::RunEnded { .. }) {
            let held = self.flood.rest();
            self.hold_back(state, held);
        }
    }

    fn tick(&mut self, state: &RunState) {
        let now = Instant::now();
        let held = self.flood.held_back(now);
        self.hold_back(state, held);
        if now.duration_since(self.said) >= PACE {
            self.said = now;
            self.progress(state);
        }
    }

    fn assembling(&mut self, samples: u64) {
        if self.assembled.elapsed() >= PACE {
            self.assembled = Instant::now();
            let text = format!("{} samples put together", group_digits(samples));
            say(&match self.format {
                LogFormat::Text => format!("dataset: {text}"),
                LogFormat::Json => json_lines::assembling(samples, &text),
            });
        }
    }
}
