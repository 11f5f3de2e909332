//! View of a run as lines, where there is no terminal.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_engine::{Event, EventKind, LogLevel, RunState};

use super::escape::escape;
use super::format::{format_duration, plural};
use super::json_lines;
use super::log_line::{LogLine, cluster_progress, level_name};
use super::log_throttle::{LogThrottle, ThrottleKey};
use super::print::print_notice;
use super::run_view::RunView;
use streamguard_report::group_digits;

/// Least time between two lines about progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);

/// Time after which a line about progress is printed again though nothing changed, as a sign of life.
const REPEAT_INTERVAL: Duration = Duration::from_secs(60);

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
    /// Latest line about the progress of each job, and its time.
    progress_lines: BTreeMap<usize, (String, Instant)>,
    /// Time of the latest line about the dataset, or of the first word of it.
    assembled: Option<Instant>,
    throttle: LogThrottle,
}

impl PlainView {
    pub(crate) fn new(level: LogLevel, format: LogFormat) -> Self {
        let now = Instant::now();
        let throttle = LogThrottle::default();
        Self { level, format, said: now, progress_lines: BTreeMap::new(), assembled: None, throttle }
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

    /// Whether a line about the progress of a job is worth to be printed: it says something new, or the last one is long ago.
    fn is_news(&mut self, job: usize, text: &str) -> bool {
        let now = Instant::now();
        if let Some((last, printed)) = self.progress_lines.get(&job)
            && last == text
            && now.duration_since(*printed) < REPEAT_INTERVAL
        {
            return false;
        }
        self.progress_lines.insert(job, (text.to_owned(), now));
        true
    }

    fn progress(&mut self, state: &RunState) {
        for (at, job) in state.jobs.iter().enumerate() {
            if job.status.is_some() || (job.records == 0 && job.merge_activity.is_none()) {
                continue;
            }
            let of = job.expected.map_or(String::new(), |expected| format!(" of {}", group_digits(expected)));
            let shards = job.shards.map_or(String::new(), |shards| {
                let [done, all] = [job.completed_shards, shards].map(|count| group_digits(u64::from(count)));
                format!(", {done}/{all} {}", plural(shards as usize, "shard"))
            });
            let mut doing = job.running.values().filter_map(|running| running.activity.clone());
            let waits = doing
                .next()
                .or_else(|| job.merge_activity.clone())
                .or_else(|| cluster_progress(&job.cluster));
            let waits = waits.map_or(String::new(), |waits| format!("; {waits}"));
            // Shards that run at once may find more than is wanted.
            let records = job.expected.map_or(job.records, |expected| job.records.min(expected));
            // The noun is that of the last number before it.
            let noun = plural(job.expected.unwrap_or(records) as usize, "record");
            let text = format!("{}{of} {noun}{shards}{waits}", group_digits(records));
            if !self.is_news(at, &text) {
                continue;
            }
            let line = LogLine { level: LogLevel::Info, job: Some(at), text, is_frequent: false };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_when_it_changes() {
        let mut view = PlainView::new(LogLevel::Info, LogFormat::Text);
        let told = [(0, "1 record"), (0, "1 record"), (1, "1 record"), (0, "2 records"), (1, "1 record")];
        assert_eq!(told.map(|(job, text)| view.is_news(job, text)), [true, false, true, true, false]);
    }
}
