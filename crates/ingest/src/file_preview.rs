//! A look at the beginning of a file while the run is planned.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use crate::file_split::MemoryShare;
use crate::format_sample::FormatSample;
use crate::line_counter::LineCounter;
use crate::line_format::LineFormat;
use crate::line_reader::{LineBatch, LineReader, MAX_LINE_BYTES};
use crate::log_source::{FilePart, InputError, InputKind, decode};
use crate::shared_inputs::is_mostly_malformed;

/// Bytes of lines that are looked at in a file that was named.
const NAMED_PREVIEW_BYTES: u64 = 1 << 20;

/// Bytes that are looked at in a file of a folder until a request is found.
const FOLDER_PREVIEW_BYTES: u64 = 4 << 20;

/// Lines at the beginning of a file, without their counts.
#[derive(Debug)]
pub(crate) struct FilePreview {
    /// Lines that are not empty.
    lines: u64,
    requests: u64,
    /// Whether all lines of the file were looked at.
    is_whole: bool,
    /// What the file looks like if it is not a log.
    pub(crate) looks_like: &'static str,
}

impl FilePreview {
    /// Reads the beginning of a file; no more of a file in a folder than shows that it is a log.
    ///
    /// # Errors
    /// Errors of the file system, or an encoding that is not read. Damaged compressed data are none: the shard
    /// reports them.
    pub(crate) fn read(
        file: &Arc<File>,
        kind: InputKind,
        size: u64,
        format: LineFormat,
        is_named: bool,
    ) -> io::Result<Self> {
        let part = FilePart::new(Arc::clone(file), 0, size);
        let input: Box<dyn Read> = match kind {
            InputKind::Plain => Box::new(part),
            _ => decode(part, &Rc::new(Cell::new(false)))?,
        };
        let limit = if is_named { NAMED_PREVIEW_BYTES } else { FOLDER_PREVIEW_BYTES };
        // The last line is read to its end, but an endless one is not.
        let mut reader = LineReader::new(input.take(limit + MAX_LINE_BYTES as u64), 0, limit);
        let sample = FormatSample::read(&mut reader);
        let format = sample.format(format);
        let mut counter = LineCounter::new(MemoryShare::LEAST);
        sample.count(format.format, &mut counter);
        let mut error = sample.error;
        let mut is_whole = false;
        while error.is_none() && (is_named || counter.counts.requests == 0) {
            match reader.next() {
                Ok(Some(LineBatch::Lines(lines))) => counter.count_lines(format.format, lines),
                Ok(Some(LineBatch::TooLong)) => counter.count_too_long(),
                Ok(None) => {
                    is_whole = kind == InputKind::Plain && size <= limit;
                    break;
                }
                Err(failed) => error = Some(failed),
            }
        }
        match error {
            Some(error) if kind == InputKind::Plain && !InputError::is_shrunk(&error) => Err(error),
            _ => Ok(Self {
                lines: counter.counts.lines_with_text(),
                requests: counter.counts.requests,
                is_whole,
                looks_like: format.looks_like,
            }),
        }
    }

    /// Returns whether there are lines, and none of them is a request.
    pub(crate) fn is_no_log(&self) -> bool {
        self.lines > 0 && self.requests == 0
    }

    /// Returns whether the whole file has to be judged once its lines are counted. If no line of a small file is
    /// a request, its only shard fails by itself.
    pub(crate) fn needs_judge(&self) -> bool {
        !self.is_whole || (self.requests > 0 && is_mostly_malformed(self.lines, self.requests))
    }
}
