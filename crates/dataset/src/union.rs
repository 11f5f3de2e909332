//! The union: the dataset files, put together from what the collectors emitted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_durable::{WriteError, sync_folder};

use crate::dedup::Dedup;
use crate::error::SourceError;
use crate::jsonl::{JsonlReader, JsonlWriter};
use crate::parquet::ParquetWriter;
use crate::quality::Rejection;
use crate::stats::Stats;

/// Name of the dataset as lines of JSON.
pub const JSONL_NAME: &str = "samples.jsonl";

/// Name of the dataset as a Parquet file.
pub const PARQUET_NAME: &str = "samples.parquet";

/// What a name ends in while its file is unfinished.
const UNFINISHED: &str = ".part";

/// Samples between two looks at the caller's callbacks.
const STRIDE: u64 = 64;

/// The samples of one collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The collector's name.
    pub collector: String,
    /// Its JSONL file.
    pub path: PathBuf,
}

/// What was counted while the files were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Union {
    /// The samples that are in the files.
    pub stats: Stats,
    /// What became of each source, in the order given.
    pub sources: Vec<SourceCounts>,
}

/// What became of the samples of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCounts {
    /// The collector's name.
    pub collector: String,
    /// Samples that were read.
    pub read: u64,
    /// Samples that are in the files.
    pub kept: u64,
    /// Why the others are not.
    pub rejected: BTreeMap<Rejection, u64>,
}

/// Why there is no union.
#[derive(Debug, thiserror::Error)]
pub enum UnionError {
    /// A source cannot be read or is damaged.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The files cannot be written.
    #[error(transparent)]
    Destination(#[from] WriteError),
    /// The caller said so.
    #[error("cancelled")]
    Cancelled,
}

/// Writes [`JSONL_NAME`] and [`PARQUET_NAME`] in `folder` from all `sources`, in their order.
///
/// Of samples that are exact duplicates (see [`Dedup`]) the first is kept; the others are
/// counted. Lines of JSON are copied as they are. `progress` hears how many samples were read,
/// `cancelled` is asked whether to stop.
///
/// Both files appear under their names only when all of them is on the disk; until then, files
/// of these names that were there before stay as they are. A power cut between the two renamings
/// leaves a new JSONL beside an old Parquet file: writing the union again mends that.
///
/// # Errors
/// [`UnionError`]; no unfinished file stays behind.
pub fn write_union(
    sources: &[Source],
    folder: &Path,
    progress: &mut dyn FnMut(u64),
    cancelled: &dyn Fn() -> bool,
) -> Result<Union, UnionError> {
    // Dropped last, after the writers: removes what is not published.
    let jsonl_file = Unfinished::new(folder, JSONL_NAME);
    let parquet_file = Unfinished::new(folder, PARQUET_NAME);
    let mut jsonl = JsonlWriter::create(&jsonl_file.path)?;
    let mut parquet = ParquetWriter::create(&parquet_file.path)?;
    let mut seen = Dedup::new();
    let mut union = Union::default();
    let mut done = 0;
    for source in sources {
        let mut counts = SourceCounts::new(&source.collector);
        let mut reader = JsonlReader::open(&source.path)?;
        while let Some(line) = reader.next_line()? {
            counts.read += 1;
            if seen.insert(&line.sample) {
                jsonl.write_raw(line.raw)?;
                parquet.write(&line.sample)?;
                union.stats.add(&line.sample);
                counts.kept += 1;
            } else {
                *counts.rejected.entry(Rejection::Duplicate).or_default() += 1;
            }
            done += 1;
            if done % STRIDE == 0 {
                progress(done);
                if cancelled() {
                    return Err(UnionError::Cancelled);
                }
            }
        }
        union.sources.push(counts);
    }
    progress(done);
    jsonl.finish()?;
    parquet.finish()?;
    if cancelled() {
        return Err(UnionError::Cancelled);
    }
    jsonl_file.publish()?;
    parquet_file.publish()?;
    sync_folder(folder).map_err(WriteError::at(folder))?;
    Ok(union)
}

impl SourceCounts {
    fn new(collector: &str) -> Self {
        Self { collector: collector.to_owned(), read: 0, kept: 0, rejected: BTreeMap::new() }
    }
}

/// A file that is not complete yet, under a name that says so. Dropped, it is removed.
struct Unfinished {
    path: PathBuf,
    published: PathBuf,
}

impl Unfinished {
    fn new(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(format!("{name}{UNFINISHED}")), published: folder.join(name) }
    }

    /// Gives the file its name. It must be on the disk already.
    fn publish(self) -> Result<(), WriteError> {
        fs::rename(&self.path, &self.published).map_err(WriteError::at(&self.published))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It may never have been created, or be published: then there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}
