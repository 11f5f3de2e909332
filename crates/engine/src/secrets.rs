//! Secrets: what a job's workers must know and no file, list of processes or log may hold.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::worker::protocol::ExposedSecrets;

/// Secrets by name. They cannot be printed; a worker process gets them over its standard input.
#[derive(Clone, Debug, Default)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// Adds one.
    pub fn with(mut self, name: &str, secret: SecretString) -> Self {
        self.0.insert(name.to_owned(), secret);
        self
    }

    /// The secret of this name.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// In the clear, for the pipe to a worker and nothing else.
    pub(crate) fn tell(&self) -> ExposedSecrets {
        ExposedSecrets(
            self.0.iter().map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned())).collect(),
        )
    }

    /// As a worker was told.
    pub(crate) fn told(ExposedSecrets(told): ExposedSecrets) -> Self {
        Self(told.into_iter().map(|(name, secret)| (name, SecretString::from(secret))).collect())
    }
}
