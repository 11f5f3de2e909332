//!
//! The live dashboard: all of a run on one screen.
//!
//! `model` is the state of the dashboard besides the run's, `render` draws both, part by part. `keys` reads
//! the keys. Nothing in here knows whether the run is a real one
//! or a replay.

mod footer;
mod header;
mod help;
mod job_style;
mod jobs;
pub(crate) mod keys;
mod log;
mod model;
mod rate;
mod render;
mod resources;
mod statistics;

use std::io;
use std::time::{Duration, Instant};

use streamguard_engine::{CancelToken, Event, PauseToken, RunState};

pub use super::theme::Theme;
pub use keys::DashboardKey;
pub use model::DashboardModel;
pub use render::render;
pub use resources::ResourceUsage;

use super::full_screen::FullScreen;
use super::run_view::RunView;
use keys::KeyReader;
use resources::ResourceMeter;

/// View of a run on the whole terminal.
pub(crate) struct Dashboard {
    model: DashboardModel,
    theme: Theme,
    pace: Duration,
    drawn: Option<Instant>,
    meter: Option<ResourceMeter>,
    /// State at the end of the run, for the work on the dataset that follows.
    last: Option<(RunState, Instant)>,
    // Fields are dropped in this order: the keys must not be read any more when the terminal is given back.
    keys: Option<KeyReader>,
    screen: FullScreen,
}

impl Dashboard {
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
        let screen = FullScreen::open()?;
        Ok(Self {
            meter: model.replay.is_none().then(ResourceMeter::new),
            model,
            theme: Theme::of_terminal(),
            pace: Duration::from_millis(1000 / u64::from(refresh.clamp(1, 10))),
            drawn: None,
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
        self.screen.draw(|frame| render(frame, &mut self.model, state, self.theme))?;
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
