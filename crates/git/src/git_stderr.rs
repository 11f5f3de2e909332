//! The messages and the progress that git writes to its standard error.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Mutex;

/// Number of lines that are kept, the last ones.
const KEPT_LINES: usize = 5;

/// Bytes of a line that are kept.
const MAX_LINE_BYTES: usize = 1 << 10;

/// Messages of the system about a full disk (strerror(3) in the locale `C`).
const DISK_FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];

/// Beginnings of git's own messages about files of this machine. Others may quote what a server sent.
const WRITE_ERRORS: [&str; 6] = [
    "fatal: write error:",
    "error: write error:",
    "error: unable to write",
    "fatal: unable to write",
    "error: file write error",
    "fatal: unable to create",
];

/// Reader of git's standard error, shared by the thread that reads and the one that waits for git.
#[derive(Default)]
pub(crate) struct GitStderr(Mutex<StderrState>);

#[derive(Default)]
struct StderrState {
    /// The newest line is the first.
    lines: VecDeque<String>,
    progress: Option<String>,
    /// Whether git says that the disk of this machine is full.
    is_disk_full: bool,
    /// Whether git passed on an error of the server, which may have several lines of any text.
    has_remote_error: bool,
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
        state.has_remote_error |= line.contains("remote error:");
        state.is_disk_full |= WRITE_ERRORS.iter().any(|begin| line.starts_with(begin))
            && DISK_FULL.iter().any(|message| line.ends_with(message));
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

    /// Returns whether the disk of this machine is full. A server cannot make it so: otherwise it could stop every run.
    pub(crate) fn is_disk_full(&self) -> bool {
        self.0.lock().is_ok_and(|state| state.is_disk_full && !state.has_remote_error)
    }

    /// Returns the last lines in one, with control characters escaped.
    pub(crate) fn last_lines(&self) -> String {
        let Ok(state) = self.0.lock() else { return String::new() };
        let lines: Vec<&str> = state.lines.iter().rev().map(String::as_str).collect();
        lines.join("; ").escape_debug().to_string().replace("\\'", "'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_can_say_that_its_disk_is_full() {
        for (text, is_full) in [
            (
                "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output\n",
                true,
            ),
            ("error: unable to write file x: Disk quota exceeded", true),
            ("remote: fatal: No space left on device\nfatal: early EOF\n", false),
            ("fatal: remote error: sorry\nfatal: write error: No space left on device\n", false),
            ("fatal: invalid ls-refs response: No space left on device\n", false),
            ("fatal: early EOF", false),
        ] {
            let stderr = GitStderr::default();
            stderr.read_all(text.as_bytes());
            assert_eq!(stderr.is_disk_full(), is_full, "{text}");
        }
    }
}
