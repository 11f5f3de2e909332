//! A run on disk, read for its reports.

use std::path::{Path, PathBuf};

use streamguard_dataset::dataset_files::JSONL_NAME;
use streamguard_dataset::{JsonlReader, SampleFileError};
use streamguard_engine::{Event, RunDirError};

use crate::history::RunHistory;
use crate::report::Report;
use crate::stored_run_files::{ReadError, StoredRunFiles, read_run_info, run_paths};

/// A run that has ended or was interrupted.
#[derive(Debug)]
pub struct StoredRun {
    /// Folder of the run.
    pub folder: PathBuf,
    /// Everything that its reports say.
    pub report: Report,
}

impl StoredRun {
    /// Reads the run in a folder: the journal, and the facts about the run and its dataset.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let events = events(folder)?;
        let report = Report::of(&StoredRunFiles::read(folder)?, RunHistory::of(&events));
        Ok(Self { folder: folder.to_owned(), report })
    }

    /// Opens the samples of the dataset; `None` if the run has no dataset.
    ///
    /// # Errors
    /// [`SampleFileError`] if the dataset cannot be opened. Each sample may also give one.
    pub fn samples(&self) -> Result<Option<JsonlReader>, SampleFileError> {
        self.report.dataset.as_ref().map(|_| JsonlReader::open(&self.folder.join(JSONL_NAME))).transpose()
    }
}

/// Reads the events of the run in a folder.
///
/// # Errors
/// [`ReadError`].
pub fn events(folder: &Path) -> Result<Vec<Event>, ReadError> {
    // Read first only for its error: without a run, the error of the journal would name a file that the caller does
    // not know.
    read_run_info(folder)?;
    let journal = run_paths(folder).journal();
    if !journal.exists() {
        return Err(ReadError::NoJournal(folder.to_owned()));
    }
    Ok(streamguard_engine::journal::read(&journal).map_err(RunDirError::from)?)
}
