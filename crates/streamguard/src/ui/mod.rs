//! Views of runs, and the only module that prints.

pub mod dashboard;
pub mod escape;
mod highlight;
mod json_lines;
mod line_diff;
mod log_line;
mod log_throttle;
pub mod metrics;
mod plain;
mod sample_head;
pub mod side_by_side;
mod styled_text;
pub mod summary;
mod terminal;
mod truncate;

use std::io::{self, Write};

use crate::hints::hint;
use escape::escape;
use streamguard_engine::{CancelToken, Event, JobState, Observer, PauseToken, RunState};
use streamguard_facade::CollectionObserver;

pub use plain::LogFormat;
pub use streamguard_report::group_digits;
pub use terminal::{has_colors, has_utf8, is_terminal, width};

use dashboard::{Dashboard, DashboardModel};
use plain::PlainView;

/// Choice of the view of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewMode {
    /// No view.
    Quiet,
    /// A line for each important event.
    Plain {
        /// Whether every shard has a line too.
        verbose: bool,
        /// Format of the lines.
        format: LogFormat,
    },
    /// All of the run on one screen of a terminal. The program that uses this handles SIGINT and SIGTERM
    /// itself; otherwise they leave the terminal as it is then.
    Dashboard {
        /// Whether every shard has an entry in the log too.
        verbose: bool,
        /// Frames per second, from 1 to 10.
        refresh: u8,
    },
}

/// View of a run.
pub trait RunView {
    /// Shows an event; `state` includes it already.
    fn event(&mut self, event: &Event, state: &RunState) {
        let _ = (event, state);
    }

    /// Draws the state, if it is time to.
    fn tick(&mut self, state: &RunState) {
        let _ = state;
    }

    /// Shows how many samples have been put together to the dataset so far.
    fn assembling(&mut self, samples: u64) {
        let _ = samples;
    }
}

impl RunView for () {}

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
        ViewMode::Plain { verbose, format } => Box::new(PlainView::new(verbose, format)),
        ViewMode::Dashboard { verbose, refresh } => {
            let model = DashboardModel::new(verbose, replay);
            match Dashboard::open(model, refresh, cancel, pause) {
                Ok(dashboard) => Box::new(dashboard),
                // The terminal may be in the hands of another process, as after `&`: lines still
                // work.
                Err(_) => Box::new(PlainView::new(verbose, LogFormat::Text)),
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
    fn event(&mut self, event: &Event, state: &RunState) {
        self.0.event(event, state);
    }

    fn tick(&mut self, state: &RunState) {
        self.0.tick(state);
    }
}

/// Prints text on standard output. A reader that has gone away is no error.
pub fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

///
/// Prints a line on standard output. Returns false if its reader has gone away.
///
/// # Errors
/// Any other reason why it cannot be written.
pub fn print_line(line: &str) -> io::Result<bool> {
    match writeln!(io::stdout().lock(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints a line on standard error.
pub fn print_notice(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints an error and what caused it, in one line.
pub fn print_error(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors repeat the text of their cause; once is enough.
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    print_notice(&format!("error: {}", escape(&text)));
    if let Some(hint) = hint(error) {
        print_notice(&format!("hint: {hint}"));
    }
}

/// Prints rows in columns, the first one as their heads.
pub fn print_table<const N: usize>(rows: &[[String; N]]) {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{:width$}", escape(cell))).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    print(&text);
}

/// Gives the terminal back as it was, if a view has it.
pub fn restore_terminal() {
    dashboard::restore();
}

/// Formats a number of bytes in units of 1024.
pub fn format_bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // A power of 1024 has ten bits, so no logarithm of floats is needed that might round to the
    // wrong unit.
    let power = (bytes.ilog2() / 10).min(4);
    format!("{:.1} {}", bytes as f64 / f64::from(1024_u32).powi(power as i32), units[power as usize - 1])
}

/// Formats a number with few characters: `1,234`, `12.3k`, `1.23M`.
pub fn short_count(number: u64) -> String {
    if number < 10_000 {
        return group_digits(number);
    }
    let units = ["k", "M", "G", "T", "P", "E"];
    let mut value = number as f64;
    for (at, unit) in units.iter().enumerate() {
        value /= 1000.0;
        // A value that would be rounded up to four digits belongs to the next unit.
        if value < 999.5 || at == units.len() - 1 {
            let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
            return format!("{value:.digits$}{unit}");
        }
    }
    group_digits(number)
}

/// Returns the singular or plural of a noun, by the count.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Returns the numbers of rejected candidates, by reason.
pub(crate) fn rejections(job: &JobState) -> impl Iterator<Item = (&str, u64)> {
    let rejected = job.counters.iter().filter_map(|(name, n)| Some((name.strip_prefix("rejected.")?, *n)));
    rejected.filter(|(_, n)| *n > 0)
}

/// Formats a duration: `0.4 s`, `12 s`, `3:07`, `2:03:07`.
pub fn format_duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..10 => format!("{:.1} s", ms as f64 / 1000.0),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_readable() {
        assert_eq!(
            [9_999, 12_345, 999_499, 999_500, 1_234_567, u64::MAX].map(short_count),
            ["9,999", "12.3k", "999k", "1.00M", "1.23M", "18.4E"]
        );
        assert_eq!(
            [400, 12_000, 187_000, 7_387_000].map(format_duration),
            ["0.4 s", "12 s", "3:07", "2:03:07"]
        );
    }
}
