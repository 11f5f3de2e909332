//! Samples as lines of JSON: `samples.jsonl`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use streamguard_durable::{WriteError, open_regular};

pub use crate::error::MAX_LINE_BYTES;
use crate::error::{LineFault, SampleFileError};
use crate::sample::Sample;

/// Size of the buffers of readers and writers.
const BUFFER_BYTES: usize = 256 * 1024;

/// Line of a file with its sample.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleLine<'a> {
    /// Number of the line in the file, from 1.
    pub number: u64,
    /// Text of the line, without the line feed.
    pub raw: &'a str,
    /// Sample that the line holds.
    pub sample: Sample,
}

/// Reads samples line by line, in bounded memory.
///
/// The iterator yields samples, [`JsonlReader::next_line`] also the lines that hold them. Nothing
/// follows the first error.
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
    /// [`SampleFileError::Read`] if it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, SampleFileError> {
        let file = open_regular(path).map_err(|error| SampleFileError::read(path, error))?;
        Ok(Self::new(path, BufReader::with_capacity(BUFFER_BYTES, file)))
    }
}

impl<R: BufRead> JsonlReader<R> {
    /// Returns a reader of `input`; errors name it `path`.
    pub fn new(path: &Path, input: R) -> Self {
        Self { path: path.to_owned(), input, line: Vec::new(), number: 0, failed: false }
    }

    /// Reads the next line and its sample. Returns `None` at the end.
    ///
    /// # Errors
    /// [`SampleFileError`] with the path and the line, if the line cannot be read or is not a sample.
    pub fn next_line(&mut self) -> Result<Option<SampleLine<'_>>, SampleFileError> {
        if !self.advance()? {
            return Ok(None);
        }
        let number = self.number;
        match parse_line(&self.line) {
            Ok((raw, sample)) => Ok(Some(SampleLine { number, raw, sample })),
            Err(fault) => {
                self.failed = true;
                Err(SampleFileError::Line { path: self.path.clone(), line: number, fault })
            }
        }
    }

    /// Reads the next line into the buffer. Returns false at the end.
    fn advance(&mut self) -> Result<bool, SampleFileError> {
        if self.failed {
            return Ok(false);
        }
        self.line.clear();
        // One byte more than allowed tells a line that is too long from one that just fits.
        let max_bytes = MAX_LINE_BYTES as u64 + 1;
        if let Err(error) = (&mut self.input).take(max_bytes).read_until(b'\n', &mut self.line) {
            self.failed = true;
            return Err(SampleFileError::read(&self.path, error));
        }
        self.number += 1;
        Ok(!self.line.is_empty())
    }
}

impl<R: BufRead> Iterator for JsonlReader<R> {
    type Item = Result<Sample, SampleFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.next_line().transpose()?;
        Some(line.map(|line| line.sample))
    }
}

/// Parses a line, given with its line feed.
fn parse_line(line: &[u8]) -> Result<(&str, Sample), LineFault> {
    let (content, ended) = match line.strip_suffix(b"\n") {
        Some(content) => (content, true),
        None => (line, false),
    };
    // Before the end is judged: the limit cuts a line that is too long, and so leaves it without a
    // line feed.
    if content.len() > MAX_LINE_BYTES {
        return Err(LineFault::TooLong);
    }
    // The last line may lack its line feed and be complete all the same. If it cannot be parsed
    // either, it was cut off.
    let fault = |fault| if ended { fault } else { LineFault::Torn };
    let raw = std::str::from_utf8(content).map_err(|error| fault(LineFault::NotUtf8(error.valid_up_to())))?;
    let sample = serde_json::from_str(raw).map_err(|error| fault(LineFault::invalid(&error)))?;
    Ok((raw, sample))
}

/// Writes samples line by line.
///
/// All samples are on the disk once [`JsonlWriter::finish`] has returned. A writer that is dropped
/// before leaves an unfinished file.
#[derive(Debug)]
pub struct JsonlWriter {
    path: PathBuf,
    output: BufWriter<File>,
    line: Vec<u8>,
}

impl JsonlWriter {
    /// Creates a file, or empties it.
    ///
    /// # Errors
    /// [`WriteError`] if it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        Ok(Self::new(File::create(path).map_err(WriteError::at(path))?, path))
    }

    /// Writes to an empty file, which errors call by this path.
    pub fn new(file: File, path: &Path) -> Self {
        let output = BufWriter::with_capacity(BUFFER_BYTES, file);
        Self { path: path.to_owned(), output, line: Vec::new() }
    }

    /// Appends a sample.
    ///
    /// # Errors
    /// [`WriteError`] if the sample cannot be written, or its line is longer than [`MAX_LINE_BYTES`].
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

    /// Appends a line that holds a sample, such as [`SampleLine::raw`].
    ///
    /// # Errors
    /// [`WriteError`] if the line cannot be written.
    pub fn write_raw(&mut self, line: &str) -> Result<(), WriteError> {
        let written = self.output.write_all(line.as_bytes()).and_then(|()| self.output.write_all(b"\n"));
        written.map_err(WriteError::at(&self.path))
    }

    /// Writes the buffer and waits until everything is on the disk.
    ///
    /// # Errors
    /// [`WriteError`] if that fails; the file is then unfinished.
    pub fn finish(mut self) -> Result<(), WriteError> {
        let flushed = self.output.flush().and_then(|()| self.output.get_ref().sync_all());
        flushed.map_err(WriteError::at(&self.path))
    }
}
