//! The values that all formats share: options, a rendered file, and the error.

use streamguard_dataset::SampleFileError;
use streamguard_durable::WriteError;
use thiserror::Error;

/// Options of rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Largest number of samples that the HTML report contains.
    pub html_samples: usize,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { html_samples: 2000 }
    }
}

/// Reason why a report could not be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file of the report cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The samples cannot be read.
    #[error(transparent)]
    Samples(#[from] SampleFileError),
    /// The pages cannot be laid out.
    #[error("cannot lay out the PDF report: {0}")]
    Pdf(String),
}

/// A file of a report: its path below the folder, and its content.
pub(crate) type RenderedFile = (String, Vec<u8>);
