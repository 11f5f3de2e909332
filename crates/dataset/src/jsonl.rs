//! Samples as lines of JSON, one a line: `samples.jsonl`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use streamguard_durable::WriteError;

use crate::error::{LineFault, SourceError};
use crate::sample::Sample;

/// Longest line that is read or written, without its line feed, in bytes: 16 MiB. The codes of
/// a sample are far shorter; whatever is longer comes from damage or from an attack on memory.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Bytes that one system call reads or writes.
const BUFFER_BYTES: usize = 256 * 1024;

/// One line of a file, as it is and as it was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The line as it stands in the file, without its line feed.
    pub raw: &'a str,
    /// The sample that it holds.
    pub sample: Sample,
}

/// Reads samples line by line, in bounded memory.
///
/// As an iterator it gives samples; [`JsonlReader::next_line`] gives them with their raw line.
/// After the first error there is nothing more to read.
#[derive(Debug)]
pub struct JsonlReader<R = BufReader<File>> {
    path: PathBuf,
    input: R,
    line: Vec<u8>,
    number: u64,
    failed: bool,
}

impl JsonlReader {
    /// Opens a file.
    ///
    /// # Errors
    /// [`SourceError::Read`] if it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|error| SourceError::read(path, error))?;
        Ok(Self::new(path, BufReader::with_capacity(BUFFER_BYTES, file)))
    }
}

impl<R: BufRead> JsonlReader<R> {
    /// Reads from `input`; `path` stands in the errors.
    pub fn new(path: &Path, input: R) -> Self {
        Self { path: path.to_owned(), input, line: Vec::new(), number: 0, failed: false }
    }

    /// The next line and its sample, or `None` at the end.
    ///
    /// # Errors
    /// [`SourceError`] with the path and the line, if it cannot be read or holds no sample.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, SourceError> {
        if !self.advance()? {
            return Ok(None);
        }
        let number = self.number;
        match understand(&self.line) {
            Ok((raw, sample)) => Ok(Some(Line { number, raw, sample })),
            Err(fault) => {
                self.failed = true;
                Err(SourceError::Line { path: self.path.clone(), line: number, fault })
            }
        }
    }

    /// Reads the next line into the buffer; `false` at the end.
    fn advance(&mut self) -> Result<bool, SourceError> {
        if self.failed {
            return Ok(false);
        }
        self.line.clear();
        let most = MAX_LINE_BYTES as u64 + 1;
        if let Err(error) = (&mut self.input).take(most).read_until(b'\n', &mut self.line) {
            self.failed = true;
            return Err(SourceError::read(&self.path, error));
        }
        self.number += 1;
        Ok(!self.line.is_empty())
    }
}

impl<R: BufRead> Iterator for JsonlReader<R> {
    type Item = Result<Sample, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.next_line().transpose()?;
        Some(line.map(|line| line.sample))
    }
}

/// Takes a line, with the line feed that ended it, for a sample.
fn understand(line: &[u8]) -> Result<(&str, Sample), LineFault> {
    let (content, ended) = match line.strip_suffix(b"\n") {
        Some(content) => (content, true),
        None => (line, false),
    };
    if content.len() > MAX_LINE_BYTES {
        return Err(LineFault::TooLong);
    }
    // A complete sample without a line feed is complete all the same; anything else that is
    // not ended was cut off.
    let fault = |fault| if ended { fault } else { LineFault::Torn };
    let raw = std::str::from_utf8(content).map_err(|error| fault(LineFault::NotUtf8(error.valid_up_to())))?;
    let sample = serde_json::from_str(raw).map_err(|error| fault(LineFault::invalid(&error)))?;
    Ok((raw, sample))
}

/// Writes samples line by line.
///
/// Only [`JsonlWriter::finish`] says that all of them are on the disk; a writer that is dropped
/// before it leaves an unfinished file.
#[derive(Debug)]
pub struct JsonlWriter {
    path: PathBuf,
    output: BufWriter<File>,
    line: Vec<u8>,
}

impl JsonlWriter {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let file = File::create(path).map_err(WriteError::at(path))?;
        let output = BufWriter::with_capacity(BUFFER_BYTES, file);
        Ok(Self { path: path.to_owned(), output, line: Vec::new() })
    }

    /// Appends a sample.
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be written, or would be longer than [`MAX_LINE_BYTES`].
    pub fn write(&mut self, sample: &Sample) -> Result<(), WriteError> {
        self.line.clear();
        let written = serde_json::to_writer(&mut self.line, sample).map_err(io::Error::from);
        let written = written.and_then(|()| {
            if self.line.len() > MAX_LINE_BYTES {
                let message = format!("a sample takes more than {MAX_LINE_BYTES} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            self.line.push(b'\n');
            self.output.write_all(&self.line)
        });
        written.map_err(WriteError::at(&self.path))
    }

    /// Appends a line that holds a sample already, such as [`Line::raw`].
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be written.
    pub fn write_raw(&mut self, line: &str) -> Result<(), WriteError> {
        let written = self.output.write_all(line.as_bytes()).and_then(|()| self.output.write_all(b"\n"));
        written.map_err(WriteError::at(&self.path))
    }

    /// Writes what is buffered and waits until the disk has it.
    ///
    /// # Errors
    /// [`WriteError`] if that fails; the file is then unfinished.
    pub fn finish(mut self) -> Result<(), WriteError> {
        let flushed = self.output.flush().and_then(|()| self.output.get_ref().sync_all());
        flushed.map_err(WriteError::at(&self.path))
    }
}
