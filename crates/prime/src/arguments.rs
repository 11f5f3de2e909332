//! Command-line arguments of `prime`, and the job that they describe.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::arithmetic::{MAX_NTH, TUPLE_SIZES};
use crate::job::PrimeJob;
use crate::prime_file::{PrimeFile, PrimeFileFormat, STANDARD_OUTPUT};
use crate::range_spec::{NamedRange, parse_number};
use crate::ranges_file::{MAX_FILE_BYTES, parse_ranges};

/// Path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Counts and lists the primes of ranges of numbers up to 2^64
///
/// Reports for each range, and for all of them together, how many primes there are, which are the first
/// and the last, and how dense they are. Ranges may overlap: then the total is the sum over the ranges,
/// and the number of different numbers and primes stands beside it.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PrimeArgs {
    /// A file of ranges, one a line, or {"ranges": [{"start": 1, "end": 1000, "description": "..."}]}, both
    /// bounds included; - is standard input
    #[arg(long, value_name = "FILE")]
    pub path: Option<PathBuf>,
    /// Ranges: A..B with both bounds, ..B from 0, or A..+N; as in 1..1_000, 1e12..+1e9 or 2^40..10**13
    #[arg(long, value_name = "A..B", num_args = 1.., conflicts_with = "path")]
    pub range: Vec<String>,
    /// Count only, without finding each prime where that is quicker
    #[arg(long)]
    pub count_only: bool,
    /// Find the primes of these ordinals instead: 1 is that of 2, 1e6 that of 15485863
    #[arg(long, value_name = "N", num_args = 1.., conflicts_with_all = ["path", "range", "count_only", "tuples", "list"])]
    pub nth: Vec<String>,
    /// Count prime tuplets within the ranges too, of K primes from 2 (twins) to 6: such as 2, 2..6
    #[arg(long, value_name = "K")]
    pub tuples: Option<String>,
    /// Write all primes of all ranges to this file, each once, in ascending order; - is standard output, which then
    /// has no figures
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Format of that file
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = PrimeFileFormat::Text)]
    pub list_format: PrimeFileFormat,
}

/// Reason why arguments do not describe a job.
#[derive(Debug, Error)]
pub enum PrimeArgsError {
    /// An argument, or the content of a file that it names, is wrong.
    #[error("{0}")]
    Invalid(String),
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Cause of the failure.
        source: io::Error,
    },
}

impl PrimeArgs {
    /// Returns the job, its ranges cut for so many workers. Reads the file of ranges if one is named.
    ///
    /// # Errors
    /// [`PrimeArgsError`].
    pub fn into_job(self, workers: u16) -> Result<PrimeJob, PrimeArgsError> {
        if !self.nth.is_empty() && self.range.is_empty() && self.path.is_none() {
            return Ok(PrimeJob::of_ordinals(self.ordinals()?));
        }
        let tuples = self.tuples.as_deref().map(parse_sizes).transpose()?.unwrap_or_default();
        let file = self.list.as_deref().map(destination).transpose()?;
        let prime_file = file.map(|file| PrimeFile { file, format: self.list_format });
        Ok(PrimeJob::new(self.ranges()?, workers)
            .counting_only(self.count_only)
            .counting_tuples(tuples)
            .writing_to(prime_file))
    }

    fn ordinals(&self) -> Result<Vec<u64>, PrimeArgsError> {
        let parse = |text: &String| {
            let wrong = |reason: String| PrimeArgsError::Invalid(format!("--nth {text}: {reason}"));
            match parse_number(text.trim()).map_err(|error| wrong(error.to_string()))? {
                0 => Err(wrong("the first prime has the number 1".to_owned())),
                nth if nth > MAX_NTH => Err(wrong(format!("there are {MAX_NTH} primes below 2^64"))),
                nth => Ok(nth),
            }
        };
        self.nth.iter().map(parse).collect()
    }

    fn ranges(&self) -> Result<Vec<NamedRange>, PrimeArgsError> {
        match &self.path {
            // A range on the command line wins over a path that a file of settings names.
            Some(path) if self.range.is_empty() => read_ranges(path),
            None if self.range.is_empty() => Err(PrimeArgsError::Invalid(
                "say which ranges: 1..1000, or --path ranges.json; or which primes: --nth 1e6".to_owned(),
            )),
            _ => self.range.iter().map(|text| parse_range(text)).collect(),
        }
    }
}

fn parse_range(text: &str) -> Result<NamedRange, PrimeArgsError> {
    text.parse().map_err(|error| PrimeArgsError::Invalid(format!("the range {text}: {error}")))
}

/// Reads sizes of tuplets: a number or a range.
fn parse_sizes(text: &str) -> Result<Vec<u8>, PrimeArgsError> {
    let wrong =
        || PrimeArgsError::Invalid(format!("--tuples {text}: expected a number from 2 to 6, or 2..6"));
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let size = |text: &str| text.trim().parse().ok().filter(|size| TUPLE_SIZES.contains(size));
    let (first, last): (u8, u8) = (size(first).ok_or_else(wrong)?, size(last).ok_or_else(wrong)?);
    if first > last { Err(wrong()) } else { Ok((first..=last).collect()) }
}

fn read_ranges(path: &Path) -> Result<Vec<NamedRange>, PrimeArgsError> {
    let mut text = Vec::new();
    let opened: io::Result<Box<dyn Read>> = match path.as_os_str() == STANDARD_INPUT {
        true => Ok(Box::new(io::stdin())),
        false => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
    };
    opened
        // One byte more than allowed tells a file that is too long from one that just fits.
        .and_then(|opened| opened.take(MAX_FILE_BYTES + 1).read_to_end(&mut text))
        .map_err(|source| PrimeArgsError::Unreadable { path: path.to_owned(), source })?;
    let wrong = |reason: String| PrimeArgsError::Invalid(format!("{}: {reason}", path.display()));
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(wrong(format!("the file is longer than {} bytes", MAX_FILE_BYTES)));
    }
    parse_ranges(&text).map_err(|error| wrong(error.to_string()))
}

/// Returns the absolute path of a file that the job will write. A missing folder is reported before the
/// work, not after it.
fn destination(path: &Path) -> Result<PathBuf, PrimeArgsError> {
    let wrong = |reason: &str| PrimeArgsError::Invalid(format!("--list {}: {reason}", path.display()));
    if path.as_os_str() == STANDARD_OUTPUT {
        return Ok(path.to_owned());
    }
    let path = std::path::absolute(path).map_err(|error| wrong(&error.to_string()))?;
    if path.is_dir() || !path.parent().is_some_and(Path::is_dir) {
        return Err(wrong("a file cannot be written there"));
    }
    match path.canonicalize() {
        // The finished list is renamed into place: that would replace a device or a pipe.
        Ok(file) if !file.is_file() => Err(wrong("it is not a regular file")),
        // The target of a link is written, and the link stays.
        Ok(file) => Ok(file),
        Err(_) => Ok(path),
    }
}
