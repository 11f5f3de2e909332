//! What a collector needs to reach upstreams: credentials, the cache, and the client made of them.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::request::UpstreamError;

/// Who asks. Cannot be printed, and is never written down.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// A GitHub token.
    pub github: Option<SecretString>,
    /// An NVD API key.
    pub nvd: Option<SecretString>,
}

/// The way to the upstreams: the part of it that decides what comes out is a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Access {
    /// Folder of the cache.
    pub cache: PathBuf,
    /// Folder of an unpacked snapshot, the only source of answers then.
    pub snapshot: Option<PathBuf>,
    /// Length of the windows of rate limits, relative to the published ones: 1.0 but for
    /// mirrors without limits.
    pub rate_scale: f64,
    /// Who asks; handed over apart from the settings.
    #[serde(skip)]
    pub credentials: Credentials,
    #[serde(skip)]
    client: Arc<OnceLock<Client>>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            cache: PathBuf::new(),
            snapshot: None,
            rate_scale: 1.0,
            credentials: Credentials::default(),
            client: Arc::default(),
        }
    }
}

impl PartialEq for Access {
    fn eq(&self, other: &Self) -> bool {
        (&self.cache, &self.snapshot, self.rate_scale) == (&other.cache, &other.snapshot, other.rate_scale)
    }
}

impl Access {
    /// The client, made at its first use.
    ///
    /// # Errors
    /// A client that cannot be made: a cache that cannot be written, no certificates.
    pub fn client(&self) -> Result<&Client, UpstreamError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::new(self)?;
        Ok(self.client.get_or_init(|| client))
    }
}
