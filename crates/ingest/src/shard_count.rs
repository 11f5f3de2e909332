//! Counting the lines of one shard.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use streamguard_engine::{LogLevel, ShardError, ShardOutput};

use crate::file_format::FormatChoice;
use crate::file_split::{LogShard, MemoryShare};
use crate::format_sample::{DetectedFormat, FormatSample};
use crate::json_documents::one_object_per_line;
use crate::line_counter::{CounterOptions, LineCounter};
use crate::line_reader::{LineBatch, LineReader};
use crate::log_source::{self, FileIdentity, FilePart, InputError, InputKind};
use crate::shared_inputs::SharedInputs;

/// Counts of a shard.
pub(crate) struct ShardCount {
    pub(crate) counter: LineCounter,
    pub(crate) format: DetectedFormat,
    /// Why reading ended early.
    damage: Option<String>,
}

impl ShardCount {
    /// Returns the counts of an input that was read to its end.
    pub(crate) fn new(counter: LineCounter, format: DetectedFormat) -> Self {
        Self { counter, format, damage: None }
    }

    /// Returns why requests are missing, if they are: only a part of the input could be read, or most of its lines are
    /// not requests although the input was named.
    pub(crate) fn shortfall(&self, shard: &LogShard, choice: &FormatChoice) -> Option<String> {
        let counts = &self.counter.counts;
        // A request that a filter leaves out is one.
        let (lines, requests) = (counts.lines_with_text(), counts.requests + counts.filtered);
        let part = match (shard.start, shard.end == shard.size) {
            (0, true) => String::new(),
            (start, _) => format!(" in the bytes {start} to {}", shard.end),
        };
        if let Some(damage) = &self.damage {
            return Some(format!("{damage}; whole lines before that{part}: {lines}"));
        }
        // The first chunk of a file decides, since the others may have long parts that are not requests. If the first
        // lines do not have the format, every chunk decides for itself, so that all of them may fail.
        let decides = shard.is_named && (shard.start == 0 || !self.format.is_found);
        if !decides || requests * 2 >= lines {
            return None;
        }
        let (file, looks_like) = (shard.file.display(), self.format.looks_like);
        let counts = format!("{requests} of {lines} lines{part} are requests");
        Some(match choice.chosen() {
            None => format!(
                "{file}: its format is not known (it looks like {looks_like}): {counts}; say --format if you know it"
            ),
            Some(chosen) => format!(
                "{file}: it has another format than {} (it looks like {looks_like}): {counts}; without --format it \
                 is detected",
                chosen.name()
            ),
        })
    }
}

/// Source of the lines of a shard.
struct LineSource {
    reader: LineReader<Box<dyn Read>>,
    /// The open file, unless the source is a stream.
    file: Option<Arc<File>>,
    /// Format, if it is known before the lines are read.
    format: Option<DetectedFormat>,
    /// Set if bytes behind compressed data are ignored.
    trailing: Rc<Cell<bool>>,
}

impl LineSource {
    /// Opens the input. `size` is the size of the part of a compressed file that is read.
    fn open(choice: &FormatChoice, inputs: &SharedInputs, shard: &LogShard, size: u64) -> io::Result<Self> {
        let trailing = Rc::new(Cell::new(false));
        if shard.kind == InputKind::Stream {
            let input = log_source::decode(log_source::open_stream(&shard.file.path())?, &trailing)?;
            return Ok(Self {
                reader: LineReader::new(input, 0, u64::MAX),
                file: None,
                format: None,
                trailing,
            });
        }
        let file = inputs.open(shard)?;
        // The few lines that are left of a file without its head may be those of another file.
        if !has_head(shard, &file)? {
            let bytes = file.metadata()?.len();
            return Err(io::Error::other(InputError::Shrunk { bytes, planned: shard.size }));
        }
        if shard.kind == InputKind::Plain {
            // Every shard of a file looks at the same first lines, so all of them agree on the format.
            let format = Some(FormatSample::detect_file(&file, shard.size, choice)?);
            if shard.start == 0 && shard.end == shard.size && log_source::holds_documents(&file, shard.size)?
            {
                let part = FilePart::new(Arc::clone(&file), 0, shard.size);
                let reader = LineReader::new(one_object_per_line(part), 0, u64::MAX);
                return Ok(Self { reader, file: Some(file), format, trailing });
            }
            let (part, lead) = FilePart::aligned(Arc::clone(&file), shard.start, shard.size);
            let reader =
                LineReader::new(Box::new(part) as Box<dyn Read>, lead, shard.end - shard.start + lead);
            return Ok(Self { reader, file: Some(file), format, trailing });
        }
        let input = log_source::decode(FilePart::new(Arc::clone(&file), 0, size), &trailing)?;
        Ok(Self { reader: LineReader::new(input, 0, u64::MAX), file: Some(file), format: None, trailing })
    }

    /// Returns the size of a compressed file if it was cut when the run began and has grown since.
    fn completed_size(&self, shard: &LogShard, error: &io::Error) -> Option<u64> {
        let is_cut = shard.kind != InputKind::Plain && error.kind() == io::ErrorKind::UnexpectedEof;
        let size = self.file.as_ref()?.metadata().ok()?.len();
        (is_cut && size > shard.size).then_some(size)
    }

    /// Counts the lines up to the end or the first error. Returns their format and the error too.
    fn count(
        &mut self,
        choice: &FormatChoice,
        (share, options): (MemoryShare, &CounterOptions),
        output: &ShardOutput<'_>,
    ) -> Result<(LineCounter, DetectedFormat, Option<io::Error>), ShardError> {
        let mut counter = LineCounter::new(share).with_options(share, options);
        let (format, mut error) = match self.format.clone() {
            Some(format) => (format, None),
            None => {
                // A stream cannot be rewound: the lines of the sample are counted from memory.
                let sample = FormatSample::read(&mut self.reader);
                let format = sample.format(choice);
                sample.count(&format.format, &mut counter);
                (format, sample.error)
            }
        };
        while error.is_none() {
            output.check_stopped()?;
            match self.reader.next() {
                Ok(Some(LineBatch::Lines(lines))) => counter.count_lines(&format.format, lines),
                Ok(Some(LineBatch::TooLong)) => counter.count_too_long(),
                Ok(None) => break,
                Err(failure) => error = Some(failure),
            }
        }
        counter.finish();
        Ok((counter, format, error))
    }

    /// Logs what is odd about the input although all of it was read.
    fn report(&self, inputs: &SharedInputs, shard: &LogShard, output: &mut ShardOutput<'_>) {
        let name = shard.file.display();
        if self.trailing.get() {
            let text = "bytes behind the compressed data were ignored";
            output.log(LogLevel::Warning, format!("{name}: {text}"));
        }
        let Some(file) = &self.file else { return };
        let path = shard.file.path();
        let is_same = match (file.metadata(), fs::metadata(&path)) {
            (Ok(open), Ok(named)) => FileIdentity::new(&open).is_same_file(&FileIdentity::new(&named)),
            _ => false,
        };
        if !is_same && inputs.report_once(&path) {
            let text = "was renamed or replaced while it was read: all of the file that was there at the start \
                        was read";
            output.log(LogLevel::Info, format!("{name} {text}"));
        }
    }
}

/// Counts the lines of a shard. Of data that are cut or damaged, the whole lines before the damage are counted.
///
/// # Errors
/// The input cannot be read, or the shard is to stop.
pub(crate) fn count_shard(
    choice: &FormatChoice,
    options: &CounterOptions,
    inputs: &SharedInputs,
    shard: &LogShard,
    output: &mut ShardOutput<'_>,
) -> Result<ShardCount, ShardError> {
    let failed = |error: io::Error| ShardError::failed(describe_error(shard, &error));
    let mut source = LineSource::open(choice, inputs, shard, shard.size).map_err(failed)?;
    let (mut counter, mut format, mut error) = source.count(choice, (shard.share, options), output)?;
    if let Some(size) = error.as_ref().and_then(|error| source.completed_size(shard, error)) {
        source = LineSource::open(choice, inputs, shard, size).map_err(failed)?;
        (counter, format, error) = source.count(choice, (shard.share, options), output)?;
    }
    if let Some(file) = &source.file {
        has_head(shard, file).map_err(failed)?;
    }
    let damage = match error {
        // An error of the disk may have gone when the shard is tried again.
        Some(error) if error.raw_os_error().is_some() => return Err(failed(error)),
        Some(error) => Some(describe_error(shard, &error)),
        None => {
            source.report(inputs, shard, output);
            None
        }
    };
    // Chunks run in order, so the others of this file hold it open already.
    if shard.end == shard.size {
        inputs.release(&shard.file.path());
    }
    Ok(ShardCount { counter, format, damage })
}

/// Returns whether a file still has its first bytes; fails if it has others, because it was written anew.
fn has_head(shard: &LogShard, file: &File) -> io::Result<bool> {
    match (shard.head, log_source::head_checksum(file, shard.size)?) {
        (Some(planned), Some(now)) if planned != now => {
            Err(InputError::io("was emptied and written anew since the run began: its lines are missing"))
        }
        (_, now) => Ok(now.is_some()),
    }
}

/// Describes why an input cannot be read.
fn describe_error(shard: &LogShard, error: &io::Error) -> String {
    let file = shard.file.display();
    if shard.kind == InputKind::Plain || InputError::of(error).is_some() {
        return InputError::describe(&file, error);
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            format!("{file} is cut: its compressed data end too early ({error})")
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
            format!("{file}: its compressed data are damaged ({error})")
        }
        _ => format!("{file}: {error}"),
    }
}
