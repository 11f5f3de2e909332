//! Errors of exports.

use std::io;

use streamguard_durable::WriteError;
use streamguard_table::TableError;
use thiserror::Error;

/// Reason why a dataset cannot be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The dataset cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The dataset lacks what the layout consists of.
    #[error("the layout {layout} consists of {needs}, and the dataset has none")]
    Unsuitable {
        /// Name of the layout.
        layout: &'static str,
        /// What is missing.
        needs: &'static str,
    },
}

impl ExportError {
    /// Returns the error for a file of the result.
    pub(crate) fn write(name: &str) -> impl Fn(io::Error) -> Self + use<> {
        let name = name.to_owned();
        move |error| Self::Write(WriteError::at(&name)(error))
    }
}
