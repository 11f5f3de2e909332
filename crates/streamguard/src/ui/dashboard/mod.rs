//! The live dashboard: all of a run on one screen.
//!
//! `model` is what it remembers besides the run's state, `picture` draws both, part by part. `screen`
//! takes the terminal and gives it back, `keys` listens. Nothing in here knows whether the run is
//! one or the replay of one.

mod bottom;
mod course;
mod heading;
mod help;
mod jobs;
mod keys;
mod log;
mod look;
mod model;
mod picture;
mod resources;
mod screen;
mod statistics;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::{QueueableCommand, terminal};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::termios::tcgetwinsize;
use streamguard_engine::{CancelToken, Event, PauseToken, RunState};

pub use keys::Key;
pub use look::Look;
pub use model::Model;
pub use picture::picture;
pub use resources::Usage;

use super::Show;
use keys::Keys;
use resources::Meter;
use screen::Screen;

/// Draws the dashboard.
pub(crate) struct Dashboard {
    model: Model,
    look: Look,
    pace: Duration,
    drawn: Option<Instant>,
    canvas: Option<Canvas>,
    meter: Option<Meter>,
    /// The state at the end of the run, for what comes after it.
    last: Option<(RunState, Instant)>,
    // Dropped in this order: nobody listens any more when the terminal is given back.
    keys: Option<Keys>,
    screen: Screen,
}

/// What is on the screen.
struct Canvas {
    terminal: Terminal<CrosstermBackend<Ink>>,
    ink: Ink,
    size: (u16, u16),
    /// How often the terminal had been taken when this was begun.
    taken: u32,
}

/// What a picture is, in the terminal's words.
#[derive(Clone, Default)]
struct Ink(Arc<Mutex<Vec<u8>>>);

impl Write for Ink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Canvas {
    fn new(size: (u16, u16), taken: u32) -> io::Result<Self> {
        let mut ink = Ink::default();
        ink.queue(terminal::Clear(terminal::ClearType::All))?;
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
        let terminal =
            Terminal::with_options(CrosstermBackend::new(ink.clone()), TerminalOptions { viewport })?;
        Ok(Self { terminal, ink, size, taken })
    }

    fn is_of(&self, size: (u16, u16), taken: u32) -> bool {
        (self.size, self.taken) == (size, taken)
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.ink.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Dashboard {
    /// Takes the terminal. `refresh` is how many pictures to draw in a second, at most 10.
    ///
    /// # Errors
    /// A terminal that cannot be taken, or is not ours to take: this process is in its background.
    pub(crate) fn open(
        model: Model,
        refresh: u8,
        cancel: &CancelToken,
        pause: &PauseToken,
    ) -> io::Result<Self> {
        let screen = Screen::open()?;
        Ok(Self {
            meter: model.replay.is_none().then(Meter::new),
            model,
            look: Look::of_terminal(),
            pace: Duration::from_millis(1000 / u64::from(refresh.clamp(1, 10))),
            drawn: None,
            canvas: None,
            last: None,
            keys: Some(Keys::listen(cancel.clone(), pause.clone())?),
            screen,
        })
    }

    /// Draws if it is time to, or if somebody pressed a key.
    fn look(&mut self, state: &RunState, now: bool) {
        let mut is_due = now || self.drawn.is_none_or(|drawn| drawn.elapsed() >= self.pace);
        while let Some(key) = self.keys.as_ref().and_then(Keys::next) {
            self.model.key(key);
            is_due = true;
        }
        if is_due {
            self.drawn = Some(Instant::now());
            self.model.follow(state);
            if let Some(usage) = self.meter.as_mut().and_then(Meter::read) {
                self.model.usage = Some(usage);
            }
            // A terminal that is gone takes the picture along, not the run.
            let _ = self.draw(state);
        }
    }

    fn draw(&mut self, state: &RunState) -> io::Result<()> {
        if !self.screen.is_ready() {
            return Ok(());
        }
        let size = tcgetwinsize(io::stderr())?;
        let (size, taken) = ((size.ws_col, size.ws_row), screen::taken());
        if !self.canvas.as_ref().is_some_and(|canvas| canvas.is_of(size, taken)) {
            self.canvas = Some(Canvas::new(size, taken)?);
        }
        if let Some(canvas) = &mut self.canvas {
            canvas.terminal.draw(|frame| picture(frame, &mut self.model, state, self.look))?;
            let frame = canvas.take();
            self.screen.show(frame);
        }
        Ok(())
    }
}

impl Show for Dashboard {
    fn event(&mut self, event: &Event, state: &RunState) {
        self.model.event(event, state);
    }

    fn tick(&mut self, state: &RunState) {
        self.look(state, false);
        if state.status.is_some() {
            self.look(state, true);
            self.last = Some((state.clone(), Instant::now()));
        }
    }

    fn assembling(&mut self, samples: u64) {
        self.model.assembled = Some(samples);
        if let Some((mut state, mut since)) = self.last.take() {
            state.elapsed_ms += u64::try_from(since.elapsed().as_millis()).unwrap_or(0);
            since = Instant::now();
            self.look(&state, false);
            self.last = Some((state, since));
        }
    }
}

/// Gives the terminal back as it was, if a dashboard has it.
pub(super) fn restore() {
    screen::give_back();
}
