//! The first lines of an input, from which the line format is detected.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use crate::content_guess::{ContentGuess, guess_content};
use crate::file_format::{FileFormat, FormatChoice};
use crate::file_split::MemoryShare;
use crate::json_documents::one_object_per_line;
use crate::line_counter::LineCounter;
use crate::line_format::SAMPLE_LINES;
use crate::line_reader::{LineBatch, LineReader};
use crate::log_source::{FilePart, InputError};

/// Bytes of a file that are read to detect its format, if the file has so many.
const MIN_SAMPLE_BYTES: usize = 64 << 10;

/// Most bytes that are read to detect a format if the lines are long.
const MAX_SAMPLE_BYTES: usize = 4 << 20;

/// Most batches of lines in a sample, those that are too long among them.
const MAX_SAMPLE_BATCHES: usize = 1000;

/// Format of an input, as its first lines show it.
#[derive(Clone, Debug)]
pub(crate) struct DetectedFormat {
    /// Format by which the lines are counted.
    pub(crate) format: FileFormat,
    /// Whether the format was chosen by the user or any line has it.
    pub(crate) is_known: bool,
    /// Whether any of the first lines has it.
    pub(crate) is_found: bool,
    /// What the lines look like if they are not requests.
    pub(crate) looks_like: &'static str,
    /// Whether there is nothing but white space.
    is_empty: bool,
}

impl DetectedFormat {
    /// Detects the format of the first lines, unless it was chosen.
    fn new(choice: &FormatChoice, head: &[u8]) -> Self {
        let detected = FileFormat::detect(head);
        let known = FileFormat::choose(choice, head);
        let guess = guess_content(head);
        let looks_like = match (&detected, &known) {
            (Some(detected), Some(known)) if known.name != detected.name => detected.name.name(),
            _ => guess.describe(),
        };
        let is_empty = guess == ContentGuess::Empty;
        let known = known.or(detected);
        let is_known = known.is_some();
        // The reasons for malformed lines are those of a format, so it had better be the nearest one.
        let format = known.unwrap_or_else(|| FileFormat::nearest(guess));
        let mut counter = LineCounter::new(MemoryShare::LEAST);
        counter.count_lines(&format, head);
        Self { format, is_known, is_found: counter.counts.requests > 0, looks_like, is_empty }
    }

    /// Returns the description for reports.
    pub(crate) fn describe(&self) -> String {
        match self.is_known {
            true => self.format.describe(),
            false if self.is_empty => ContentGuess::Empty.describe().to_owned(),
            false => format!("unknown: {}", self.looks_like),
        }
    }
}

/// The beginning of a stream in whole lines.
///
/// A stream may deliver its bytes in pieces of any size. Reading goes on until the sample is complete, so that
/// the detected format does not depend on how the stream delivers them.
pub(crate) struct FormatSample {
    /// Batches of lines in order; `None` stands for a line that was too long.
    pub(crate) batches: Vec<Option<Vec<u8>>>,
    /// Error at which reading ended.
    pub(crate) error: Option<io::Error>,
}

impl FormatSample {
    /// Creates a sample without lines.
    pub(crate) fn empty() -> Self {
        Self { batches: Vec::new(), error: None }
    }

    /// Adds the next lines.
    pub(crate) fn add(&mut self, batch: LineBatch<'_>) {
        self.batches.push(match batch {
            LineBatch::Lines(lines) => Some(lines.to_vec()),
            LineBatch::TooLong => None,
        });
    }

    /// Returns whether there are so many lines that more of them do not change the format.
    pub(crate) fn is_complete(&self) -> bool {
        let batches = || self.batches.iter().flatten();
        let lines: usize = batches().map(|lines| memchr::memchr_iter(b'\n', lines).count()).sum();
        let bytes: usize = batches().map(Vec::len).sum();
        lines >= SAMPLE_LINES || bytes >= MAX_SAMPLE_BYTES || self.batches.len() >= MAX_SAMPLE_BATCHES
    }

    /// Returns whether there are so many lines that more of them do not change a format that was not found, either.
    pub(crate) fn is_full(&self) -> bool {
        let bytes: usize = self.batches.iter().flatten().map(Vec::len).sum();
        bytes >= MIN_SAMPLE_BYTES || self.batches.len() >= MAX_SAMPLE_BATCHES
    }

    /// Reads a sample, and skips lines that are too long.
    pub(crate) fn read<R: Read>(reader: &mut LineReader<R>) -> Self {
        let (mut batches, mut bytes, mut lines_seen) = (Vec::new(), 0, 0);
        // The number of batches is bounded too: a stream of endless lines yields batches without bytes.
        while (bytes < MIN_SAMPLE_BYTES || lines_seen < SAMPLE_LINES)
            && bytes < MAX_SAMPLE_BYTES
            && batches.len() < MAX_SAMPLE_BATCHES
        {
            match reader.next() {
                Ok(Some(LineBatch::Lines(lines))) => {
                    bytes += lines.len();
                    lines_seen += memchr::memchr_iter(b'\n', lines).count();
                    batches.push(Some(lines.to_vec()));
                }
                Ok(Some(LineBatch::TooLong)) => batches.push(None),
                Ok(None) => break,
                Err(error) => return Self { batches, error: Some(error) },
            }
        }
        Self { batches, error: None }
    }

    /// Detects the format of a plain file of `size` bytes. Where lines are short, a small part is read.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(crate) fn detect_file(
        file: &Arc<File>,
        size: u64,
        choice: &FormatChoice,
    ) -> io::Result<DetectedFormat> {
        let mut head = Vec::new();
        let part = || one_object_per_line(FilePart::new(Arc::clone(file), 0, size));
        // The lines that a truncated file still has show its format too.
        let ignore_shrinking =
            |error: io::Error| if InputError::is_shrunk(&error) { Ok(0) } else { Err(error) };
        part().take(MIN_SAMPLE_BYTES as u64).read_to_end(&mut head).or_else(ignore_shrinking)?;
        if let Some(end) = memchr::memchr_iter(b'\n', &head).nth(SAMPLE_LINES - 1) {
            let first = DetectedFormat::new(choice, &head[..=end]);
            let whole = memchr::memrchr(b'\n', &head).filter(|_| !first.is_found);
            return Ok(whole.map_or(first, |end| DetectedFormat::new(choice, &head[..=end])));
        }
        let mut sample = Self::read(&mut LineReader::new(part(), 0, u64::MAX));
        sample.error.take().map_or(Ok(0), Err).or_else(ignore_shrinking)?;
        Ok(sample.format(choice))
    }

    /// Detects the format of the lines in the sample, unless it was chosen.
    pub(crate) fn format(&self, choice: &FormatChoice) -> DetectedFormat {
        DetectedFormat::new(choice, &self.batches.iter().flatten().flatten().copied().collect::<Vec<u8>>())
    }

    /// Counts the lines of the sample.
    pub(crate) fn count(&self, format: &FileFormat, counter: &mut LineCounter) {
        self.batches.iter().for_each(|lines| match lines {
            Some(lines) => counter.count_lines(format, lines),
            None => counter.count_too_long(),
        });
    }
}
