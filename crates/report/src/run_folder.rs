//! Reads the folder of a run, except for its journal.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_dataset::DatasetSummary;
use streamguard_dataset::dataset_files::{JSONL_NAME, PARQUET_NAME};
use streamguard_engine::{RunDir, RunDirError, RunInfo, RunPaths};
use thiserror::Error;

/// Name of the file that holds the [`DatasetRecord`], among the state of the run.
const DATASET_RECORD_NAME: &str = "dataset.json";

/// Name of the product, as it stands in the names of folders and of jobs on a cluster.
const PRODUCT: &str = "streamguard";

/// Returns the paths of the run in a folder.
pub fn run_paths(folder: &Path) -> RunPaths {
    RunPaths::new(folder, PRODUCT)
}

/// Record of putting a dataset together, which happens after the jobs have ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetRecord {
    /// Start of the run in milliseconds since 1970. Tells the run from others in the same folder.
    pub clock_ms: u64,
    /// Duration in milliseconds.
    pub took_ms: u64,
    /// Contents of the dataset; `None` if the run was stopped meanwhile.
    #[serde(rename = "union")]
    pub summary: Option<DatasetSummary>,
}

impl DatasetRecord {
    /// Stores the record in the folder of the run, for later reports.
    ///
    /// # Errors
    /// [`io::Error`] if it cannot be written.
    pub fn write(&self, dir: &RunDir) -> io::Result<()> {
        let bytes = serde_json::to_vec(self)?;
        streamguard_durable::write_atomic(&dir.paths().state_file(DATASET_RECORD_NAME), &bytes)
    }
}

/// A file of the dataset.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DatasetFile {
    /// Name, in the folder of the run.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// BLAKE3 of the content, 64 hex digits.
    pub blake3: String,
}

/// Reason why a run cannot be reported.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The folder does not hold a run.
    #[error("there is no run in {0}: name the output directory of one")]
    NoRun(PathBuf),
    /// The state of the run is damaged, or cannot be read.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// A file of the run cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Contents of the folder of a run, besides the journal and the samples.
#[derive(Debug)]
pub(crate) struct RunFolder {
    pub(crate) recorded: RunInfo,
    pub(crate) dataset: Option<DatasetRecord>,
    pub(crate) files: Vec<DatasetFile>,
}

impl RunFolder {
    pub(crate) fn read(folder: &Path) -> Result<Self, ReadError> {
        let recorded = recorded_run(folder)?;
        let dataset = dataset_record(folder, &recorded)?;
        let files = match &dataset {
            // Digested now rather than taken from the record: a report vouches for the files as
            // they are.
            Some(DatasetRecord { summary: Some(_), .. }) => [JSONL_NAME, PARQUET_NAME]
                .into_iter()
                .map(|name| digest_file(folder, name))
                .collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        Ok(Self { recorded, dataset, files })
    }

    /// Returns the time that putting the dataset together took, in milliseconds.
    pub(crate) fn dataset_ms(&self) -> u64 {
        self.dataset.as_ref().map_or(0, |dataset| dataset.took_ms)
    }
}

/// Reads the record of the run.
pub(crate) fn recorded_run(folder: &Path) -> Result<RunInfo, ReadError> {
    RunInfo::read(&run_paths(folder))?.ok_or_else(|| ReadError::NoRun(folder.to_owned()))
}

/// Reads the record of this run's dataset. An earlier run may have left one in the same folder,
/// which does not count.
fn dataset_record(folder: &Path, recorded: &RunInfo) -> Result<Option<DatasetRecord>, ReadError> {
    let path = run_paths(folder).state_file(DATASET_RECORD_NAME);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ReadError::Unreadable { path, source }),
    };
    // A record that is damaged is an error and not "no dataset": the report would say that the run
    // was interrupted.
    let record: DatasetRecord = serde_json::from_slice(&bytes)
        .map_err(|error| RunDirError::Damaged { path, reason: error.to_string() })?;
    Ok(Some(record).filter(|record| record.clock_ms == recorded.clock_ms))
}

fn digest_file(folder: &Path, name: &str) -> Result<DatasetFile, ReadError> {
    let path = folder.join(name);
    let read = || {
        let mut hasher = blake3::Hasher::new();
        // Streamed, since a dataset may be larger than memory.
        let mut reader = BufReader::new(File::open(&path)?);
        let size = io::copy(&mut reader, &mut hasher)?;
        Ok((size, hasher.finalize().to_hex().to_string()))
    };
    let (size, blake3) = read().map_err(|source| ReadError::Unreadable { path: path.clone(), source })?;
    Ok(DatasetFile { name: name.to_owned(), size, blake3 })
}
