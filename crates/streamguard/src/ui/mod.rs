//! The only place that prints.

mod bars;
mod changes;
pub mod escape;
pub mod figures;
mod highlight;
mod ink;
mod plain;
mod sample_head;
pub mod side_by_side;
pub mod summary;

use std::io::{self, IsTerminal, Write};

use engine::{Event, Observer, State};
use escape::escape;

/// How a run is shown while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Not at all.
    Quiet,
    /// A line for what is worth reading.
    Plain {
        /// A line for every shard too.
        verbose: bool,
    },
    /// A bar for each job, on a terminal.
    Bars,
}

/// A view of a run.
pub trait Show {
    /// Something happened.
    fn event(&mut self, event: &Event, state: &State) {
        let _ = (event, state);
    }

    /// Time went by.
    fn tick(&mut self, state: &State) {
        let _ = state;
    }

    /// The dataset is being put together, and so many samples are done.
    fn assembling(&mut self, samples: u64) {
        let _ = samples;
    }
}

impl Show for () {}

/// Opens a view. Where bars cannot be drawn, lines are printed.
pub fn open(view: View) -> Box<dyn Show> {
    match view {
        View::Quiet => Box::new(()),
        View::Plain { verbose } => Box::new(plain::Plain::new(verbose)),
        View::Bars => match bars::Bars::open() {
            Ok(bars) => Box::new(bars),
            Err(_) => Box::new(plain::Plain::new(false)),
        },
    }
}

/// A view as the engine's observer.
pub struct Showing<'a>(pub &'a mut dyn Show);

impl Observer for Showing<'_> {
    fn event(&mut self, event: &Event, state: &State) {
        self.0.event(event, state);
    }

    fn tick(&mut self, state: &State) {
        self.0.tick(state);
    }
}

/// Whether people watch: a terminal that can do more than print.
pub fn is_terminal() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb" || term.is_empty());
    io::stdout().is_terminal() && io::stderr().is_terminal() && !dumb
}

/// Whether to use colours on standard output: a terminal, and nobody said no
/// (<https://no-color.org>).
pub fn has_colors() -> bool {
    is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Columns of the terminal, if there is one.
pub fn width() -> Option<u16> {
    io::stdout()
        .is_terminal()
        .then(|| ratatui::crossterm::terminal::size().ok())
        .flatten()
        .map(|(columns, _)| columns)
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
    bars::restore();
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

/// A number for people: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([400, 12_000, 187_000, 7_387_000].map(clock), ["0.4 s", "12 s", "3:07", "2:03:07"]);
    }
}
