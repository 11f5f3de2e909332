//! Credentials for all services, apart from the settings: they are never written to a file.

use secrecy::SecretString;
use streamguard_engine::Secrets;

/// Name of the GitHub token among a job's secrets.
const GITHUB_SECRET: &str = "github_token";

/// Name of the NVD API key among a job's secrets.
const NVD_SECRET: &str = "nvd_api_key";

/// Credentials for the upstreams. They cannot be printed, and are never written down.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// GitHub token.
    pub github: Option<SecretString>,
    /// NVD API key.
    pub nvd: Option<SecretString>,
}

impl Credentials {
    /// Takes the credentials out of the secrets that a worker received.
    pub fn of(secrets: &Secrets) -> Self {
        Self { github: secrets.get(GITHUB_SECRET).cloned(), nvd: secrets.get(NVD_SECRET).cloned() }
    }

    /// Returns the credentials as secrets to hand to workers.
    pub fn secrets(&self) -> Secrets {
        let named = [(GITHUB_SECRET, &self.github), (NVD_SECRET, &self.nvd)];
        named.into_iter().fold(Secrets::default(), |secrets, (name, secret)| match secret {
            Some(secret) => secrets.with(name, secret.clone()),
            None => secrets,
        })
    }
}
