//! The setting that names a tokenizer.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::tokenizer_error::TokenizerError;
use super::tokenizer_file::Tokenizer;

/// Path of a tokenizer, which is read once in each process.
///
/// As a setting of a run it has the digest of the files: a run that is resumed, and a worker that starts late, must count
/// by the same tokenizer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "TokenizerChoice", into = "TokenizerChoice")]
pub struct TokenizerSetting {
    path: PathBuf,
    /// Digest that the files must have.
    digest: Option<String>,
    loaded: OnceLock<Arc<Tokenizer>>,
}

/// Form of the setting in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum TokenizerChoice {
    Path(PathBuf),
    Known { path: PathBuf, digest: String },
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
        if self.digest.as_ref().is_some_and(|digest| digest != tokenizer.digest()) {
            return Err(TokenizerError::Changed { path: self.path.clone() });
        }
        Ok(Arc::clone(self.loaded.get_or_init(|| tokenizer)))
    }
}

impl From<OsString> for TokenizerSetting {
    fn from(path: OsString) -> Self {
        TokenizerChoice::Path(path.into()).into()
    }
}

impl From<TokenizerChoice> for TokenizerSetting {
    fn from(choice: TokenizerChoice) -> Self {
        let (path, digest) = match choice {
            TokenizerChoice::Path(path) => (path, None),
            TokenizerChoice::Known { path, digest } => (path, Some(digest)),
        };
        Self { path, digest, loaded: OnceLock::new() }
    }
}

impl From<TokenizerSetting> for TokenizerChoice {
    fn from(setting: TokenizerSetting) -> Self {
        // Files that cannot be read are told of where they are used.
        let digest = setting.load().ok().map(|tokenizer| tokenizer.digest().to_owned());
        let path = setting.path;
        match digest.or(setting.digest) {
            Some(digest) => Self::Known { path, digest },
            None => Self::Path(path),
        }
    }
}
