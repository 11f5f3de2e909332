//! View of a run as lines, where there is no terminal.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_engine::{Event, EventKind, LogLevel, RunState};

use super::escape::escape;
use super::format::format_duration;
use super::json_lines;
use super::log_line::{LogLine, cluster_progress, level_name};
use super::log_throttle::{LogThrottle, ThrottleKey};
use super::print::print_notice;
use super::run_view::RunView;
use streamguard_report::group_digits;

/// Least time between two lines about progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);

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
pub(crate) struct PlainView {
    level: LogLevel,
    format: LogFormat,
    said: Instant,
    /// Time of the latest line about the dataset, or of the first word of it.
    assembled: Option<Instant>,
    throttle: LogThrottle,
}

impl PlainView {
    pub(crate) fn new(level: LogLevel, format: LogFormat) -> Self {
        let now = Instant::now();
        Self { level, format, said: now, assembled: None, throttle: LogThrottle::default() }
    }

    fn line(&self, state: &RunState, line: &LogLine, event: Option<&Event>) {
        match self.format {
            LogFormat::Json => print_notice(&json_lines::event_line(state, line, event)),
            LogFormat::Text => {
                let about = escape(line.job_name(state));
                print_notice(&format!(
                    "[{:>7}] {:<7} {about}: {}",
                    format_duration(state.elapsed_ms),
                    level_name(line.level),
                    escape(&line.text)
                ));
            }
        }
    }

    fn hold_back(&self, state: &RunState, held: Vec<(ThrottleKey, u32)>) {
        for ((job, level), lines) in held {
            let text = format!("and {} more such lines", group_digits(u64::from(lines)));
            let line = LogLine { level, job, text, is_frequent: false };
            self.line(state, &line, None);
        }
    }

    fn progress(&self, state: &RunState) {
        for (at, job) in state.jobs.iter().enumerate() {
            if job.status.is_some() || (job.records == 0 && job.merge_activity.is_none()) {
                continue;
            }
            let of = job.expected.map_or(String::new(), |expected| format!(" of {}", group_digits(expected)));
            let shards = job
                .shards
                .map_or(String::new(), |shards| format!(", {}/{shards} shards", job.completed_shards));
            let mut doing = job.running.values().filter_map(|running| running.activity.clone());
            let waits = doing
                .next()
                .or_else(|| job.merge_activity.clone())
                .or_else(|| cluster_progress(&job.cluster));
            let waits = waits.map_or(String::new(), |waits| format!("; {waits}"));
            let line = LogLine {
                level: LogLevel::Info,
                job: Some(at),
                // Shards that run at once may find more than is wanted.
                text: format!(
                    "{}{of} records{shards}{waits}",
                    group_digits(job.expected.map_or(job.records, |expected| job.records.min(expected)))
                ),
                is_frequent: false,
            };
            let event = Event {
                at_ms: state.elapsed_ms,
                kind: EventKind::Progress { job: at, records: job.records },
            };
            self.line(state, &line, Some(&event));
        }
    }
}

impl RunView for PlainView {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        if let Some(line) = LogLine::from_event(event, state, self.level)
            && (!line.is_frequent || self.throttle.admit((line.job, line.level), Instant::now()))
        {
            self.line(state, &line, Some(event));
        }
        // What was held back in the last second has no later tick that would show it.
        if matches!(event.kind, EventKind::RunEnded { .. }) {
            let held = self.throttle.take_rest();
            self.hold_back(state, held);
        }
    }

    fn on_tick(&mut self, state: &RunState) {
        let now = Instant::now();
        let held = self.throttle.take_suppressed(now);
        self.hold_back(state, held);
        if self.level <= LogLevel::Info && now.duration_since(self.said) >= PROGRESS_INTERVAL {
            self.said = now;
            self.progress(state);
        }
    }

    fn assembling(&mut self, samples: u64) {
        let since = *self.assembled.get_or_insert_with(Instant::now);
        if self.level <= LogLevel::Info && since.elapsed() >= PROGRESS_INTERVAL {
            self.assembled = Some(Instant::now());
            let text = format!("{} samples put together so far", group_digits(samples));
            print_notice(&match self.format {
                LogFormat::Text => format!("{:<9} {:<7} dataset: {text}", "", level_name(LogLevel::Info)),
                LogFormat::Json => json_lines::assembling(samples, &text),
            });
        }
    }
}
