//! Which failures pass, and which last.

use std::time::Duration;

use ureq::http::header::HeaderMap;

use super::headers;
use super::request::{Service, UpstreamError};

/// How much of a hostile text goes into a message, in characters.
const QUOTED: usize = 80;

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The next try may go better.
    Passing(String),
    /// Nobody was there; the next try may go better.
    Unreached(String),
    /// The next try may go better, but hardly the one after it: somebody else answered.
    Odd(String),
    /// A limit is reached. The budget knows how long to wait.
    Limited(String),
    /// No try will go better.
    Lasting(UpstreamError),
}

impl From<UpstreamError> for Failure {
    fn from(error: UpstreamError) -> Self {
        Self::Lasting(error)
    }
}

/// An answer that is neither the body that was asked for nor a redirect.
pub(super) struct Refusal<'a> {
    pub(super) service: Service,
    pub(super) has_credential: bool,
    pub(super) url: &'a str,
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    /// The beginning of its body.
    pub(super) text: &'a str,
}

impl Refusal<'_> {
    /// What it means. Sources: NVD's "Start Here"; GitHub's "Rate limits for the REST API";
    /// RFC 9110; for 520 to 524, Cloudflare's "5xx errors".
    pub(super) fn failure(&self) -> Failure {
        let status = self.status;
        match status {
            // Before everything else: the same statuses are limits from one service and refusals
            // from another.
            _ if self.is_limit() => Failure::Limited(format!("HTTP {status}")),
            408 | 429 | 500 | 502 | 503 | 504 | 520..=524 => Failure::Passing(format!("HTTP {status}")),
            404 | 410 if self.service != Service::Nvd => {
                Failure::Lasting(UpstreamError::NotFound { url: self.url.to_owned() })
            }
            401 => self.refused(self.unauthorised()),
            // NVD answers every bad question, a bad key included, with 404 and this header.
            404 if let Some(message) = headers::text(self.headers, "message") => {
                let hint = if message.to_ascii_lowercase().contains("apikey") {
                    self.check()
                } else {
                    String::new()
                };
                self.refused(format!("{}{hint}", quote(message)))
            }
            _ if self.text.trim().is_empty() => self.refused(format!("HTTP {status}")),
            _ => self.refused(format!("HTTP {status}: {}", quote(self.text))),
        }
    }

    fn refused(&self, reason: String) -> Failure {
        Failure::Lasting(UpstreamError::Refused { url: self.url.to_owned(), reason })
    }

    fn unauthorised(&self) -> String {
        let label = self.service.label();
        match self.service.variable() {
            Some(variable) if self.has_credential => {
                format!("{label} does not accept the value of {variable}")
            }
            Some(variable) => format!("{label} wants to know who asks: set {variable}"),
            None => format!("{label} wants to know who asks (HTTP 401)"),
        }
    }

    fn check(&self) -> String {
        self.service.variable().map(|variable| format!(" (check {variable})")).unwrap_or_default()
    }

    fn is_limit(&self) -> bool {
        match self.status {
            403 => {
                self.service == Service::Nvd
                    || self.is_secondary()
                    || headers::retry_after(self.headers).is_some()
                    || headers::quota(self.headers).is_some_and(|quota| quota.remaining == 0)
            }
            429 | 503 => self.is_secondary() || headers::retry_after(self.headers).is_some(),
            _ => false,
        }
    }

    /// GitHub's limit on how much at once, which only the text tells from others.
    pub(super) fn is_secondary(&self) -> bool {
        matches!(self.status, 403 | 429) && self.text.to_ascii_lowercase().contains("secondary rate limit")
    }
}

/// How long to wait after GitHub's secondary limit, where it does not say: a minute, and longer
/// each time.
pub(super) fn after_secondary(tries: u32, scale: f64) -> Duration {
    // One minute, then two, four and eight; the shift is bounded.
    (Duration::from_secs(60) * (1 << tries.saturating_sub(1).min(3))).mul_f64(scale)
}

/// A back-off before the next try, at most; of which a random part is waited.
pub(super) fn backoff(tries: u32, scale: f64) -> Duration {
    Duration::from_secs(1 << tries.min(6)).min(Duration::from_secs(60)).mul_f64(scale)
}

/// The beginning of a text that others wrote, in one line and without control characters.
pub(super) fn quote(text: &str) -> String {
    text.trim().chars().take(QUOTED).flat_map(char::escape_debug).collect()
}
