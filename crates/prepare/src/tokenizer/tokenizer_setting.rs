//! The setting that names a tokenizer.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::tokenizer_error::TokenizerError;
use super::tokenizer_file::Tokenizer;

/// Path of a tokenizer, which is read once in each process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenizerSetting {
    path: PathBuf,
    #[serde(skip)]
    loaded: OnceLock<Arc<Tokenizer>>,
}

impl TokenizerSetting {
    /// Returns the tokenizer.
    ///
    /// # Errors
    /// [`TokenizerError`] if the files cannot be used.
    pub fn load(&self) -> Result<Arc<Tokenizer>, TokenizerError> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(Arc::clone(loaded));
        }
        let tokenizer = Arc::new(Tokenizer::read(&self.path)?);
        Ok(Arc::clone(self.loaded.get_or_init(|| tokenizer)))
    }
}

impl From<OsString> for TokenizerSetting {
    fn from(path: OsString) -> Self {
        Self { path: path.into(), loaded: OnceLock::new() }
    }
}
