//! One line about the progress of a command that is not a run.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::print_notice;

/// Time until the first line, and between two lines on a terminal.
const INTERVAL: Duration = Duration::from_secs(1);

/// Time between two lines elsewhere, where they stay.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Line on standard error that a terminal rewrites, and that goes when the work ends.
#[derive(Debug)]
pub struct ProgressLine {
    last: Instant,
    interval: Duration,
    on_terminal: bool,
    is_shown: bool,
}

impl Default for ProgressLine {
    fn default() -> Self {
        let on_terminal = io::stderr().is_terminal();
        let interval = if on_terminal { INTERVAL } else { LOG_INTERVAL };
        Self { last: Instant::now(), interval, on_terminal, is_shown: false }
    }
}

impl ProgressLine {
    /// Shows a text, if it is time.
    pub fn update(&mut self, text: impl FnOnce() -> String) {
        if self.last.elapsed() < self.interval {
            return;
        }
        self.last = Instant::now();
        if self.on_terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[K{}", text());
            self.is_shown = true;
        } else {
            print_notice(&text());
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
