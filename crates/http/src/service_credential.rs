//! The credential of one request: in a header that is never printed, and in no text.

use secrecy::{ExposeSecret, SecretString};
use ureq::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::credentials::Credentials;
use crate::error::UpstreamError;
use crate::service::Service;

/// Scope of requests without a credential.
pub(crate) const ANONYMOUS_SCOPE: &str = "open";

/// Length of the shortest credential that is looked for in bodies, in bytes.
const MIN_SEARCHED_BYTES: usize = 8;

/// Replacement of a credential that a server echoed.
pub(crate) const MASK: &str = "***";

/// Credential that is sent to a service, if it takes one.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceCredential {
    secret: Option<SecretString>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl ServiceCredential {
    /// Selects the credential of a service. No other service ever gets it.
    pub(crate) fn of(service: Service, credentials: &Credentials) -> Result<Self, UpstreamError> {
        let (name, kind, secret) = match service {
            Service::Nvd => (HeaderName::from_static("apikey"), "", &credentials.nvd),
            Service::GitHub => (AUTHORIZATION, "Bearer ", &credentials.github),
            Service::NvdFeeds | Service::Osv | Service::ExploitDb | Service::GitHost => {
                return Ok(Self::default());
            }
        };
        let Some(secret) = secret.as_ref().filter(|secret| !secret.expose_secret().is_empty()) else {
            return Ok(Self::default());
        };
        let mut value =
            HeaderValue::from_str(&format!("{kind}{}", secret.expose_secret())).map_err(|_| {
                UpstreamError::Refused {
                    url: service.label().to_owned(),
                    reason: format!(
                        "{} holds characters that no credential has",
                        service.variable().unwrap_or("the credential")
                    ),
                }
            })?;
        value.set_sensitive(true);
        Ok(Self { secret: Some(secret.clone()), header: Some((name, value)) })
    }

    /// Returns the header with the credential.
    pub(crate) fn header(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.header.as_ref()
    }

    /// Returns a name for what a credential may see and do, as a part of the names of files.
    pub(crate) fn scope(&self) -> String {
        let Some(secret) = &self.secret else { return ANONYMOUS_SCOPE.to_owned() };
        // 32 bits tell a few credentials apart, and are too few to confirm a guess of one.
        let mut hasher = blake3::Hasher::new_derive_key("streamguard upstream scope 1");
        hasher.update(secret.expose_secret().as_bytes());
        hasher.finalize().to_hex()[..8].to_owned()
    }

    /// Removes the credential from a text of the server, which may echo it.
    pub(crate) fn mask(&self, text: String) -> String {
        match &self.secret {
            Some(secret) if text.contains(secret.expose_secret()) => {
                text.replace(secret.expose_secret(), MASK)
            }
            _ => text,
        }
    }

    /// Returns a search for the credential in a body that comes in pieces.
    pub(crate) fn search(&self) -> CredentialSearch {
        let secret = self.secret.clone();
        // A shorter one is found in bodies by chance, and protects nothing.
        let secret = secret.filter(|secret| secret.expose_secret().len() >= MIN_SEARCHED_BYTES);
        CredentialSearch { secret, end: Vec::new() }
    }

    /// Removes the credential from headers of the server.
    pub(crate) fn mask_headers(&self, headers: &mut HeaderMap) {
        let Some(secret) = &self.secret else { return };
        for value in headers.values_mut() {
            let secret = secret.expose_secret().as_bytes();
            if memchr::memmem::find(value.as_bytes(), secret).is_some() {
                // Only the credential: the rest may say what is wrong with it.
                let masked = replace(value.as_bytes(), secret, MASK.as_bytes());
                *value = HeaderValue::from_bytes(&masked).unwrap_or(HeaderValue::from_static(MASK));
            }
        }
    }
}

/// Replaces all occurrences of a part.
fn replace(text: &[u8], part: &[u8], other: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, part) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(other);
        rest = &rest[at + part.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

/// Search for a credential in a body that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct CredentialSearch {
    secret: Option<SecretString>,
    /// End of the body so far, in which the credential may have begun.
    end: Vec<u8>,
}

impl CredentialSearch {
    /// Takes the next piece. Returns whether the credential ends in it.
    pub(crate) fn finds_in(&mut self, piece: &[u8]) -> bool {
        let Some(secret) = &self.secret else { return false };
        let secret = secret.expose_secret().as_bytes();
        let overlap = secret.len() - 1;
        let (start, rest) = piece.split_at(piece.len().min(overlap));
        self.end.extend_from_slice(start);
        let is_found = [&self.end, piece].iter().any(|text| memchr::memmem::find(text, secret).is_some());
        self.end.extend_from_slice(&rest[rest.len().saturating_sub(overlap)..]);
        self.end.drain(..self.end.len().saturating_sub(overlap));
        is_found
    }
}
