//! The messages and the progress that git writes to its standard error.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Mutex;

/// Number of lines that are kept, the last ones.
const KEPT_LINES: usize = 5;

/// Bytes of a line that are kept.
const MAX_LINE_BYTES: usize = 1 << 10;

/// Reader of git's standard error, shared by the thread that reads and the one that waits for git.
#[derive(Default)]
pub(crate) struct GitStderr(Mutex<StderrState>);

#[derive(Default)]
struct StderrState {
    /// The newest line is the first.
    lines: VecDeque<String>,
    progress: Option<String>,
}

impl GitStderr {
    /// Reads to the end, so that git never waits for a full pipe.
    pub(crate) fn read_all(&self, mut stderr: impl Read) {
        let (mut buffer, mut line) = ([0; 4 << 10], Vec::new());
        while let Ok(read @ 1..) = stderr.read(&mut buffer) {
            for &byte in &buffer[..read] {
                match byte {
                    // Progress ends with a carriage return, so that the next one is written over it.
                    b'\n' | b'\r' => self.add_line(&String::from_utf8_lossy(&std::mem::take(&mut line))),
                    _ if line.len() < MAX_LINE_BYTES => line.push(byte),
                    _ => {}
                }
            }
        }
        self.add_line(&String::from_utf8_lossy(&line));
    }

    fn add_line(&self, line: &str) {
        let line = line.trim();
        let Ok(mut state) = self.0.lock() else { return };
        if let Some((phase, percent)) = line.split_once('%').and_then(|(before, _)| before.split_once(':'))
            && ["Receiving objects", "Resolving deltas"].contains(&phase)
        {
            state.progress = Some(format!("{}% {}", percent.trim(), phase.to_ascii_lowercase()));
        } else if !line.is_empty() {
            state.lines.truncate(KEPT_LINES - 1);
            state.lines.push_front(line.to_owned());
        }
    }

    /// Returns the latest progress, such as "38% receiving objects", if it is new since the last call.
    pub(crate) fn take_progress(&self) -> Option<String> {
        self.0.lock().ok()?.progress.take()
    }

    /// Returns the last lines in one, with control characters escaped.
    pub(crate) fn last_lines(&self) -> String {
        let Ok(state) = self.0.lock() else { return String::new() };
        let lines: Vec<&str> = state.lines.iter().rev().map(String::as_str).collect();
        lines.join("; ").escape_debug().to_string().replace("\\'", "'")
    }
}
