//! The journal: a file with all events of a run.
//!
//! Each line is a JSON object that ends with the field `sum`, a checksum of the text before it
//! (the first 8 hexadecimal digits of BLAKE3), so that a line that is incomplete or damaged is recognised. A kill or a
//! power cut may leave an incomplete last line, which is dropped; damage before the last line is an error.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use streamguard_durable::{WriteError, open_own_file, open_regular};
use thiserror::Error;

use crate::event::{Event, EventKind};

/// Text between the event and its checksum.
const CHECKSUM_KEY: &[u8] = b",\"sum\":\"";

/// Number of hexadecimal digits of a checksum.
const CHECKSUM_DIGITS: usize = 8;

/// Longest line that is read, in bytes: the summary of a job with all its tables. A longer one counts as damaged.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// A journal that is being written.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    buffer: Vec<u8>,
}

/// Error of a journal that cannot be read or continued.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file cannot be created, or its incomplete last line cannot be cut off.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A line before the last one is not as it was written.
    #[error("{path} is damaged in line {line}")]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
    },
}

/// Reads the events of a journal: those of the run, and of all its resumptions.
///
/// # Errors
/// [`JournalError`]; an incomplete last line is not an error.
pub fn read(path: &Path) -> Result<Vec<Event>, JournalError> {
    read_valid(path).map(|(events, _)| events)
}

/// Reads the events of a journal. Also returns the number of bytes without an incomplete last line.
fn read_valid(path: &Path) -> Result<(Vec<Event>, u64), JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
    read_lines(BufReader::new(open_regular(path).map_err(unreadable)?), path)
}

/// Reads like [`read_valid`] from an open journal; `path` is for its errors.
pub(crate) fn read_lines(mut reader: impl BufRead, path: &Path) -> Result<(Vec<Event>, u64), JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
    let (mut events, mut line, mut valid_bytes, mut number) = (Vec::new(), Vec::new(), 0, 0);
    loop {
        // Read as bytes: an incomplete line may end inside a character.
        line.clear();
        let length = (&mut reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).map_err(unreadable)?;
        if length == 0 {
            return Ok((events, valid_bytes));
        }
        number += 1;
        match parse(&line) {
            Some(event) => {
                events.push(event);
                valid_bytes += length as u64;
            }
            // A crash can leave only the last line incomplete: lines are written one after the other.
            None if reader.fill_buf().map_err(unreadable)?.is_empty() => return Ok((events, valid_bytes)),
            None => return Err(JournalError::Damaged { path: path.to_owned(), line: number }),
        }
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_DIGITS] {
    let mut digits = [0; CHECKSUM_DIGITS];
    digits.copy_from_slice(&blake3::hash(bytes).to_hex().as_bytes()[..CHECKSUM_DIGITS]);
    digits
}

/// Appends the line of an event.
pub(crate) fn push_line(lines: &mut Vec<u8>, event: &Event) -> io::Result<()> {
    let start = lines.len();
    serde_json::to_writer(&mut *lines, event)?;
    // The closing brace is removed, so that the checksum becomes the last field of the object.
    lines.pop();
    let digits = checksum(&lines[start..]);
    lines.extend_from_slice(CHECKSUM_KEY);
    lines.extend_from_slice(&digits);
    lines.extend_from_slice(b"\"}\n");
    Ok(())
}

/// Parses a line with its line feed. Returns `None` if it is incomplete or damaged.
fn parse(line: &[u8]) -> Option<Event> {
    let body = line.strip_suffix(b"\"}\n")?;
    let (body, digits) = body.split_at(body.len().checked_sub(CHECKSUM_DIGITS)?);
    let body = body.strip_suffix(CHECKSUM_KEY)?;
    if checksum(body) != digits {
        return None;
    }
    serde_json::from_slice(&[body, b"}"].concat()).ok()
}

impl Journal {
    /// Opens the journal at `path` to append to it; an incomplete last line is cut off.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let write_error = WriteError::at(path);
        let mut file = open_own_file(path).map_err(&write_error)?;
        let (_, valid_bytes) = read_valid(path)?;
        // An event that is appended to an incomplete line would be damaged too, and that line no longer the last.
        file.set_len(valid_bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(&write_error)?;
        Ok(Self { file, buffer: Vec::new() })
    }

    /// Appends events. Those that a resumed run or a report depends on are durable when this returns.
    pub(crate) fn append(&mut self, events: &[Event]) -> io::Result<()> {
        let mut needs_sync = false;
        self.buffer.clear();
        for event in events {
            // Only views need these events, and there are many: a sync for each would slow the run down.
            needs_sync |= !matches!(
                event.kind,
                EventKind::Progress { .. }
                    | EventKind::ShardStarted { .. }
                    | EventKind::Activity { .. }
                    | EventKind::MergeActivity { .. }
                    | EventKind::ClusterProgress { .. }
            );
            push_line(&mut self.buffer, event)?;
        }
        // One write for all events, so that a crash leaves at most one incomplete line.
        self.file.write_all(&self.buffer)?;
        if needs_sync { self.file.sync_data() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::LogLevel;

    fn log_events(n: u64) -> Vec<Event> {
        let log = |at_ms| EventKind::Log {
            job: None,
            level: LogLevel::Info,
            text: format!("line\n\u{1b}[31m {at_ms}"),
        };
        (0..n).map(|at_ms| Event { at_ms, kind: log(at_ms) }).collect()
    }

    #[test]
    fn a_journal_cut_anywhere_keeps_its_complete_lines_and_can_be_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        Journal::open(&path).unwrap().append(&log_events(3)).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let ends: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] == b'\n').collect();
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let complete = ends.iter().filter(|&&end| end < cut).count();
            assert_eq!(read(&path).unwrap().len(), complete, "cut at {cut}");
            Journal::open(&path).unwrap().append(&log_events(1)).unwrap();
            assert_eq!(read(&path).unwrap().len(), complete + 1, "cut at {cut}");
        }
    }

    #[test]
    fn damage_before_the_end_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        Journal::open(&path).unwrap().append(&log_events(3)).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let second = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 5;
        bytes[second] ^= 4;
        std::fs::write(&path, &bytes).unwrap();
        assert!(matches!(read(&path), Err(JournalError::Damaged { line: 2, .. })));
    }
}
