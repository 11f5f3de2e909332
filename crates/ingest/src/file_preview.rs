//! A look at the beginning of a file while the run is planned.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use crate::file_format::FormatChoice;
use crate::file_split::MemoryShare;
use crate::format_sample::FormatSample;
use crate::json_documents::one_object_per_line;
use crate::line_counter::LineCounter;
use crate::line_reader::{LineBatch, LineReader, MAX_LINE_BYTES};
use crate::log_source::{FilePart, InputError, InputKind, decode, holds_documents};

/// Bytes of lines that are looked at until a request is found.
const PREVIEW_BYTES: u64 = 4 << 20;

/// What the beginning of a file shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Preview {
    /// What the file looks like if its first lines hold no request; `None` for a log and for an empty file.
    pub(crate) other_kind: Option<&'static str>,
    /// Whether the lines can only be read in order, from the first on.
    pub(crate) is_sequential: bool,
}

/// Looks at the first lines of a file.
///
/// # Errors
/// Errors of the file system, or an encoding that is not read. Damaged compressed data are none: the shard reports
/// them.
pub(crate) fn preview(
    file: &Arc<File>,
    kind: InputKind,
    size: u64,
    choice: &FormatChoice,
) -> io::Result<Preview> {
    let part = FilePart::new(Arc::clone(file), 0, size);
    let input: Box<dyn Read> = match kind {
        InputKind::Plain => one_object_per_line(part),
        _ => decode(part, &Rc::new(Cell::new(false)))?,
    };
    // The last line is read to its end, but an endless one is not.
    let mut reader = LineReader::new(input.take(PREVIEW_BYTES + MAX_LINE_BYTES as u64), 0, PREVIEW_BYTES);
    let sample = FormatSample::read(&mut reader);
    let format = sample.format(choice);
    let mut counter = LineCounter::new(MemoryShare::LEAST);
    sample.count(&format.format, &mut counter);
    let mut error = sample.error;
    while error.is_none() && counter.counts.requests == 0 {
        match reader.next() {
            Ok(Some(LineBatch::Lines(lines))) => counter.count_lines(&format.format, lines),
            Ok(Some(LineBatch::TooLong)) => counter.count_too_long(),
            Ok(None) => break,
            Err(failed) => error = Some(failed),
        }
    }
    if let Some(error) = error.filter(|error| kind == InputKind::Plain && !InputError::is_shrunk(error)) {
        return Err(error);
    }
    let is_other = counter.counts.lines_with_text() > 0 && counter.counts.requests == 0;
    let is_sequential =
        format.format.is_sequential() || (kind == InputKind::Plain && holds_documents(file, size)?);
    Ok(Preview { other_kind: is_other.then_some(format.looks_like), is_sequential })
}
