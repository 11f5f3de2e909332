//! The first lines of an input, from which the line format is detected.

use std::io::{self, Read};
use std::path::Path;

use crate::line_format::{LineFormat, SAMPLE_LINES};
use crate::line_reader::{LineBatch, LineReader};
use crate::log_source;

/// Bytes of a file that are read to detect its format, if the file has so many.
const MIN_SAMPLE_BYTES: usize = 64 << 10;

/// Most bytes that are read to detect a format if the lines are long.
const MAX_SAMPLE_BYTES: usize = 4 << 20;

/// The beginning of a stream in whole lines.
///
/// A stream may deliver its bytes in pieces of any size. Reading goes on until the sample is complete, so that
/// the detected format does not depend on how the stream delivers them.
pub(crate) struct FormatSample {
    /// Batches of lines in order; `None` stands for a line that was too long.
    pub(crate) batches: Vec<Option<Vec<u8>>>,
}

impl FormatSample {
    /// Reads a sample, and skips lines that are too long.
    ///
    /// # Errors
    /// Errors of the input.
    pub(crate) fn read<R: Read>(reader: &mut LineReader<R>) -> io::Result<Self> {
        let (mut batches, mut bytes, mut lines_seen) = (Vec::new(), 0, 0);
        // The number of batches is bounded too: a stream of endless lines yields batches without bytes.
        while (bytes < MIN_SAMPLE_BYTES || lines_seen < SAMPLE_LINES)
            && bytes < MAX_SAMPLE_BYTES
            && batches.len() < MIN_SAMPLE_BYTES
        {
            match reader.next()? {
                Some(LineBatch::Lines(lines)) => {
                    bytes += lines.len();
                    lines_seen += memchr::memchr_iter(b'\n', lines).count();
                    batches.push(Some(lines.to_vec()));
                }
                Some(LineBatch::TooLong) => batches.push(None),
                None => break,
            }
        }
        Ok(Self { batches })
    }

    /// Detects the format of a plain file of `size` bytes. Where lines are short, a small part is read.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(crate) fn detect_file(path: &Path, size: u64) -> io::Result<LineFormat> {
        let mut head = Vec::new();
        log_source::open_part(path, 0, size)?.0.take(MIN_SAMPLE_BYTES as u64).read_to_end(&mut head)?;
        if let Some(end) = memchr::memchr_iter(b'\n', &head).nth(SAMPLE_LINES - 1) {
            return Ok(LineFormat::detect(&head[..=end]));
        }
        let (file, _) = log_source::open_part(path, 0, size)?;
        Ok(Self::read(&mut LineReader::new(file, 0, u64::MAX))?.format())
    }

    /// Detects the format of the lines in the sample.
    pub(crate) fn format(&self) -> LineFormat {
        LineFormat::detect(&self.batches.iter().flatten().flatten().copied().collect::<Vec<u8>>())
    }
}
