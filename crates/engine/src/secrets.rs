//! Secrets: values that a job's workers need, and that must not appear in any file, list of processes or log.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// Secrets by name. They cannot be printed; a worker process receives them over its standard input.
#[derive(Clone, Debug, Default)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// Adds a secret.
    pub fn with(mut self, name: &str, secret: SecretString) -> Self {
        self.0.insert(name.to_owned(), secret);
        self
    }

    /// Returns the secret of this name.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// Returns the secrets in the clear, for the pipe to a worker and nothing else.
    pub(crate) fn expose(&self) -> ExposedSecrets {
        let exposed =
            |(name, secret): (&String, &SecretString)| (name.clone(), secret.expose_secret().to_owned());
        ExposedSecrets(self.0.iter().map(exposed).collect())
    }

    /// Hides secrets that a worker received.
    pub(crate) fn from_exposed(ExposedSecrets(exposed): ExposedSecrets) -> Self {
        Self(exposed.into_iter().map(|(name, secret)| (name, SecretString::from(secret))).collect())
    }
}

/// Secrets in the clear, on their way to a worker.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ExposedSecrets(BTreeMap<String, String>);

impl ExposedSecrets {
    /// Tells whether there are no secrets.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

// Names only: the values must not reach a log.
impl fmt::Debug for ExposedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
