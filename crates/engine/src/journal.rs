//! The journal: the events on disk, and the record of the run.
//!
//! One JSON object a line. Each ends with a field `sum`, a checksum of what is before it
//! (the first 8 hex digits of BLAKE3), so that a torn or damaged line is told apart. A torn
//! tail, as a kill or a power cut leaves it, is dropped; damage before the end is reported.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::event::{Event, EventKind};

/// A journal that is being written.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    buffer: Vec<u8>,
}

/// Why a journal cannot be read.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file system said no.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A line before the last one is not as it was written.
    #[error("{path} is damaged in line {line}")]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
    },
}

/// The events of a journal, over all its runs, and how many bytes of it are whole.
fn read_whole(path: &Path) -> Result<(Vec<Event>, u64), JournalError> {
    let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let (mut events, mut line, mut whole, mut number) = (Vec::new(), Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(unreadable)?;
        if length == 0 {
            return Ok((events, whole));
        }
        number += 1;
        match parse(&line) {
            Some(event) => {
                events.push(event);
                whole += length as u64;
            }
            None if reader.fill_buf().map_err(unreadable)?.is_empty() => return Ok((events, whole)),
            None => return Err(JournalError::Damaged { path: path.to_owned(), line: number }),
        }
    }
}

/// Reads the events of a journal, over all its runs.
///
/// # Errors
/// [`JournalError`]; a torn last line is no error.
pub fn read(path: &Path) -> Result<Vec<Event>, JournalError> {
    read_whole(path).map(|(events, _)| events)
}

const SUM: &[u8] = b",\"sum\":\"";

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&blake3::hash(bytes).to_hex().as_bytes()[..8]);
    sum
}

fn parse(line: &[u8]) -> Option<Event> {
    let body = line.strip_suffix(b"\"}\n")?;
    let (body, sum) = body.split_at(body.len().checked_sub(8)?);
    let body = body.strip_suffix(SUM)?;
    if checksum(body) != sum {
        return None;
    }
    serde_json::from_slice(&[body, b"}"].concat()).ok()
}

impl Journal {
    /// Opens the journal at `path` to go on with it; a torn tail is cut off.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(unreadable)?;
        let (_, whole) = read_whole(path)?;
        file.set_len(whole).and_then(|()| file.seek(SeekFrom::End(0))).map_err(unreadable)?;
        Ok(Self { file, buffer: Vec::new() })
    }

    /// Appends events; those that tell of an end are durable when this returns.
    pub(crate) fn append(&mut self, events: &[Event]) -> io::Result<()> {
        let mut lasting = false;
        self.buffer.clear();
        for event in events {
            // Progress is derived from the shards; between two of them it is only for the eye.
            lasting |= !matches!(
                event.kind,
                EventKind::Progress { .. }
                    | EventKind::ShardStarted { .. }
                    | EventKind::Activity { .. }
                    | EventKind::ClusterProgress { .. }
            );
            let start = self.buffer.len();
            serde_json::to_writer(&mut self.buffer, event)?;
            self.buffer.pop();
            let sum = checksum(&self.buffer[start..]);
            self.buffer.extend_from_slice(SUM);
            self.buffer.extend_from_slice(&sum);
            self.buffer.extend_from_slice(b"\"}\n");
        }
        self.file.write_all(&self.buffer)?;
        if lasting { self.file.sync_data() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::LogLevel;

    fn notes(n: u64) -> Vec<Event> {
        let note = |at_ms| EventKind::Log {
            job: None,
            level: LogLevel::Info,
            text: format!("line\n\u{1b}[31m {at_ms}"),
        };
        (0..n).map(|at_ms| Event { at_ms, kind: note(at_ms) }).collect()
    }

    #[test]
    fn a_journal_cut_anywhere_keeps_what_is_whole_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        Journal::open(&path).unwrap().append(&notes(3)).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let ends: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] == b'\n').collect();
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let whole = ends.iter().filter(|&&end| end < cut).count();
            assert_eq!(read(&path).unwrap().len(), whole, "cut at {cut}");
            Journal::open(&path).unwrap().append(&notes(1)).unwrap();
            assert_eq!(read(&path).unwrap().len(), whole + 1, "cut at {cut}");
        }
    }

    #[test]
    fn damage_before_the_end_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        Journal::open(&path).unwrap().append(&notes(3)).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let second = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 5;
        bytes[second] ^= 4;
        std::fs::write(&path, &bytes).unwrap();
        assert!(matches!(read(&path), Err(JournalError::Damaged { line: 2, .. })));
    }
}
