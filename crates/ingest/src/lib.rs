//! Metrics of web logs: how many requests, of what kind, how fast.

mod blocks;
mod format;
pub mod lines;
mod run;
mod scan;
mod short;
mod sift;
mod sketch;
mod source;
mod split;
mod summary;
mod tally;
mod times;
mod top;
mod total;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    Job, JobError, Level, Limits, Merge, Output, Plan, Planning, Shard, ShardError, Summary,
};

use blocks::Blocks;
pub use format::Format;
use format::{HEAD, LINES};
use source::{Kind, STANDARD_INPUT};
use split::{PIECE, Piece, pieces};
use tally::{Counts, Tally};
use times::Part;
use total::Total;

/// Words of one record, so that no record is too long for a pipe.
const WORDS_A_RECORD: usize = 500;

/// The name of the job.
pub const NAME: &str = "ingest";

/// Counts the requests in web logs. Its value is its settings.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ingest {
    /// Files and folders with logs, plain or compressed (.gz, .zst); - is standard input
    ///
    /// Folders are read with all that is below them, in the order of the names, but for hidden files.
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    pub path: Vec<String>,
    /// How the lines are written
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
    /// Size of the pieces that large plain files are cut in, in bytes.
    #[arg(skip = PIECE)]
    pub piece: u64,
}

impl Ingest {
    /// Reads these files and folders.
    pub fn new(path: impl IntoIterator<Item = String>) -> Self {
        Self { path: path.into_iter().collect(), format: Format::Auto, piece: PIECE }
    }

    /// Whether it reads from a pipe or the like: that only this process can, and only once, so its
    /// shards must run on threads.
    pub fn reads_stream(&self) -> bool {
        self.path.iter().any(|path| {
            path == STANDARD_INPUT
                || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        })
    }

    /// Counts what is in a piece.
    fn tally(&self, piece: &Piece, output: &mut Output<'_>) -> Result<(Tally, Format), ShardError> {
        let failed = |error: io::Error| ShardError::failed(format!("{}: {error}", piece.file.shown()));
        let path = piece.file.path();
        let mut format = (self.format != Format::Auto).then_some(self.format);
        let mut blocks = if piece.kind == Kind::Plain {
            if format.is_none() {
                // Of every piece the same lines are looked at.
                format = Some(Head::format_of(&path, piece.size).map_err(failed)?);
            }
            let (file, lead) = source::open_part(&path, piece.start, piece.size).map_err(failed)?;
            Blocks::new(Box::new(file) as Box<dyn Read>, lead, piece.end - piece.start + lead)
        } else {
            Blocks::new(source::open(&path, piece.kind).map_err(failed)?, 0, u64::MAX)
        };
        let mut tally = Tally::new(piece.share);
        let format = match format {
            Some(format) => format,
            None => {
                let head = Head::read(&mut blocks).map_err(failed)?;
                let format = head.format();
                head.0.iter().for_each(|lines| match lines {
                    Some(lines) => tally.lines(format, lines),
                    None => tally.too_long(),
                });
                format
            }
        };
        while let Some(next) = blocks.next().map_err(failed)? {
            output.check()?;
            match next {
                blocks::Piece::Lines(lines) => tally.lines(format, lines),
                blocks::Piece::TooLong => tally.too_long(),
            }
        }
        tally.settle();
        if piece.kind == Kind::Plain && std::fs::metadata(&path).is_ok_and(|now| now.len() < piece.end) {
            let text = format!("{} was cut while it was read: lines are missing", piece.file.shown());
            output.note(Level::Warning, text);
        }
        Ok((tally, format))
    }
}

/// The beginning of a stream, by which its format is told: whole lines, as they came; none stands for one
/// that was too long. However a stream delivers its bytes, so many of them are waited for.
struct Head(Vec<Option<Vec<u8>>>);

impl Head {
    /// Reads so many bytes of lines, and passes over so many lines that are too long, as tell a format.
    fn read<R: Read>(blocks: &mut Blocks<R>) -> io::Result<Self> {
        let (mut head, mut bytes, mut lines_seen) = (Vec::new(), 0, 0);
        while (bytes < HEAD.0 || lines_seen < LINES) && bytes < HEAD.1 && head.len() < HEAD.0 {
            match blocks.next()? {
                Some(blocks::Piece::Lines(lines)) => {
                    bytes += lines.len();
                    lines_seen += memchr::memchr_iter(b'\n', lines).count();
                    head.push(Some(lines.to_vec()));
                }
                Some(blocks::Piece::TooLong) => head.push(None),
                None => break,
            }
        }
        Ok(Self(head))
    }

    /// The format of a plain file; where lines are short, a small part of it tells.
    fn format_of(path: &Path, size: u64) -> io::Result<Format> {
        let mut head = Vec::new();
        source::open_part(path, 0, size)?.0.take(HEAD.0 as u64).read_to_end(&mut head)?;
        if let Some(end) = memchr::memchr_iter(b'\n', &head).nth(LINES - 1) {
            return Ok(Format::told_by(&head[..=end]));
        }
        let (file, _) = source::open_part(path, 0, size)?;
        Ok(Self::read(&mut Blocks::new(file, 0, u64::MAX))?.format())
    }

    fn format(&self) -> Format {
        Format::told_by(&self.0.iter().flatten().flatten().copied().collect::<Vec<u8>>())
    }
}

/// What a shard emits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    /// Where it read, and what it counted there; the first record.
    Counts { piece: Piece, counts: Box<Counts>, times: times::Sums },
    /// A part of the times.
    Times(Part),
    /// How often a word may be in the shard that is not among those that follow.
    Error { of: Words, error: u64 },
    /// Words, how often each was counted, and what it may have been counted above that.
    Words { of: Words, words: Vec<(String, u64, u64)>, error: u64 },
}

/// What there may be so many different ones of that they are counted as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Words {
    Methods,
    Paths,
    Agents,
}

impl Job for Ingest {
    fn name(&self) -> &str {
        NAME
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn limits(&self) -> Limits {
        Limits {
            // A compressed file or a stream is one shard, however long it takes.
            deadline: Duration::from_secs(365 * 24 * 3600),
            attempts: if self.reads_stream() { 1 } else { Limits::default().attempts },
            ..Limits::default()
        }
    }

    fn plan(&self, _: &Planning) -> Result<Plan, JobError> {
        let paths: Vec<PathBuf> = self.path.iter().map(PathBuf::from).collect();
        let pieces = pieces(&paths, self.piece).map_err(JobError::failed)?;
        if pieces.is_empty() {
            return Err(JobError::failed(format!("there is no file in {}", self.path.join(", "))));
        }
        Ok(Plan::new(pieces.into_iter().map(|piece| json!(piece))))
    }

    fn run(&self, shard: &Shard, output: &mut Output<'_>) -> Result<(), ShardError> {
        let piece: Piece = serde_json::from_value(shard.payload.clone()).map_err(ShardError::failed)?;
        let (tally, format) = self.tally(&piece, output)?;
        let Tally { counts, other_methods, paths, agents, times, .. } = tally;
        let (lines, requests) = (counts.lines, counts.requests);
        output.count("lines", lines);
        output.count("requests", requests);
        output.note(
            Level::Debug,
            format!(
                "{}, bytes {} to {}: {lines} lines, {requests} requests, format {:?}",
                piece.file.shown(),
                piece.start,
                piece.end,
                format
            ),
        );
        let (sums, parts) = times.into_parts();
        output.emit(&Record::Counts { piece, counts: Box::new(counts), times: sums })?;
        for part in parts {
            output.emit(&Record::Times(part))?;
        }
        for (of, top) in [(Words::Methods, other_methods), (Words::Paths, paths), (Words::Agents, agents)] {
            let counted = top.into_counted();
            if counted.error > 0 {
                output.emit(&Record::Error { of, error: counted.error })?;
            }
            for words in counted.words.chunks(WORDS_A_RECORD) {
                output.emit(&Record::Words { of, words: words.to_vec(), error: counted.error })?;
            }
        }
        Ok(())
    }

    fn keeps_partial(&self) -> bool {
        true
    }

    fn merge(&self, merge: &mut Merge<'_>) -> Result<Summary, JobError> {
        let mut total = Total::default();
        merge.each_record(|line| {
            total.add(serde_json::from_slice(line).map_err(JobError::failed)?).map_err(JobError::Failed)
        })?;
        Ok(total.into_summary(merge.missing()))
    }
}
