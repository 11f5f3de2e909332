//! Errors of a collection as a whole.

use std::io;

use streamguard_dataset::SampleFileError;
use streamguard_dataset::dataset_files::DatasetError;
use streamguard_durable::WriteError;
use streamguard_engine::{RunDirError, RunError};
use streamguard_report::{ReadError, ReportError};
use streamguard_review::ReviewError;
use thiserror::Error;

/// Reason why a collection cannot go on. A collector that fails is not one: the status tells that.
#[derive(Debug, Error)]
pub enum CollectionError {
    /// The folder cannot be used.
    #[error("{0}")]
    RunDir(#[from] RunDirError),
    /// The engine cannot run the collectors.
    #[error("{0}")]
    Run(#[from] RunError),
    /// The dataset cannot be written.
    #[error("cannot put the dataset together")]
    Dataset(#[source] DatasetError),
    /// The summary of the dataset cannot be written.
    #[error("cannot write the summary of the dataset")]
    Summary(#[source] io::Error),
    /// A report of an earlier attempt cannot be removed.
    #[error("{0}")]
    Write(#[from] WriteError),
    /// The run cannot be read, to be reported.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// Two versions of the dataset cannot be compared.
    #[error("cannot compare the dataset with its newer version")]
    Compare(#[source] io::Error),
    /// The samples of a version of the dataset cannot be read.
    #[error("{0}")]
    Samples(#[from] SampleFileError),
    /// A report cannot be written.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// The verdicts of readers cannot be read.
    #[error("{0}")]
    Reviews(#[from] ReviewError),
}
