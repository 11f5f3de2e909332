//! Renders a finished run: one file per format. Everything is made from the state that the
//! journal folds to, and from what was counted in the dataset; nothing is estimated.

mod json;
mod samples;

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use dataset::Union;
use engine::State;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use samples::{Samples, samples_of};

/// A format that reports can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The complete result, for programs: `collection_results.json`.
    Json,
}

impl Format {
    /// All formats there are.
    pub const ALL: [Self; 1] = [Self::Json];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
        }
    }

    /// Name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Json => "collection_results.json",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.map(Self::name).into();
            format!("there is no report format {name:?}, but {}", known.join(", "))
        })
    }
}

/// A run, as far as reports tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The journal, folded.
    pub state: &'a State,
    /// What is in the dataset; none if the run did not get that far.
    pub dataset: Option<&'a Union>,
    /// How long it took to put the dataset together, in milliseconds, after the jobs had ended.
    pub assembled_ms: u64,
}

/// Why a report could not be written.
#[derive(Debug, Error)]
#[error("cannot write {path}: {source}")]
pub struct ReportError {
    /// The report.
    pub path: PathBuf,
    /// What went wrong.
    pub source: io::Error,
}

/// Writes the report of a run in one format into a folder. Returns its path.
///
/// # Errors
/// [`ReportError`]; then an earlier report of that name is as it was.
pub fn write(run: &Run<'_>, format: Format, folder: &Path) -> Result<PathBuf, ReportError> {
    let path = folder.join(format.file_name());
    let bytes = match format {
        Format::Json => json::render(run),
    };
    engine::files::write_whole(&path, &bytes).map_err(|source| ReportError { path: path.clone(), source })?;
    Ok(path)
}
