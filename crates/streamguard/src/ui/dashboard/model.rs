//! What the dashboard remembers besides the run's state.

use std::collections::VecDeque;

use streamguard_engine::{Event, EventKind, LogLevel, RunState};

use super::course::Course;
use super::keys::Key;
use super::resources::Usage;
use crate::ui::remark::Remark;

/// Lines of the log that are kept.
const LINES: usize = 500;

/// What the dashboard remembers besides the run's state. It is made of events alone, so that a
/// replayed journal shows what the run showed.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What is replayed, if it is no run that goes on; not escaped.
    pub replay: Option<String>,
    /// Whether every shard is worth a line.
    pub verbose: bool,
    /// Whether the keys are explained.
    pub help: bool,
    /// How many samples are in the dataset so far, while it is put together.
    pub assembled: Option<u64>,
    /// What this process and its workers use, if that is known.
    pub usage: Option<Usage>,
    /// The lines of the log, the oldest first.
    pub(super) log: VecDeque<Said>,
    /// How many of the newest lines are scrolled away.
    pub(super) log_scroll: usize,
    /// How many of the first lines of the jobs are scrolled away.
    pub(super) job_scroll: usize,
    courses: Vec<Course>,
    /// Whether not all jobs fitted into the latest picture, so that the arrows move them.
    pub(super) overflows: bool,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) at_ms: u64,
    pub(super) level: LogLevel,
    /// Name of the job. Not escaped, as is the text.
    pub(super) about: String,
    pub(super) text: String,
}

impl Model {
    /// That of a run at its beginning, or of what is `replay`ed.
    pub fn new(verbose: bool, replay: Option<String>) -> Self {
        Self { verbose, replay, ..Self::default() }
    }

    /// Takes one event in; `state` has it already.
    pub fn event(&mut self, event: &Event, state: &RunState) {
        if let EventKind::RunStarted { .. } = event.kind {
            self.courses.clear();
        }
        if let Some(remark) = Remark::of(event, state, self.verbose) {
            if self.log.len() == LINES {
                self.log.pop_front();
            }
            let about = remark.about(state).to_owned();
            let said = Said { at_ms: state.elapsed_ms, level: remark.level, about, text: remark.text };
            self.log.push_back(said);
            if self.log_scroll > 0 {
                // Whoever reads keeps the place.
                self.log_scroll = (self.log_scroll + 1).min(LINES);
            }
        }
    }

    /// Notes how far the jobs are.
    pub fn follow(&mut self, state: &RunState) {
        self.courses.resize_with(state.jobs.len(), Course::default);
        for (course, job) in self.courses.iter_mut().zip(&state.jobs) {
            course.follow(job, state.elapsed_ms);
        }
    }

    /// The course of a job.
    pub(super) fn course(&self, job: usize) -> Option<&Course> {
        self.courses.get(job)
    }

    /// Obeys a key.
    pub fn key(&mut self, key: Key) {
        // Beyond the ends nothing is to be seen; drawing brings the numbers back.
        let moved = |from: usize, by: isize| from.saturating_add_signed(by);
        match key {
            Key::Verbose => self.verbose = !self.verbose,
            Key::Help => self.help = !self.help,
            Key::Escape => {
                self.help = false;
                (self.log_scroll, self.job_scroll) = (0, 0);
            }
            Key::Scroll(by) if self.overflows => self.job_scroll = moved(self.job_scroll, by),
            Key::Scroll(by) | Key::ScrollLog(by) => self.log_scroll = moved(self.log_scroll, -by),
            Key::Redraw => {}
        }
    }
}
