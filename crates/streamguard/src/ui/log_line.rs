//! Log lines of events.

use streamguard_engine::{ClusterProgress, CompletionStatus, Event, EventKind, JobState, LogLevel, RunState};

use streamguard_report::group_digits;

use super::format::{format_duration, plural};

/// Longest text of a job that is shown in a line, in bytes; the journal has all of it.
const MAX_TEXT_BYTES: usize = 4 << 10;

/// Line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// Importance of the line.
    pub(crate) level: LogLevel,
    /// Position of the job that the line is about, if there is one.
    pub(crate) job: Option<usize>,
    /// Text of the line; not escaped.
    pub(crate) text: String,
    /// Whether the number of such lines has no bound.
    pub(crate) is_frequent: bool,
}

impl LogLine {
    /// Returns the line about an event, if there is one of this level or above. Every shard and every note has
    /// a line at the level of debugging. `state` includes the event already.
    pub(crate) fn from_event(event: &Event, state: &RunState, level: LogLevel) -> Option<Self> {
        // Looked at first: most events are ends of shards, and their texts would be made in vain.
        let verbose = level == LogLevel::Debug;
        Self::describe(event, state, verbose).filter(|line| line.level >= level)
    }

    fn describe(event: &Event, state: &RunState, verbose: bool) -> Option<Self> {
        let once = |level, job, text| Some(Self { level, job, text, is_frequent: false });
        let often = |level, job, text| Some(Self { level, job: Some(job), text, is_frequent: true });
        match &event.kind {
            EventKind::RunStarted { jobs, resumed, mode, workers, .. } => {
                let how = if *resumed { "resumed" } else { "started" };
                let names = jobs.join(", ");
                once(
                    LogLevel::Info,
                    None,
                    format!(
                        "{how}: {}; {workers} {}, mode {mode}",
                        beginning(&names),
                        plural(*workers, "worker")
                    ),
                )
            }
            EventKind::JobPlanned { job, shards, expected, .. } => {
                let target = expected
                    .map_or(String::new(), |expected| format!(", at most {}", group_digits(expected)));
                once(
                    LogLevel::Info,
                    Some(*job),
                    format!(
                        "{} {} planned{target}",
                        group_digits(u64::from(*shards)),
                        plural(*shards as usize, "shard")
                    ),
                )
            }
            EventKind::ShardEnded {
                job, shard, attempt, outcome, reason: Some(reason), retry_in_ms, ..
            } => {
                let again = match retry_in_ms {
                    Some(ms) => format!("; retry in {}", format_duration(*ms)),
                    None => String::new(),
                };
                let (outcome, reason) = (outcome.label(), beginning(reason));
                let text = format!("shard {shard}, attempt {attempt}, {outcome}: {reason}{again}");
                // A failure that is retried is not an error yet.
                let level = if retry_in_ms.is_some() { LogLevel::Warning } else { LogLevel::Error };
                often(level, *job, text)
            }
            EventKind::ShardEnded { job, shard, outcome, records, .. } if verbose => {
                let text = format!(
                    "shard {shard} {}, {} {}",
                    outcome.label(),
                    group_digits(*records),
                    plural(*records as usize, "record")
                );
                often(LogLevel::Debug, *job, text)
            }
            EventKind::Activity { job, shard, text: Some(text), .. } if verbose => {
                often(LogLevel::Debug, *job, format!("shard {shard}: {}", beginning(text)))
            }
            EventKind::MergeActivity { job, text } if verbose => {
                often(LogLevel::Debug, *job, beginning(text).to_owned())
            }
            EventKind::ClusterProgress { job, progress: cluster } if verbose => {
                cluster_progress(cluster).and_then(|text| often(LogLevel::Debug, *job, text))
            }
            EventKind::Log { job, level, text } if verbose || *level >= LogLevel::Info => {
                Some(Self { level: *level, job: *job, text: beginning(text).to_owned(), is_frequent: true })
            }
            EventKind::CancelRequested => {
                let text = "stopping; finished work is kept (again to stop at once)";
                once(LogLevel::Warning, None, text.to_owned())
            }
            EventKind::Paused { paused: true } => {
                let running: usize = state.jobs.iter().map(JobState::running_count).sum();
                once(
                    LogLevel::Info,
                    None,
                    format!("paused, {running} {} still running", plural(running, "shard")),
                )
            }
            EventKind::Paused { paused: false } => once(LogLevel::Info, None, "continued".to_owned()),
            EventKind::JobEnded { job, status, reason, records, .. } => {
                let reason = reason.as_ref().map(|reason| {
                    // Why the shard failed was just said by the line of its last attempt.
                    let failed = state.jobs.get(*job).map_or(&[][..], |job| &job.failed_shards);
                    let before = match failed {
                        [(_, _, why)] => {
                            reason.strip_suffix(why.as_str()).and_then(|text| text.split(';').next())
                        }
                        _ => None,
                    };
                    before.map_or_else(
                        || format!(": {}", beginning(reason)),
                        |before| format!(": {before}, for the reason above"),
                    )
                });
                let reason = reason.unwrap_or_default();
                let level = match status {
                    CompletionStatus::Complete => LogLevel::Info,
                    CompletionStatus::Partial | CompletionStatus::Cancelled => LogLevel::Warning,
                    CompletionStatus::Failed => LogLevel::Error,
                };
                once(
                    level,
                    Some(*job),
                    format!(
                        "{}, {} {}{reason}",
                        status.label(),
                        group_digits(*records),
                        plural(*records as usize, "record")
                    ),
                )
            }
            EventKind::RunEnded { status: CompletionStatus::Cancelled } => {
                once(LogLevel::Warning, None, "stopped".to_owned())
            }
            _ => None,
        }
    }

    /// Returns the name of the job, or `run`; not escaped.
    pub(crate) fn job_name<'a>(&self, state: &'a RunState) -> &'a str {
        self.job.and_then(|job| state.jobs.get(job)).map_or("run", |job| &job.name)
    }
}

/// Describes the part of a job that runs on a cluster, if there is one; not escaped.
pub(crate) fn cluster_progress(progress: &ClusterProgress) -> Option<String> {
    let ClusterProgress { waiting, running, nodes, node_names: named, wait_reasons: reasons } = progress;
    if *waiting == 0 && *running == 0 {
        return None;
    }
    let mut text = format!("{} running", group_digits(*running as u64));
    let names: Vec<&str> = named.iter().map(|node| beginning(node)).collect();
    match nodes.saturating_sub(names.len()) {
        0 if names.is_empty() => {}
        0 => text = format!("{text} on {}", names.join(", ")),
        more => text = format!("{text} on {} and {} more", names.join(", "), group_digits(more as u64)),
    }
    if *waiting > 0 {
        text = format!("{text}, {} waiting", group_digits(*waiting as u64));
    }
    if !reasons.is_empty() {
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        text = format!("{text} ({})", reasons.join(", "));
    }
    Some(text)
}

/// Returns the beginning of a text of any length.
pub(crate) fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT_BYTES)]
}

/// Returns the name of a level, in lines for programs and people.
pub(crate) fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "DEBUG",
        LogLevel::Info => "INFO",
        LogLevel::Warning => "WARNING",
        LogLevel::Error => "ERROR",
    }
}
