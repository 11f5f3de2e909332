//! The last lines that a worker process writes to its standard error.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader};
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::watched_pipe::WatchedPipe;

/// Size of the text that is kept, in bytes.
const MAX_TAIL_BYTES: usize = 4 << 10;

/// The last lines of a process's standard error.
#[derive(Debug, Default)]
pub(crate) struct StderrTail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl StderrTail {
    /// Tells whether a line contains a text.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line.contains(text))
    }

    /// Returns the last line that is not blank.
    pub(crate) fn last_line(&self) -> Option<&str> {
        self.lines.iter().rev().find(|line| !line.trim().is_empty()).map(String::as_str)
    }

    fn push(&mut self, line: String) {
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > MAX_TAIL_BYTES && self.lines.len() > 1 {
            self.bytes -= self.lines.pop_front().map_or(0, |line| line.len());
        }
    }
}

/// A thread that reads the standard error of a process, so that the process never blocks on it.
#[derive(Debug)]
pub(crate) struct StderrReader {
    tail: Arc<Mutex<StderrTail>>,
    thread: Option<JoinHandle<()>>,
}

impl StderrReader {
    /// Starts to read.
    pub(crate) fn start(stderr: WatchedPipe<ChildStderr>) -> io::Result<Self> {
        let tail = Arc::<Mutex<StderrTail>>::default();
        let shared = Arc::clone(&tail);
        let thread = std::thread::Builder::new()
            .name("worker-stderr".to_owned())
            .spawn(move || read_all(stderr, &shared))?;
        Ok(Self { tail, thread: Some(thread) })
    }

    /// Waits for the end of the stream. Call it only after the process is dead, which ends the stream.
    pub(crate) fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// Returns the text so far.
    pub(crate) fn tail(&self) -> MutexGuard<'_, StderrTail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_all(stderr: WatchedPipe<ChildStderr>, tail: &Mutex<StderrTail>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line that never ends is read in pieces, so that memory stays bounded.
        let mut piece = io::Read::take(&mut reader, MAX_TAIL_BYTES as u64);
        if piece.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}
