//! Counting the lines of one shard.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use streamguard_engine::{LogLevel, ShardError, ShardOutput};

use crate::file_split::{LogShard, ShardTask};
use crate::format_sample::{DetectedFormat, FormatSample};
use crate::line_counter::LineCounter;
use crate::line_format::LineFormat;
use crate::line_reader::{LineBatch, LineReader};
use crate::log_source::{self, FileIdentity, FilePart, InputError, InputKind};
use crate::shared_inputs::{ChunkTally, SharedInputs};

/// Counts of a shard.
pub(crate) struct ShardCount {
    pub(crate) counter: LineCounter,
    pub(crate) format: DetectedFormat,
    /// Reason why only a part of the input could be read.
    pub(crate) incomplete: Option<String>,
    end: u64,
}

impl ShardCount {
    /// Returns the numbers from which the file is judged.
    pub(crate) fn tally(&self) -> ChunkTally {
        ChunkTally {
            lines: self.counter.counts.lines_with_text(),
            requests: self.counter.counts.requests,
            looks_like: self.format.looks_like,
            incomplete: self.incomplete.clone(),
            end: self.end,
        }
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
    fn open(chosen: LineFormat, inputs: &SharedInputs, shard: &LogShard) -> io::Result<Self> {
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
        if shard.kind == InputKind::Plain {
            // Every shard of a file looks at the same first lines, so all of them agree on the format.
            let format = Some(FormatSample::detect_file(&file, shard.size, chosen)?);
            let (part, lead) = FilePart::aligned(Arc::clone(&file), shard.start, shard.size);
            let reader =
                LineReader::new(Box::new(part) as Box<dyn Read>, lead, shard.end - shard.start + lead);
            return Ok(Self { reader, file: Some(file), format, trailing });
        }
        let input = log_source::decode(FilePart::new(Arc::clone(&file), 0, shard.size), &trailing)?;
        Ok(Self { reader: LineReader::new(input, 0, u64::MAX), file: Some(file), format: None, trailing })
    }

    /// Counts the lines up to the end or the first error. Returns their format and the error.
    fn count(
        &mut self,
        chosen: LineFormat,
        counter: &mut LineCounter,
        output: &ShardOutput<'_>,
    ) -> Result<(DetectedFormat, Option<io::Error>), ShardError> {
        let (format, mut error) = match self.format {
            Some(format) => (format, None),
            None => {
                // A stream cannot be rewound: the lines of the sample are counted from memory.
                let sample = FormatSample::read(&mut self.reader);
                let format = sample.format(chosen);
                sample.count(format.format, counter);
                (format, sample.error)
            }
        };
        while error.is_none() {
            output.check_stopped()?;
            match self.reader.next() {
                Ok(Some(LineBatch::Lines(lines))) => counter.count_lines(format.format, lines),
                Ok(Some(LineBatch::TooLong)) => counter.count_too_long(),
                Ok(None) => break,
                Err(failure) => error = Some(failure),
            }
        }
        Ok((format, error))
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
        // Chunks run in order, so the others of this file hold it open already.
        if shard.end == shard.size {
            inputs.release(&path);
        }
    }
}

/// Counts the lines of a shard. Of compressed data that are cut or damaged, the whole lines before the damage
/// are counted.
///
/// # Errors
/// The input cannot be read, or the shard is to stop.
pub(crate) fn count_shard(
    chosen: LineFormat,
    inputs: &SharedInputs,
    shard: &LogShard,
    output: &mut ShardOutput<'_>,
) -> Result<ShardCount, ShardError> {
    let failed = |error: io::Error| ShardError::failed(describe_error(shard, &error));
    let mut source = LineSource::open(chosen, inputs, shard).map_err(failed)?;
    let mut counter = LineCounter::new(shard.share);
    let (format, error) = source.count(chosen, &mut counter, output)?;
    counter.finish();
    if let Some(file) = &source.file {
        check_head(shard, file).map_err(failed)?;
    }
    // A truncated file may have grown again before another process judges it, so the judge has to run here.
    let is_judged = shard.is_judged && (shard.kind != InputKind::Plain || inputs.has_planned());
    let incomplete = match error {
        // Only what another attempt would meet again is left to the judge, who reads the file again if the run is
        // resumed; an error of the disk may have gone by then.
        Some(error) if !is_judged || error.raw_os_error().is_some() => return Err(failed(error)),
        error => error.map(|error| describe_error(shard, &error)),
    };
    // What the judge reads again is reported already.
    if shard.task == ShardTask::Count && incomplete.is_none() {
        source.report(inputs, shard, output);
    }
    Ok(ShardCount { counter, format, incomplete, end: shard.end })
}

/// Checks that a file was not emptied and written anew.
fn check_head(shard: &LogShard, file: &File) -> io::Result<()> {
    match (shard.head, log_source::head_checksum(file, shard.size)?) {
        (Some(planned), Some(now)) if planned != now => {
            Err(InputError::io("was emptied and written anew since the run began: its lines are missing"))
        }
        _ => Ok(()),
    }
}

/// Describes why an input cannot be read.
fn describe_error(shard: &LogShard, error: &io::Error) -> String {
    let file = shard.file.display();
    if shard.kind == InputKind::Plain && InputError::is_shrunk(error) {
        return format!(
            "{file} {error}; the lines of bytes {} to {} are not counted",
            shard.start, shard.end
        );
    }
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
