//! `bench dashboard`: the cost of the dashboard, and whether it slows down a run.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use streamguard::ViewMode;
use streamguard::ui::{self, ObserverAdapter};
use streamguard_engine::{CancelToken, Event, EventKind, LogLevel, Observer, PauseToken, RunState};

use super::measure::{TimeCost, measure};

/// Jobs that make progress in turn.
const JOB_COUNT: usize = 6;

/// Batches in which the events of a second come; the engine's loop is not quicker.
const BATCHES_PER_SECOND: u64 = 200;

/// Measures in a new terminal, and prints the result.
pub(crate) fn run(events: u64, seconds: u64) -> Result<()> {
    let file = tempfile::NamedTempFile::new()?;
    let program = std::env::current_exe()?;
    let inner = format!(
        "stty cols 200 rows 60; exec {} bench dashboard --events {events} --seconds {seconds} --into {}",
        program.display(),
        file.path().display()
    );
    let status = Command::new("script")
        .args(["-q", "-e", "-c", &inner, "/dev/null"])
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("cannot run script (package bsdutils)")?;
    ensure!(status.success(), "measuring failed: {status}");
    print!("{}", std::fs::read_to_string(file.path())?);
    Ok(())
}

/// Measures in this terminal.
pub(crate) fn measure_here(events: u64, seconds: u64, into: &Path) -> Result<()> {
    ensure!(ui::is_terminal(), "standard output is not a terminal");
    let mut text = String::new();
    let dashboard = ViewMode::Dashboard { level: LogLevel::Info, refresh: 4 };
    let share = |cost: TimeCost| cost.cpu.as_secs_f64() / cost.wall.as_secs_f64() * 100.0;
    let [quiet, shown] = [ViewMode::Quiet, dashboard].map(|view| observed(view, events, Some(seconds)));
    writeln!(text, "{events} events in {seconds} s, of one core:")?;
    writeln!(text, "  quiet      {:.2} %", share(quiet))?;
    writeln!(text, "  dashboard  {:.2} %", share(shown))?;
    writeln!(text, "  difference {:.2} %", share(shown) - share(quiet))?;
    let [quiet, shown] = [ViewMode::Quiet, dashboard].map(|view| observed(view, events, None).wall);
    writeln!(text, "{events} events at once:")?;
    writeln!(text, "  quiet      {quiet:.2?}\n  dashboard  {shown:.2?}")?;
    std::fs::write(into, text)?;
    Ok(())
}

/// Shows events, in so many seconds or as fast as possible.
fn observed(view: ViewMode, events: u64, seconds: Option<u64>) -> TimeCost {
    let mut shown = ui::open(view, None, &CancelToken::new(), &PauseToken::new());
    let mut observer = ObserverAdapter(&mut *shown);
    let mut state = RunState::default();
    let apply = |state: &mut RunState, observer: &mut ObserverAdapter<'_>, at_ms, kind| {
        let event = Event { at_ms, kind };
        state.apply(&event);
        observer.on_event(&event, state);
    };
    let started = EventKind::RunStarted {
        version: String::new(),
        clock_ms: 0,
        jobs: (0..JOB_COUNT).map(|job| format!("job{job}")).collect(),
        resumed: false,
        mode: "process".to_owned(),
        workers: JOB_COUNT,
    };
    apply(&mut state, &mut observer, 0, started);
    for job in 0..JOB_COUNT {
        let (unit, plan) = ("samples".to_owned(), String::new());
        let planned = EventKind::JobPlanned { job, shards: 10, expected: Some(events), unit, plan };
        apply(&mut state, &mut observer, 0, planned);
    }
    let start = Instant::now();
    let batch = (events / (seconds.unwrap_or(60) * BATCHES_PER_SECOND)).max(1);
    let ((), cost) = measure(|| {
        for at in 0..events {
            let at_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
            let job = usize::try_from(at % JOB_COUNT as u64).unwrap_or(0);
            apply(&mut state, &mut observer, at_ms, EventKind::Progress { job, records: at });
            if at % batch == 0 {
                observer.on_tick(&state);
                let due = seconds.map_or(0.0, |seconds| at as f64 / events as f64 * seconds as f64);
                std::thread::sleep(Duration::from_secs_f64(due).saturating_sub(start.elapsed()));
            }
        }
    });
    cost
}
