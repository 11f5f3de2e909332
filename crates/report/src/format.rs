//! The formats that reports can have.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use streamguard_dataset::SourceError;
use streamguard_durable::{WriteError, write_atomic};
use thiserror::Error;

use crate::{Run, csv, html, json, pdf, sarif};

/// A format that reports can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The complete result, for programs: `collection_results.json`.
    Json,
    /// Tables for spreadsheets and data frames: `collection_results.csv`, and one tidy table a file.
    Csv,
    /// For people, to be sent and printed: `collection_report.pdf`.
    Pdf,
    /// The vulnerable code as findings, for code scanning: `findings.sarif`.
    Sarif,
    /// One page to look through, without a network: `collection_report.html`.
    Html,
}

impl Format {
    /// All formats there are.
    pub const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Pdf, Self::Sarif, Self::Html];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
            Self::Sarif => "sarif",
            Self::Html => "html",
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

/// How reports are rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many samples the HTML report holds, at most.
    pub html_samples: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { html_samples: 2000 }
    }
}

/// Why a report could not be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file of the report cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The samples cannot be read.
    #[error(transparent)]
    Samples(#[from] SourceError),
    /// The pages cannot be laid out.
    #[error("cannot lay out the PDF report: {0}")]
    Pdf(String),
}

/// A file of a report: its name and what is in it.
pub(crate) type Rendered = (&'static str, Vec<u8>);

/// Writes the reports of a run in one format into a folder. Returns their paths.
///
/// # Errors
/// [`ReportError`]; then an earlier report of that name is as it was.
pub fn write(
    run: &Run,
    format: Format,
    options: &Options,
    folder: &Path,
) -> Result<Vec<PathBuf>, ReportError> {
    let files = match format {
        Format::Json => vec![json::render(&run.report)],
        Format::Csv => csv::render(&run.report),
        Format::Pdf => vec![pdf::render(&run.report)?],
        Format::Sarif => vec![sarif::render(run)?],
        Format::Html => vec![html::render(run, options.html_samples)?],
    };
    let write = |(name, bytes): Rendered| {
        let path = folder.join(name);
        write_atomic(&path, &bytes).map_err(WriteError::at(&path))?;
        Ok(path)
    };
    files.into_iter().map(write).collect()
}
