//! The files of the dataset, written from the samples of all collectors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_durable::{TemporaryFile, WriteError, sync_folder};

use crate::duplicate_filter::DuplicateFilter;
use crate::error::SampleFileError;
use crate::jsonl::{JsonlReader, JsonlWriter};
use crate::parquet::ParquetWriter;
use crate::quality::Rejection;
use crate::sample::Sample;
use crate::sample_stats::SampleStats;

/// Name of the dataset as lines of JSON.
pub const JSONL_NAME: &str = "samples.jsonl";

/// Name of the dataset as a Parquet file.
pub const PARQUET_NAME: &str = "samples.parquet";

/// Number of samples between two calls of the callbacks.
const SAMPLES_PER_CALLBACK: u64 = 64;

/// File with the samples of one collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorFile {
    /// Name of the collector.
    pub collector: String,
    /// JSONL file of its samples.
    pub path: PathBuf,
}

/// Counts of the samples that were read and written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetSummary {
    /// Counts of the samples in the files.
    pub stats: SampleStats,
    /// Counts by collector, in the order given.
    #[serde(rename = "sources")]
    pub collectors: Vec<CollectorCounts>,
}

/// Counts of the samples of one collector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectorCounts {
    /// Name of the collector.
    pub collector: String,
    /// Number of samples that were read.
    pub read: u64,
    /// Number of samples that are in the files.
    pub kept: u64,
    /// Number of other samples, by reason.
    pub rejected: BTreeMap<Rejection, u64>,
}

/// Failure to write the dataset.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The samples of a collector cannot be read.
    #[error(transparent)]
    Source(#[from] SampleFileError),
    /// The files cannot be written.
    #[error(transparent)]
    Destination(#[from] WriteError),
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// What becomes of a sample on its way into the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleEdit {
    /// It stays as it is.
    Keep,
    /// Its fields were changed.
    Change,
    /// It is left out, for this reason.
    Drop(Rejection),
}

/// Writes the dataset like [`write_edited_dataset`], with all samples as they are.
///
/// # Errors
/// [`DatasetError`]; no unfinished file is left.
pub fn write_dataset(
    sources: &[CollectorFile],
    folder: &Path,
    progress: &mut dyn FnMut(u64),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<DatasetSummary, DatasetError> {
    write_edited_dataset(sources, folder, &|_| SampleEdit::Keep, progress, is_cancelled)
}

/// Writes [`JSONL_NAME`] and [`PARQUET_NAME`] in `folder` from the files of collectors, in their order.
///
/// `edit` decides on each sample. Of those that stay, the first of several exact duplicates (see [`DuplicateFilter`]) is
/// kept and the others are counted. Lines of JSON that `edit` keeps are copied as they are. `progress` is called with the number of
/// samples that were read, and `is_cancelled` tells whether to stop.
///
/// Both files get their names only when both are on the disk; until then, earlier files of these names
/// stay as they are. A power cut between the two renamings leaves a new JSONL file beside an old
/// Parquet file, which the next call replaces.
///
/// # Errors
/// [`DatasetError`]; no unfinished file is left.
pub fn write_edited_dataset(
    sources: &[CollectorFile],
    folder: &Path,
    edit: &dyn Fn(&mut Sample) -> SampleEdit,
    progress: &mut dyn FnMut(u64),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<DatasetSummary, DatasetError> {
    // Declared before the writers, so dropped after them: a file that is not published is removed
    // when nothing writes to it any more.
    let (jsonl_path, parquet_path) = (folder.join(JSONL_NAME), folder.join(PARQUET_NAME));
    let (jsonl_file, content) = TemporaryFile::create(&jsonl_path).map_err(WriteError::at(&jsonl_path))?;
    let mut jsonl = JsonlWriter::new(content, &jsonl_path);
    let (parquet_file, content) =
        TemporaryFile::create(&parquet_path).map_err(WriteError::at(&parquet_path))?;
    let mut parquet = ParquetWriter::new(content, &parquet_path)?;
    let mut seen = DuplicateFilter::new();
    let mut summary = DatasetSummary::default();
    let mut done = 0;
    for source in sources {
        let mut counts = CollectorCounts::new(&source.collector);
        let mut reader = JsonlReader::open(&source.path)?;
        while let Some(mut line) = reader.next_line()? {
            counts.read += 1;
            // In this order: a sample that is left out must not take the place of an equal one that stays.
            let edited = match edit(&mut line.sample) {
                SampleEdit::Keep | SampleEdit::Change if !seen.insert(&line.sample) => {
                    SampleEdit::Drop(Rejection::Duplicate)
                }
                edited => edited,
            };
            match edited {
                SampleEdit::Keep => jsonl.write_raw(line.raw)?,
                SampleEdit::Change => jsonl.write(&line.sample)?,
                SampleEdit::Drop(rejection) => *counts.rejected.entry(rejection).or_default() += 1,
            }
            if !matches!(edited, SampleEdit::Drop(_)) {
                parquet.write(&line.sample)?;
                summary.stats.add(&line.sample);
                counts.kept += 1;
            }
            done += 1;
            if done % SAMPLES_PER_CALLBACK == 0 {
                progress(done);
                if is_cancelled() {
                    return Err(DatasetError::Cancelled);
                }
            }
        }
        summary.collectors.push(counts);
    }
    progress(done);
    jsonl.finish()?;
    parquet.finish()?;
    // Asked once more: finishing a large file takes seconds, and after the first renaming it is too late.
    if is_cancelled() {
        return Err(DatasetError::Cancelled);
    }
    jsonl_file.publish().map_err(WriteError::at(&jsonl_path))?;
    parquet_file.publish().map_err(WriteError::at(&parquet_path))?;
    sync_folder(folder).map_err(WriteError::at(folder))?;
    Ok(summary)
}

impl CollectorCounts {
    fn new(collector: &str) -> Self {
        Self { collector: collector.to_owned(), read: 0, kept: 0, rejected: BTreeMap::new() }
    }
}
