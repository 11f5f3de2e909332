//! The folder of a run, as far as reports read it.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_dataset::union::{JSONL_NAME, PARQUET_NAME};
use streamguard_dataset::{JsonlReader, SourceError, Union};
use streamguard_engine::{Event, RunDir, RunDirError, RunRecord};
use thiserror::Error;

use crate::history::History;
use crate::report::{DatasetFile, Report};

/// Where [`Assembled`] is written, below the state of the run.
const ASSEMBLED: &str = "dataset.json";

/// What was counted when the dataset was put together, after the jobs had ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assembled {
    /// The run's reading of the clock, which tells it from others in the same folder.
    pub clock_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What is in the dataset; none if the run was stopped meanwhile.
    pub union: Option<Union>,
}

impl Assembled {
    /// Notes it in the folder of the run, for its reports.
    ///
    /// # Errors
    /// [`io::Error`] if it cannot be written.
    pub fn write(&self, dir: &RunDir) -> io::Result<()> {
        let bytes = serde_json::to_vec(self)?;
        streamguard_durable::write_atomic(&dir.state(ASSEMBLED), &bytes)
    }
}

/// Why a run cannot be reported.
#[derive(Debug, Error)]
pub enum ReadError {
    /// No run has been there.
    #[error("there is no run in {0}: name the output directory of one")]
    NoRun(PathBuf),
    /// Its state is damaged or cannot be read.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// A file of it cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
}

/// What is in the folder of a run besides its journal.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) recorded: RunRecord,
    pub(crate) assembled: Option<Assembled>,
    pub(crate) files: Vec<DatasetFile>,
}

impl Folder {
    pub(crate) fn assembled_ms(&self) -> u64 {
        self.assembled.as_ref().map_or(0, |assembled| assembled.took_ms)
    }
}

/// A run that is over, or was interrupted: what reports are made from.
#[derive(Debug)]
pub struct Run {
    /// Its folder.
    pub folder: PathBuf,
    /// All that is said of it.
    pub report: Report,
}

impl Run {
    /// Reads the run in a folder: its journal, and what was counted in its dataset.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let recorded = recorded(folder)?;
        let events = events(folder)?;
        let assembled = assembled(folder, &recorded)?;
        let files = match &assembled {
            Some(Assembled { union: Some(_), .. }) => [JSONL_NAME, PARQUET_NAME]
                .into_iter()
                .map(|name| file(folder, name))
                .collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        let report = Report::of(&Folder { recorded, assembled, files }, History::of(&events));
        Ok(Self { folder: folder.to_owned(), report })
    }

    /// The samples of its dataset; none if it did not get that far.
    ///
    /// # Errors
    /// [`SourceError`], also of each sample, if the dataset cannot be read.
    pub fn samples(&self) -> Result<Option<JsonlReader>, SourceError> {
        self.report.dataset.as_ref().map(|_| JsonlReader::open(&self.folder.join(JSONL_NAME))).transpose()
    }
}

/// What happened in the run in a folder.
///
/// # Errors
/// [`ReadError`].
pub fn events(folder: &Path) -> Result<Vec<Event>, ReadError> {
    recorded(folder)?;
    Ok(streamguard_engine::journal::read(&RunDir::journal_of(folder)).map_err(RunDirError::from)?)
}

fn recorded(folder: &Path) -> Result<RunRecord, ReadError> {
    RunDir::recorded(folder)?.ok_or_else(|| ReadError::NoRun(folder.to_owned()))
}

/// What was counted in the dataset of this run, and of no other.
fn assembled(folder: &Path, recorded: &RunRecord) -> Result<Option<Assembled>, ReadError> {
    let path = RunDir::state_of(folder).join(ASSEMBLED);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ReadError::Unreadable { path, source }),
    };
    let assembled: Assembled = serde_json::from_slice(&bytes)
        .map_err(|error| RunDirError::Damaged { path, reason: error.to_string() })?;
    Ok(Some(assembled).filter(|assembled| assembled.clock_ms == recorded.clock_ms))
}

fn file(folder: &Path, name: &str) -> Result<DatasetFile, ReadError> {
    let path = folder.join(name);
    let read = || {
        let mut hasher = blake3::Hasher::new();
        let mut reader = BufReader::new(File::open(&path)?);
        let size = io::copy(&mut reader, &mut hasher)?;
        Ok((size, hasher.finalize().to_hex().to_string()))
    };
    let (size, blake3) = read().map_err(|source| ReadError::Unreadable { path: path.clone(), source })?;
    Ok(DatasetFile { name: name.to_owned(), size, blake3 })
}
