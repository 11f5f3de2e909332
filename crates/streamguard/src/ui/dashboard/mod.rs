//!
//! The live dashboard: all of a run on one screen.
//!
//! `model` is the state of the dashboard besides the run's, `render` draws both, part by part. `screen` takes
//! the terminal and gives it back, `keys` reads the keys. Nothing in here knows whether the run is a real one
//! or a replay.

mod footer;
mod header;
mod help;
mod jobs;
mod keys;
mod log;
mod model;
mod rate;
mod render;
mod resources;
mod rule;
mod screen;
mod statistics;
mod theme;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::{QueueableCommand, terminal};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::termios::tcgetwinsize;
use streamguard_engine::{CancelToken, Event, PauseToken, RunState};

pub use keys::DashboardKey;
pub use model::DashboardModel;
pub use render::render;
pub use resources::ResourceUsage;
pub use theme::Theme;

use super::run_view::RunView;
use keys::KeyReader;
use resources::ResourceMeter;
use screen::TerminalScreen;

/// View of a run on the whole terminal.
pub(crate) struct Dashboard {
    model: DashboardModel,
    theme: Theme,
    pace: Duration,
    drawn: Option<Instant>,
    target: Option<FrameTarget>,
    meter: Option<ResourceMeter>,
    /// State at the end of the run, for the work on the dataset that follows.
    last: Option<(RunState, Instant)>,
    // Fields are dropped in this order: the keys must not be read any more when the terminal is given back.
    keys: Option<KeyReader>,
    screen: TerminalScreen,
}

/// Content of the screen.
struct FrameTarget {
    terminal: Terminal<CrosstermBackend<EscapeBuffer>>,
    buffer: EscapeBuffer,
    size: (u16, u16),
    /// Value of [`screen::taken`] when this content was begun.
    taken: u32,
}

/// Buffer of the escape sequences of a frame.
#[derive(Clone, Default)]
struct EscapeBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for EscapeBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl FrameTarget {
    fn new(size: (u16, u16), taken: u32) -> io::Result<Self> {
        let mut buffer = EscapeBuffer::default();
        // ratatui only writes what differs from an empty screen, but the screen is not empty.
        buffer.queue(terminal::Clear(terminal::ClearType::All))?;
        // A fixed size, the one that was just asked for: ratatui would ask by itself otherwise, and
        // might see another.
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
        let terminal =
            Terminal::with_options(CrosstermBackend::new(buffer.clone()), TerminalOptions { viewport })?;
        Ok(Self { terminal, buffer, size, taken })
    }

    fn is_of(&self, size: (u16, u16), taken: u32) -> bool {
        (self.size, self.taken) == (size, taken)
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.buffer.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Dashboard {
    ///
    /// Takes the terminal. `refresh` is the number of frames per second, at most 10.
    ///
    /// # Errors
    /// A terminal that cannot be taken, or must not be: this process is in its background.
    pub(crate) fn open(
        model: DashboardModel,
        refresh: u8,
        cancel: &CancelToken,
        pause: &PauseToken,
    ) -> io::Result<Self> {
        let screen = TerminalScreen::open()?;
        Ok(Self {
            meter: model.replay.is_none().then(ResourceMeter::new),
            model,
            theme: Theme::of_terminal(),
            pace: Duration::from_millis(1000 / u64::from(refresh.clamp(1, 10))),
            drawn: None,
            target: None,
            last: None,
            keys: Some(KeyReader::listen(cancel.clone(), pause.clone())?),
            screen,
        })
    }

    /// Draws a frame if one is due, or if a key was pressed.
    fn draw_if_due(&mut self, state: &RunState, now: bool) {
        let mut is_due = now || self.drawn.is_none_or(|drawn| drawn.elapsed() >= self.pace);
        // Keys are handled even if no frame is due, so that the dashboard answers at once.
        while let Some(key) = self.keys.as_ref().and_then(KeyReader::next) {
            self.model.key(key);
            is_due = true;
        }
        if is_due {
            self.drawn = Some(Instant::now());
            self.model.observe(state);
            if let Some(usage) = self.meter.as_mut().and_then(ResourceMeter::read) {
                self.model.usage = Some(usage);
            }
            // A terminal that is gone ends the view, not the run.
            let _ = self.draw(state);
        }
    }

    fn draw(&mut self, state: &RunState) -> io::Result<()> {
        // The last frame is still being written, or another program has the terminal: this frame is
        // dropped.
        if !self.screen.is_ready() {
            return Ok(());
        }
        let size = tcgetwinsize(io::stderr())?;
        let (size, taken) = ((size.ws_col, size.ws_row), screen::taken());
        if !self.target.as_ref().is_some_and(|target| target.is_of(size, taken)) {
            self.target = Some(FrameTarget::new(size, taken)?);
        }
        if let Some(target) = &mut self.target {
            target.terminal.draw(|frame| render(frame, &mut self.model, state, self.theme))?;
            // Handed over whole: a terminal that takes nothing must block the writer and not the
            // run.
            let frame = target.take();
            self.screen.show(frame);
        }
        Ok(())
    }
}

impl RunView for Dashboard {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        self.model.on_event(event, state);
    }

    fn on_tick(&mut self, state: &RunState) {
        self.draw_if_due(state, false);
        if state.status.is_some() {
            self.draw_if_due(state, true);
            self.last = Some((state.clone(), Instant::now()));
        }
    }

    fn assembling(&mut self, samples: u64) {
        self.model.assembled = Some(samples);
        if let Some((mut state, mut since)) = self.last.take() {
            state.elapsed_ms += u64::try_from(since.elapsed().as_millis()).unwrap_or(0);
            since = Instant::now();
            self.draw_if_due(&state, false);
            self.last = Some((state, since));
        }
    }
}

/// Gives the terminal back as it was, if a dashboard has it.
pub(super) fn restore() {
    screen::give_back();
}
