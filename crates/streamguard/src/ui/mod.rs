//! The only place that prints.

mod changes;
mod cut;
pub mod dashboard;
pub mod escape;
pub mod figures;
mod flood;
mod highlight;
mod ink;
mod json_lines;
mod plain;
mod remark;
mod sample_head;
pub mod side_by_side;
pub mod summary;
mod terminal;

use std::io::{self, Write};

use escape::escape;
use streamguard_engine::{CancelToken, Event, JobState, Observer, PauseToken, RunState};
use streamguard_facade::CollectionObserver;

pub use plain::LogFormat;
pub use streamguard_report::group_digits;
pub use terminal::{has_colors, has_utf8, is_terminal, width};

use dashboard::{Dashboard, Model};
use plain::Plain;

/// How a run is shown while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Not at all.
    Quiet,
    /// A line for what is worth reading.
    Plain {
        /// A line for every shard too.
        verbose: bool,
        /// What a line looks like.
        format: LogFormat,
    },
    /// All of it on one screen, on a terminal. The program that uses this handles SIGINT and
    /// SIGTERM itself, or these leave the terminal as it is then.
    Dashboard {
        /// A line in its log for every shard too.
        verbose: bool,
        /// Pictures a second, from 1 to 10.
        refresh: u8,
    },
}

/// A view of a run.
pub trait Show {
    /// Something happened.
    fn event(&mut self, event: &Event, state: &RunState) {
        let _ = (event, state);
    }

    /// Time went by.
    fn tick(&mut self, state: &RunState) {
        let _ = state;
    }

    /// The dataset is being put together, and so many samples are done.
    fn assembling(&mut self, samples: u64) {
        let _ = samples;
    }
}

impl Show for () {}

/// Opens a view of a run, or of what is `replay`ed. Its keys ask `cancel` to stop and `pause` to
/// wait. Where the dashboard cannot be drawn, lines are printed.
pub fn open(view: View, replay: Option<String>, cancel: &CancelToken, pause: &PauseToken) -> Box<dyn Show> {
    match view {
        View::Quiet => Box::new(()),
        View::Plain { verbose, format } => Box::new(Plain::new(verbose, format)),
        View::Dashboard { verbose, refresh } => {
            let model = Model::new(verbose, replay);
            match Dashboard::open(model, refresh, cancel, pause) {
                Ok(dashboard) => Box::new(dashboard),
                Err(_) => Box::new(Plain::new(verbose, LogFormat::Text)),
            }
        }
    }
}

/// A view as the observer of a run.
pub struct ObserverAdapter<'a>(pub &'a mut dyn Show);

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

/// Prints a line on standard output. False if its reader has gone away.
///
/// # Errors
/// Whatever else keeps it from being written.
pub fn line(line: &str) -> io::Result<bool> {
    match writeln!(io::stdout().lock(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Prints a line on standard error.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints an error and what caused it, in one line.
pub fn error(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors tell their cause themselves; once is enough.
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    say(&format!("error: {}", escape(&text)));
    if let Some(hint) = crate::exit::hint(error) {
        say(&format!("hint: {hint}"));
    }
}

/// Prints rows in columns, the first one as their heads.
pub fn table<const N: usize>(rows: &[[String; N]]) {
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

/// A number of bytes for people, in units of 1024.
pub fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let power = (bytes.ilog2() / 10).min(4);
    format!("{:.1} {}", bytes as f64 / f64::from(1024_u32).powi(power as i32), units[power as usize - 1])
}

/// A number for people who have little room: `1,234`, `12.3k`, `1.23M`.
pub fn short(number: u64) -> String {
    if number < 10_000 {
        return group_digits(number);
    }
    let units = ["k", "M", "G", "T", "P", "E"];
    let mut value = number as f64;
    for (at, unit) in units.iter().enumerate() {
        value /= 1000.0;
        // What would be rounded up to four digits belongs to the next unit.
        if value < 999.5 || at == units.len() - 1 {
            let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
            return format!("{value:.digits$}{unit}");
        }
    }
    group_digits(number)
}

/// Returns a noun in the number that a count asks for.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// What a job turned away, by reason.
pub(crate) fn rejections(job: &JobState) -> impl Iterator<Item = (&str, u64)> {
    let rejected = job.counters.iter().filter_map(|(name, n)| Some((name.strip_prefix("rejected.")?, *n)));
    rejected.filter(|(_, n)| *n > 0)
}

/// A duration for people: `0.4 s`, `12 s`, `3:07`, `2:03:07`.
pub fn clock(ms: u64) -> String {
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
            [9_999, 12_345, 999_499, 999_500, 1_234_567, u64::MAX].map(short),
            ["9,999", "12.3k", "999k", "1.00M", "1.23M", "18.4E"]
        );
        assert_eq!([400, 12_000, 187_000, 7_387_000].map(clock), ["0.4 s", "12 s", "3:07", "2:03:07"]);
    }
}
