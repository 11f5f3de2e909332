//! State of the dashboard besides that of the run. It depends on events alone, so that a replayed journal shows
//! the same as the run did.

use std::collections::VecDeque;

use streamguard_engine::{Event, EventKind, LogLevel, RunState};

use super::keys::DashboardKey;
use super::rate::RateEstimator;
use super::resources::ResourceUsage;
use crate::ui::log_line::LogLine;

/// Entries of the log that are kept.
const MAX_LOG_ENTRIES: usize = 500;

/// State of the dashboard besides that of the run. It depends on events alone, so that a replayed journal
/// shows the same as the run did.
#[derive(Clone, Debug)]
pub struct DashboardModel {
    /// Name of the replay, if this is one; not escaped.
    pub replay: Option<String>,
    /// Least level of the entries in the log, unless `verbose` asks for all.
    pub level: LogLevel,
    /// Whether every shard has an entry in the log.
    pub verbose: bool,
    /// Whether the explanation of the keys is shown.
    pub help: bool,
    /// Number of samples in the dataset so far, while it is put together.
    pub assembled: Option<u64>,
    /// Resources that this process and its workers use, if known.
    pub usage: Option<ResourceUsage>,
    /// Entries of the log, the oldest first.
    pub(super) log: VecDeque<LogEntry>,
    /// Number of newest entries that are scrolled away.
    pub(super) log_scroll: usize,
    /// Number of first rows of the jobs that are scrolled away.
    pub(super) job_scroll: usize,
    estimators: Vec<RateEstimator>,
    /// Whether some jobs did not fit into the latest frame, so that the arrow keys scroll them.
    pub(super) overflows: bool,
}

/// Entry of the log.
#[derive(Clone, Debug)]
pub(super) struct LogEntry {
    pub(super) at_ms: u64,
    pub(super) level: LogLevel,
    /// Name of the job; not escaped, like the text.
    pub(super) job: String,
    pub(super) text: String,
}

impl DashboardModel {
    /// Creates the state at the beginning of a run or of a `replay`.
    pub fn new(level: LogLevel, replay: Option<String>) -> Self {
        Self {
            replay,
            level: level.max(LogLevel::Info),
            verbose: level == LogLevel::Debug,
            help: false,
            assembled: None,
            usage: None,
            log: VecDeque::new(),
            log_scroll: 0,
            job_scroll: 0,
            estimators: Vec::new(),
            overflows: false,
        }
    }

    /// Adds an event; `state` includes it already.
    pub fn on_event(&mut self, event: &Event, state: &RunState) {
        // A journal may hold several runs: each resumption starts the clock again.
        if let EventKind::RunStarted { .. } = event.kind {
            // A resumed run starts from the results it reuses; rates over both parts would be
            // wrong.
            self.estimators.clear();
        }
        if let Some(line) =
            LogLine::from_event(event, state, if self.verbose { LogLevel::Debug } else { self.level })
        {
            if self.log.len() == MAX_LOG_ENTRIES {
                self.log.pop_front();
            }
            let job = line.job_name(state).to_owned();
            let entry = LogEntry { at_ms: state.elapsed_ms, level: line.level, job, text: line.text };
            self.log.push_back(entry);
            if self.log_scroll > 0 {
                // A reader who has scrolled back keeps the place.
                self.log_scroll = (self.log_scroll + 1).min(MAX_LOG_ENTRIES);
            }
        }
    }

    /// Notes the progress of the jobs.
    pub fn observe(&mut self, state: &RunState) {
        self.estimators.resize_with(state.jobs.len(), RateEstimator::default);
        for (estimator, job) in self.estimators.iter_mut().zip(&state.jobs) {
            estimator.observe(job, state.elapsed_ms);
        }
    }

    /// Returns the rate estimator of a job.
    pub(super) fn estimator(&self, job: usize) -> Option<&RateEstimator> {
        self.estimators.get(job)
    }

    /// Handles a key.
    pub fn key(&mut self, key: DashboardKey) {
        // Positions beyond the ends are allowed here; drawing clamps them.
        let moved = |from: usize, by: isize| from.saturating_add_signed(by);
        match key {
            DashboardKey::Verbose => self.verbose = !self.verbose,
            DashboardKey::Help => self.help = !self.help,
            DashboardKey::Escape => {
                self.help = false;
                (self.log_scroll, self.job_scroll) = (0, 0);
            }
            DashboardKey::Scroll(by) if self.overflows => self.job_scroll = moved(self.job_scroll, by),
            DashboardKey::Scroll(by) | DashboardKey::ScrollLog(by) => {
                self.log_scroll = moved(self.log_scroll, -by)
            }
            DashboardKey::Redraw => {}
        }
    }
}
