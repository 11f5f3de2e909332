//! Reads the facts that a run stored about itself and its dataset, and computes digests of the dataset's files.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use streamguard_dataset::DatasetSummary;
use streamguard_dataset::changes::{CHANGE_LOG_NAME, CHANGES_NAME};
use streamguard_dataset::dataset_card::{CARD_NAME, has_foreign_card};
use streamguard_dataset::dataset_files::{JSONL_NAME, PARQUET_NAME};
use streamguard_durable::{open_regular, read_regular};
use streamguard_engine::{Job, Manifest, RunDir, RunDirError, RunInfo, RunPaths};
use thiserror::Error;

use crate::format::report_names;

/// Name of the file that holds the [`DatasetInfo`], among the state of the run.
const DATASET_INFO_NAME: &str = "dataset.json";

/// Name of the file of merged advisories.
pub const ADVISORIES_NAME: &str = "advisories.jsonl";

/// Largest file with facts about a dataset that is read, in bytes.
const MAX_INFO_BYTES: u64 = 64 << 20;

/// Returns the paths of the run in a folder, to read it.
pub fn run_paths(folder: &Path) -> RunPaths {
    // A README of somebody else is not an output of the run, so that nothing touches it.
    let kept = has_foreign_card(folder).then(|| CARD_NAME.to_owned());
    RunPaths::new(folder, streamguard_product::NAME).with_build(streamguard_product::BUILD).with_kept(kept)
}

/// Returns the paths of a run of these jobs in a folder, to begin it. It may leave the files of its jobs, a dataset with
/// its card, and reports there.
pub fn run_paths_for(folder: &Path, jobs: &[Arc<dyn Job>]) -> RunPaths {
    let card = (!has_foreign_card(folder)).then(|| CARD_NAME.to_owned());
    let of_jobs = jobs.iter().flat_map(|job| job.output_names()).chain(card);
    let of_dataset = [JSONL_NAME, PARQUET_NAME, CHANGES_NAME, CHANGE_LOG_NAME].map(str::to_owned);
    run_paths(folder).with_outputs(of_dataset.into_iter().chain(of_jobs).chain(report_names()))
}

/// Checks that the dataset of a finished run, its advisories and the list of its changes are as the run left them.
///
/// # Errors
/// [`RunDirError::FileFault`]; a list of the files that cannot be read.
pub fn check_data(folder: &Path) -> Result<(), RunDirError> {
    let info = run_paths(folder).state_file(DATASET_INFO_NAME);
    check(folder, &[&info, &folder.join(CHANGES_NAME), &folder.join(ADVISORIES_NAME)])
}

/// Checks that all that reports of a finished run are made from is as the run left it.
///
/// # Errors
/// As for [`check_data`].
pub fn check_run(folder: &Path) -> Result<(), RunDirError> {
    let paths = run_paths(folder);
    check(folder, &[&paths.state_file(DATASET_INFO_NAME), &paths.journal()])
}

/// Checks files, and those of the dataset: of a prepared or exported one they lie in folders.
fn check(folder: &Path, files: &[&Path]) -> Result<(), RunDirError> {
    let is_dataset = |name: &str| {
        [JSONL_NAME, PARQUET_NAME].contains(&name)
            || ["data/", "jsonl/"].iter().any(|begin| name.starts_with(begin))
    };
    Manifest::check(&run_paths(folder), |name| is_dataset(name) || files.contains(&&*folder.join(name)))
}

/// Facts about the dataset of a run, stored in `dataset.json`. The dataset is written after the jobs have ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetInfo {
    /// Start of the run, in milliseconds since 1970-01-01 UTC. Identifies the run: an earlier run may have left this
    /// file in the same folder.
    pub clock_ms: u64,
    /// Time that writing the dataset took, in milliseconds.
    pub took_ms: u64,
    /// Contents of the dataset; `None` if the run was stopped while it wrote the dataset.
    #[serde(rename = "union")]
    pub summary: Option<DatasetSummary>,
}

impl DatasetInfo {
    /// Stores the facts in the folder of the run, for later reports.
    ///
    /// # Errors
    /// [`io::Error`] if it cannot be written.
    pub fn write(&self, dir: &RunDir) -> io::Result<()> {
        let bytes = serde_json::to_vec(self)?;
        streamguard_durable::write_atomic(&dir.paths().state_file(DATASET_INFO_NAME), &bytes)
    }

    /// Reads the facts about the dataset of a run. Those that an earlier run left in the same folder do not count.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(folder: &Path, info: &RunInfo) -> Result<Option<Self>, ReadError> {
        let path = run_paths(folder).state_file(DATASET_INFO_NAME);
        let bytes = match read_regular(&path, MAX_INFO_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ReadError::Unreadable { path, source }),
        };
        // A damaged file is an error. If it counted as absent, the report would say that the run was interrupted.
        let dataset: Self = serde_json::from_slice(&bytes)
            .map_err(|error| RunDirError::Damaged { path, reason: error.to_string() })?;
        Ok(Some(dataset).filter(|dataset| dataset.clock_ms == info.clock_ms))
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
    /// The run has no journal.
    #[error(
        "the run in {0} has no journal: it is planned and has not begun, or a part of its state was removed"
    )]
    NoJournal(PathBuf),
    /// The state of the run is damaged or cannot be read.
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

/// The facts that a run stored about itself and its dataset, and the files of the dataset.
#[derive(Debug)]
pub(crate) struct StoredRunFiles {
    pub(crate) info: RunInfo,
    pub(crate) dataset: Option<DatasetInfo>,
    pub(crate) dataset_files: Vec<DatasetFile>,
}

impl StoredRunFiles {
    pub(crate) fn read(folder: &Path) -> Result<Self, ReadError> {
        let info = read_run_info(folder)?;
        let dataset = DatasetInfo::read(folder, &info)?;
        let dataset_files = match &dataset {
            // The digests are computed now: a report states those of the files as they are.
            Some(DatasetInfo { summary: Some(_), .. }) => [JSONL_NAME, PARQUET_NAME]
                .into_iter()
                .map(|name| digest_file(folder, name))
                .collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        Ok(Self { info, dataset, dataset_files })
    }

    /// Returns the time that writing the dataset took, in milliseconds; 0 without a dataset.
    pub(crate) fn dataset_ms(&self) -> u64 {
        self.dataset.as_ref().map_or(0, |dataset| dataset.took_ms)
    }
}

/// Reads the facts about the run.
pub(crate) fn read_run_info(folder: &Path) -> Result<RunInfo, ReadError> {
    RunInfo::read(&run_paths(folder))?.ok_or_else(|| ReadError::NoRun(folder.to_owned()))
}

fn digest_file(folder: &Path, name: &str) -> Result<DatasetFile, ReadError> {
    let path = folder.join(name);
    let read = || {
        let mut hasher = blake3::Hasher::new();
        // Streamed, since a dataset may be larger than memory.
        let mut reader = BufReader::new(open_regular(&path)?);
        let size = io::copy(&mut reader, &mut hasher)?;
        Ok((size, hasher.finalize().to_hex().to_string()))
    };
    let (size, blake3) = read().map_err(|source| ReadError::Unreadable { path: path.clone(), source })?;
    Ok(DatasetFile { name: name.to_owned(), size, blake3 })
}
