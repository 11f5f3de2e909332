//! A credential on its way: in a header that is not printed, and in no text.

use secrecy::{ExposeSecret, SecretString};
use ureq::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::credentials::Credentials;
use super::request::{Service, UpstreamError};

/// The scope of those who have none.
pub(super) const OPEN: &str = "open";

/// What stands in the place of a credential that a server echoed.
const MASK: &str = "***";

/// Who asks a service, if it wants to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Credential {
    secret: Option<SecretString>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Credential {
    /// The one for a service, which is the only one that ever gets it.
    pub(super) fn of(service: Service, credentials: &Credentials) -> Result<Self, UpstreamError> {
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

    /// The header that it goes in.
    pub(super) fn header(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.header.as_ref()
    }

    /// Tells apart what different credentials see and may do. Too short to tell anything else.
    pub(super) fn scope(&self) -> String {
        let Some(secret) = &self.secret else { return OPEN.to_owned() };
        let mut hasher = blake3::Hasher::new_derive_key("streamguard upstream scope 1");
        hasher.update(secret.expose_secret().as_bytes());
        hasher.finalize().to_hex()[..8].to_owned()
    }

    /// A text of the server without the credential, which it may echo.
    pub(super) fn mask(&self, text: String) -> String {
        match &self.secret {
            Some(secret) if text.contains(secret.expose_secret()) => {
                text.replace(secret.expose_secret(), MASK)
            }
            _ => text,
        }
    }

    /// Headers of the server likewise.
    pub(super) fn mask_headers(&self, headers: &mut HeaderMap) {
        let Some(secret) = &self.secret else { return };
        for value in headers.values_mut() {
            if memchr::memmem::find(value.as_bytes(), secret.expose_secret().as_bytes()).is_some() {
                *value = HeaderValue::from_static(MASK);
            }
        }
    }
}
