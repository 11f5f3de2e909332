//! Views of runs, and the only module that prints.

pub mod browser;
pub mod dashboard;
pub mod escape;
pub mod follow;
mod format;
mod full_screen;
mod highlight;
pub mod job_json;
mod json_lines;
mod line_diff;
mod log_line;
mod log_throttle;
pub mod metrics;
mod plain;
mod popup;
mod print;
mod progress_line;
pub mod questions;
mod rule;
mod run_view;
mod sample_head;
pub mod side_by_side;
mod styled_text;
pub mod summary;
mod terminal;
mod theme;
mod truncate;

use streamguard_engine::{CancelToken, Event, LogLevel, Observer, PauseToken, RunState};
use streamguard_facade::CollectionObserver;
use streamguard_ingest::FollowControl;

pub use format::{format_bytes, format_duration, plural, short_count};
pub use plain::LogFormat;
pub use print::{
    indented, list_entry, print, print_bytes, print_error, print_error_so_far, print_json_line, print_line,
    print_notice, print_table,
};
pub use progress_line::ProgressLine;
pub use run_view::RunView;
pub use streamguard_report::group_digits;
pub use terminal::{has_colors, has_utf8, is_terminal, width};

use dashboard::{Dashboard, DashboardModel};
use follow::{FollowDashboard, FollowLines};
use plain::PlainView;

/// Choice of the view of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewMode {
    /// No view.
    Quiet,
    /// A line for each important event.
    Plain {
        /// Least level of the lines.
        level: LogLevel,
        /// Format of the lines.
        format: LogFormat,
    },
    /// All of the run on one screen of a terminal. The program that uses this handles SIGINT and SIGTERM
    /// itself; otherwise they leave the terminal as it is then.
    Dashboard {
        /// Least level of the entries in the log.
        level: LogLevel,
        /// Frames per second, from 1 to 10.
        refresh: u8,
    },
}

/// Opens a view of a run, or of a `replay`. Its keys request `cancel` and toggle `pause`. Where the dashboard
/// cannot be drawn, lines are printed.
pub fn open(
    view: ViewMode,
    replay: Option<String>,
    cancel: &CancelToken,
    pause: &PauseToken,
) -> Box<dyn RunView> {
    match view {
        ViewMode::Quiet => Box::new(()),
        ViewMode::Plain { level, format } => Box::new(PlainView::new(level, format)),
        ViewMode::Dashboard { level, refresh } => {
            let model = DashboardModel::new(level, replay);
            match Dashboard::open(model, refresh, cancel, pause) {
                Ok(dashboard) => Box::new(dashboard),
                // The terminal may be in the hands of another process, as after `&`: lines still
                // work.
                Err(_) => Box::new(PlainView::new(level, LogFormat::Text)),
            }
        }
    }
}

/// Opens a view of a run that follows logs. Its keys ask `control` for the end.
pub fn open_follow(view: ViewMode, control: &FollowControl) -> Box<dyn RunView> {
    match view {
        ViewMode::Quiet => Box::new(()),
        ViewMode::Plain { level, format } => Box::new(FollowLines::new(control.clone(), level, format)),
        ViewMode::Dashboard { level, refresh } => {
            match FollowDashboard::open(control.clone(), level, refresh) {
                Ok(dashboard) => Box::new(dashboard),
                Err(_) => Box::new(FollowLines::new(control.clone(), level, LogFormat::Text)),
            }
        }
    }
}

/// View as the observer of a run.
pub struct ObserverAdapter<'a>(pub &'a mut dyn RunView);

impl CollectionObserver for ObserverAdapter<'_> {
    fn assembling(&mut self, samples: u64) {
        self.0.assembling(samples);
    }
}

impl Observer for ObserverAdapter<'_> {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        self.0.on_event(event, state);
    }

    fn on_tick(&mut self, state: &RunState) {
        self.0.on_tick(state);
    }
}

/// Gives the terminal back as it was, if a view has it.
pub fn restore_terminal() {
    full_screen::restore();
    questions::restore_echo();
}
