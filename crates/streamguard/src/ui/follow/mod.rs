//! Views of logs that are followed: figures of the last seconds and since the beginning, while they grow.

mod latency;
mod lines;
mod render;

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use streamguard_engine::{CancelToken, Event, EventKind, LogLevel, PauseToken, RunState};
use streamguard_ingest::{FollowControl, LiveFigures};

pub(crate) use lines::FollowLines;
pub use render::{FollowFrame, render};

use super::dashboard::keys::KeyReader;
use super::full_screen::FullScreen;
use super::run_view::RunView;
use super::theme::Theme;

/// Remarks that are kept.
const KEPT_REMARKS: usize = 5;

/// View on the whole terminal.
pub(crate) struct FollowDashboard {
    control: FollowControl,
    theme: Theme,
    pace: Duration,
    drawn: Option<Instant>,
    /// Figures that stay on the screen while it is frozen.
    frozen: Option<LiveFigures>,
    /// The latest remarks of the run, such as a rotation.
    remarks: VecDeque<String>,
    level: LogLevel,
    quit: CancelToken,
    freeze: PauseToken,
    // Fields are dropped in this order: the keys must not be read any more when the terminal is given back.
    keys: KeyReader,
    screen: FullScreen,
}

impl FollowDashboard {
    /// Takes the terminal. `refresh` is the number of frames per second, at most 10.
    ///
    /// # Errors
    /// A terminal that cannot be taken, or must not be: this process is in its background.
    pub(crate) fn open(control: FollowControl, level: LogLevel, refresh: u8) -> io::Result<Self> {
        let screen = FullScreen::open()?;
        let (quit, freeze) = (CancelToken::new(), PauseToken::default());
        Ok(Self {
            control,
            theme: Theme::of_terminal(),
            pace: Duration::from_millis(1000 / u64::from(refresh.clamp(1, 10))),
            drawn: None,
            frozen: None,
            remarks: VecDeque::new(),
            level,
            // The keys of the dashboard of runs mean here: `q` ends with the report, and `p` freezes the screen.
            keys: KeyReader::listen(quit.clone(), freeze.clone())?,
            quit,
            freeze,
            screen,
        })
    }

    fn draw(&mut self) -> io::Result<()> {
        if self.freeze.requested() {
            self.frozen.get_or_insert_with(|| self.control.figures());
        } else {
            self.frozen = None;
        }
        let figures = self.frozen.clone().unwrap_or_else(|| self.control.figures());
        let frame_content = FollowFrame {
            figures: &figures,
            remarks: self.remarks.iter().map(String::as_str).collect(),
            is_frozen: self.frozen.is_some(),
            is_stopping: self.control.is_stopping(),
        };
        self.screen.draw(|frame| render(frame, &frame_content, self.theme))?;
        Ok(())
    }
}

impl RunView for FollowDashboard {
    fn on_event(&mut self, event: &Event, _: &RunState) {
        if let EventKind::Log { level, text, .. } = &event.kind
            && *level >= self.level
        {
            self.remarks.push_back(text.clone());
            self.remarks.drain(..self.remarks.len().saturating_sub(KEPT_REMARKS));
        }
    }

    fn on_tick(&mut self, _: &RunState) {
        // Keys are handled even if no frame is due, so that the view answers at once.
        let mut is_due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= self.pace);
        while self.keys.next().is_some() {
            is_due = true;
        }
        if self.quit.requested() {
            self.control.stop();
        }
        if is_due {
            self.drawn = Some(Instant::now());
            // A terminal that is gone ends the view, not the run.
            let _ = self.draw();
        }
    }
}
