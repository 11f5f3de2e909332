//! `streamguard replay`: plays the journal of a run through the view that showed it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use streamguard::exit::Exit;
use streamguard::ui::{self, RunView};
use streamguard_engine::{CancelToken, Event, EventKind, PauseToken, RunState};

use crate::args::display::DisplayArgs;
use crate::signals;

/// Plays a run again, as it was shown
///
/// Reads the journal in the run's output directory, and shows it on the dashboard, or as lines
/// where there is no terminal. Nothing is collected, and nothing is written.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReplayArgs {
    /// The output directory of the run
    #[arg(value_name = "RUN", default_value = "data/raw")]
    folder: PathBuf,
    /// Factor by which the replay is faster than the run was; `max` for all at once
    #[arg(long, value_name = "FACTOR", default_value = "10", value_parser = parse_speed)]
    speed: PlaybackSpeed,
    #[command(flatten)]
    display: DisplayArgs,
}

/// Factor by which a run is played faster; none to play all at once.
type PlaybackSpeed = Option<f64>;

/// Reads a speed from an argument.
fn parse_speed(text: &str) -> Result<PlaybackSpeed, String> {
    let slowest = 0.001;
    match text.parse::<f64>() {
        _ if text == "max" => Ok(None),
        Ok(speed) if speed.is_finite() && speed >= slowest => Ok(Some(speed)),
        _ => Err(format!("expected a number from {slowest} on, or `max`")),
    }
}

/// Time between two ticks of the view.
const TICK_INTERVAL: Duration = Duration::from_millis(40);

pub(super) fn run(settings: &ReplayArgs) -> Result<Exit> {
    let events = streamguard_report::events(&settings.folder)?;
    let (cancel, pause) = (CancelToken::new(), PauseToken::new());
    let caught = signals::listen(cancel.clone())?;
    let title = format!("replay of {} {}", settings.folder.display(), describe_speed(settings.speed));
    let mut shown = ui::open(settings.display.view(), Some(title), &cancel, &pause);
    let state = play(&events, settings.speed, &mut *shown, &cancel, &pause);
    drop(shown);
    ui::summary::print_jobs(&state);
    Ok(caught.signal().map_or(Exit::Complete, Exit::Signal))
}

/// Describes the speed.
fn describe_speed(speed: Option<f64>) -> String {
    speed.map_or_else(|| "at once".to_owned(), |speed| format!("{speed}x"))
}

/// Shows the events, each at its time, or all at once without a speed. Returns the state after the last event
/// that was shown.
fn play(
    events: &[Event],
    speed: Option<f64>,
    shown: &mut dyn RunView,
    cancel: &CancelToken,
    pause: &PauseToken,
) -> RunState {
    let mut state = RunState::default();
    // Where the replayed run is, in milliseconds since its start, and since when.
    let (mut now_ms, mut looked) = (0.0, Instant::now());
    for event in events {
        if let EventKind::RunStarted { .. } = event.kind {
            now_ms = 0.0;
        }
        while speed.is_some() && now_ms < event.at_ms as f64 && !cancel.requested() {
            let left = (event.at_ms as f64 - now_ms) / 1000.0 / speed.unwrap_or(1.0);
            std::thread::sleep(if pause.requested() {
                TICK_INTERVAL
            } else {
                TICK_INTERVAL.min(Duration::from_secs_f64(left))
            });
            // A sleep takes longer than it was asked to, so the time that passed is measured.
            let passed = std::mem::replace(&mut looked, Instant::now()).elapsed();
            if !pause.requested() {
                now_ms += passed.as_secs_f64() * 1000.0 * speed.unwrap_or(1.0);
            }
            state.advance_to(now_ms as u64);
            // The run may have been paused when this event happened; the pause of the person who
            // watches is another matter.
            let was_paused = state.paused;
            state.paused |= pause.requested();
            shown.on_tick(&state);
            state.paused = was_paused;
        }
        if cancel.requested() {
            break;
        }
        state.apply(event);
        shown.on_event(event, &state);
        shown.on_tick(&state);
    }
    state
}
