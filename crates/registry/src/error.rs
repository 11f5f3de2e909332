//! Errors of settings and of commands that make a job.

use std::io;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

/// A setting with a wrong value.
#[derive(Debug, Error)]
#[error("{key}: {reason}")]
pub struct SettingsError {
    /// Key of the setting; empty if no single one is wrong.
    pub key: String,
    /// What is wrong with the value.
    pub reason: String,
}

/// Reason why a command cannot make its job.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// A setting has a wrong value.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Settings contradict each other, or a file that they name holds something else.
    #[error("{0}")]
    Invalid(String),
    /// A file that the settings name cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Cause of the failure.
        source: io::Error,
    },
}

#[cfg(feature = "prime")]
impl From<streamguard_prime::PrimeArgsError> for SetUpError {
    fn from(error: streamguard_prime::PrimeArgsError) -> Self {
        use streamguard_prime::PrimeArgsError;
        match error {
            PrimeArgsError::Invalid(reason) => Self::Invalid(reason),
            PrimeArgsError::Unreadable { path, source } => Self::Unreadable { path, source },
        }
    }
}

/// Reads settings.
///
/// # Errors
/// [`SettingsError`], with the key of the setting that is wrong.
pub fn read_settings<T: DeserializeOwned>(settings: Value) -> Result<T, SettingsError> {
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        // Only the first part: settings are flat, and it is the name of the flag.
        let key = path.split(['.', '[']).next().unwrap_or_default().to_owned();
        SettingsError { key, reason: error.into_inner().to_string() }
    })
}
