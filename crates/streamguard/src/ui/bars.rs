//! A bar for each job, redrawn in place at the bottom of a terminal.

use std::io::{self, Stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::{Event, EventKind, JobState, Level, State, Status};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Color, Style};
use ratatui::text::Line;
use ratatui::widgets::{LineGauge, Paragraph, Widget};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::escape::escape;
use super::{Show, clock, grouped};

/// At most four pictures a second.
const PACE: Duration = Duration::from_millis(250);

/// Lines that the bars may take, at most.
const LINES: u16 = 12;

/// Whether the terminal's cursor is hidden by us.
static HIDDEN: AtomicBool = AtomicBool::new(false);

/// Draws bars.
pub(crate) struct Bars {
    terminal: Terminal<CrosstermBackend<Stderr>>,
    drawn: Instant,
    assembled: Option<u64>,
    last: Option<State>,
}

impl Bars {
    pub(crate) fn open() -> io::Result<Self> {
        let backend = CrosstermBackend::new(io::stderr());
        let mut terminal =
            Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Inline(LINES) })?;
        terminal.hide_cursor()?;
        HIDDEN.store(true, Ordering::Relaxed);
        Ok(Self { terminal, drawn: Instant::now(), assembled: None, last: None })
    }

    fn draw(&mut self, state: &State) {
        self.drawn = Instant::now();
        let assembled = self.assembled;
        // A terminal that is gone takes the picture along, not the run.
        let _ = self.terminal.draw(|frame| picture(frame, state, assembled));
    }

    fn above(&mut self, text: &str) {
        let line = escape(text);
        let _ = self.terminal.insert_before(1, |buffer| Paragraph::new(line).render(buffer.area, buffer));
    }
}

impl Show for Bars {
    fn event(&mut self, event: &Event, state: &State) {
        let name = |job: usize| state.jobs.get(job).map_or("run", |job| &job.name);
        match &event.kind {
            EventKind::Note { job, level, text } if *level >= Level::Warning => {
                self.above(&format!("{}: {text}", job.map_or("run", name)));
            }
            EventKind::ShardEnded { job, shard, outcome, reason: Some(reason), .. } => {
                self.above(&format!("{}: shard {shard} {}: {reason}", name(*job), outcome.name()));
            }
            EventKind::CancelRequested => {
                self.above("stopping; what is done is kept (Ctrl+C again to stop at once)")
            }
            _ => {}
        }
    }

    fn tick(&mut self, state: &State) {
        if self.drawn.elapsed() >= PACE || state.status.is_some() {
            self.draw(state);
            self.last = Some(state.clone());
        }
    }

    fn assembling(&mut self, samples: u64) {
        self.assembled = Some(samples);
        if self.drawn.elapsed() >= PACE
            && let Some(state) = self.last.take()
        {
            self.draw(&state);
            self.last = Some(state);
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // The summary says it all again, and stays.
        let _ = self.terminal.clear();
        restore();
    }
}

/// Shows the cursor again, if it is hidden.
pub(crate) fn restore() {
    if HIDDEN.swap(false, Ordering::Relaxed) {
        let _ = ratatui::crossterm::execute!(io::stderr(), ratatui::crossterm::cursor::Show);
    }
}

fn picture(frame: &mut Frame<'_>, state: &State, assembled: Option<u64>) {
    let rows = Layout::vertical([Constraint::Length(1); LINES as usize]).split(frame.area());
    let (head, rest) = rows.split_at(1);
    let title = match (state.stopping, assembled) {
        (true, _) => "StreamGuard, stopping".to_owned(),
        (_, Some(samples)) => {
            format!("StreamGuard, putting the dataset together: {} samples", grouped(samples))
        }
        _ => "StreamGuard".to_owned(),
    };
    frame.render_widget(Line::from(format!("{title}  {}", clock(state.elapsed_ms))), head[0]);
    for (job, row) in state.jobs.iter().zip(rest) {
        let gauge = LineGauge::default()
            .ratio(ratio(job))
            .label(label(job, state.elapsed_ms))
            .filled_style(Style::new().fg(color(job)))
            .unfilled_style(Style::new().fg(Color::DarkGray));
        frame.render_widget(gauge, *row);
    }
}

/// How far a job is, from 0 to 1: by records where it is known how many are wanted, else by
/// shards.
fn ratio(job: &JobState) -> f64 {
    let of = |part: u64, whole: u64| if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) };
    let by_shards = job.shards.map_or(0.0, |shards| of(u64::from(job.good), u64::from(shards)));
    match (job.status, job.expected) {
        (Some(Status::Complete), _) => 1.0,
        (_, Some(expected)) => of(job.records, expected).max(by_shards),
        _ => by_shards,
    }
}

fn label(job: &JobState, now_ms: u64) -> String {
    let took = job.took_ms(now_ms);
    let sign = match job.status {
        Some(Status::Complete) => "+",
        Some(Status::Partial) => "!",
        Some(Status::Failed) => "x",
        Some(Status::Cancelled) => "-",
        None if job.shards.is_none() => ".",
        None => ">",
    };
    let of = job.expected.map_or(String::new(), |expected| format!("/{}", grouped(expected)));
    let rate = (job.records * 1000).checked_div(took).unwrap_or(0);
    let errors = if job.errors() > 0 { format!("  {} errors", job.errors()) } else { String::new() };
    let left = match (job.status, ratio(job)) {
        (None, done) if done > 0.02 && done < 1.0 => {
            format!("  {} left", clock((took as f64 * (1.0 - done) / done) as u64))
        }
        _ => String::new(),
    };
    format!(
        "{sign} {:<10} {:>9}{of:<9} {:>8}/s{left}{errors} ",
        job.name,
        grouped(job.records),
        grouped(rate)
    )
}

fn color(job: &JobState) -> Color {
    match job.status {
        Some(Status::Failed) => Color::Red,
        Some(Status::Partial | Status::Cancelled) => Color::Yellow,
        Some(Status::Complete) => Color::Green,
        None => Color::Cyan,
    }
}
