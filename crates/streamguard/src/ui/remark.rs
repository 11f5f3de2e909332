//! What of the events is worth a line, and how it is said.

use streamguard_engine::{ClusterProgress, CompletionStatus, Event, EventKind, JobState, LogLevel, RunState};

use super::{clock, group_digits};

/// Bytes of a text from a job that are shown in a line; the journal has all of it.
const LONGEST: usize = 4 << 10;

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    /// How much it matters.
    pub(crate) level: LogLevel,
    /// Position of the job that it is about, if it is about one.
    pub(crate) job: Option<usize>,
    /// The line. Not escaped.
    pub(crate) text: String,
    /// Whether there may be any number of such lines.
    pub(crate) is_frequent: bool,
}

impl Remark {
    /// What to say of an event, if anything; `verbose` asks for every shard and every note. `state`
    /// has the event already.
    pub(crate) fn of(event: &Event, state: &RunState, verbose: bool) -> Option<Self> {
        let once = |level, job, text| Some(Self { level, job, text, is_frequent: false });
        let often = |level, job, text| Some(Self { level, job: Some(job), text, is_frequent: true });
        match &event.kind {
            EventKind::RunStarted { jobs, resumed, mode, workers, .. } => {
                let how = if *resumed { "resumed" } else { "started" };
                let names = jobs.join(", ");
                once(
                    LogLevel::Info,
                    None,
                    format!("{how}: {}; {workers} workers, mode {mode}", begin(&names)),
                )
            }
            EventKind::JobPlanned { job, shards, expected, .. } => {
                let target = expected
                    .map_or(String::new(), |expected| format!(", at most {}", group_digits(expected)));
                once(LogLevel::Info, Some(*job), format!("{shards} shards planned{target}"))
            }
            EventKind::ShardEnded {
                job, shard, attempt, outcome, reason: Some(reason), retry_in_ms, ..
            } => {
                let again = match retry_in_ms {
                    Some(ms) => format!("; again in {}", clock(*ms)),
                    None => String::new(),
                };
                let (outcome, reason) = (outcome.name(), begin(reason));
                let text = format!("shard {shard}, attempt {attempt}, {outcome}: {reason}{again}");
                let level = if retry_in_ms.is_some() { LogLevel::Warning } else { LogLevel::Error };
                often(level, *job, text)
            }
            EventKind::ShardEnded { job, shard, outcome, records, .. } if verbose => {
                let text = format!("shard {shard} {}, {} records", outcome.name(), group_digits(*records));
                often(LogLevel::Debug, *job, text)
            }
            EventKind::Activity { job, shard, text: Some(text), .. } if verbose => {
                often(LogLevel::Debug, *job, format!("shard {shard}: {}", begin(text)))
            }
            EventKind::ClusterProgress { job, progress: cluster } if verbose => {
                elsewhere(cluster).and_then(|text| often(LogLevel::Debug, *job, text))
            }
            EventKind::Log { job, level, text } if verbose || *level >= LogLevel::Info => {
                Some(Self { level: *level, job: *job, text: begin(text).to_owned(), is_frequent: true })
            }
            EventKind::CancelRequested => {
                let text = "stopping; what is done is kept (again to stop at once)";
                once(LogLevel::Warning, None, text.to_owned())
            }
            EventKind::Paused { paused: true } => {
                let running: usize = state.jobs.iter().map(JobState::running_count).sum();
                once(LogLevel::Info, None, format!("paused, {running} shards still running"))
            }
            EventKind::Paused { paused: false } => once(LogLevel::Info, None, "going on".to_owned()),
            EventKind::JobEnded { job, status, reason, records, .. } => {
                let reason = reason.as_ref().map_or(String::new(), |reason| format!(": {}", begin(reason)));
                let level = match status {
                    CompletionStatus::Complete => LogLevel::Info,
                    CompletionStatus::Partial | CompletionStatus::Cancelled => LogLevel::Warning,
                    CompletionStatus::Failed => LogLevel::Error,
                };
                once(
                    level,
                    Some(*job),
                    format!("{}, {} records{reason}", status.name(), group_digits(*records)),
                )
            }
            EventKind::RunEnded { status: CompletionStatus::Cancelled } => {
                once(LogLevel::Warning, None, "stopped".to_owned())
            }
            _ => None,
        }
    }

    /// The name of what it is about. Not escaped.
    pub(crate) fn about<'a>(&self, state: &'a RunState) -> &'a str {
        self.job.and_then(|job| state.jobs.get(job)).map_or("run", |job| &job.name)
    }
}

/// What a cluster has of a job; nothing if it has nothing. Not escaped.
pub(crate) fn elsewhere(elsewhere: &ClusterProgress) -> Option<String> {
    let ClusterProgress { waiting, running, nodes, node_names: named, wait_reasons: reasons } = elsewhere;
    if *waiting == 0 && *running == 0 {
        return None;
    }
    let mut text = format!("{} running", group_digits(*running as u64));
    let names: Vec<&str> = named.iter().map(|node| begin(node)).collect();
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

/// The beginning of a text that may be of any length.
pub(crate) fn begin(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// The name of a level, in lines for machines and people.
pub(crate) fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
    }
}
