//! Failures of attempts: those that another attempt may mend, and those that it would not.

use std::time::Duration;

use ureq::http::header::HeaderMap;

use crate::error::UpstreamError;
use crate::limit_headers::{header_text, quota, retry_after};
use crate::service::Service;
use crate::service_credential::MASK;

/// Longest quotation of a hostile text in a message, in characters.
const MAX_QUOTED_CHARS: usize = 80;

/// Failure of one attempt.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another attempt may succeed.
    Transient(String),
    /// The host was not reached. Another attempt may succeed.
    Unreachable(String),
    /// Somebody else answered, such as a captive portal. One more attempt may succeed, a third hardly.
    Unexpected(String),
    /// A limit is reached. The budget knows how long to wait.
    Limited(String),
    /// No attempt would succeed.
    Permanent(UpstreamError),
}

impl From<UpstreamError> for Failure {
    fn from(error: UpstreamError) -> Self {
        Self::Permanent(error)
    }
}

/// An answer that is neither the requested body nor a redirect.
pub(crate) struct RefusedAnswer<'a> {
    pub(crate) service: Service,
    pub(crate) has_credential: bool,
    pub(crate) url: &'a str,
    pub(crate) status: u16,
    pub(crate) headers: &'a HeaderMap,
    /// Beginning of the body.
    pub(crate) text: &'a str,
}

impl RefusedAnswer<'_> {
    /// Classifies the answer. Sources: NVD's "Start Here"; GitHub's "Rate limits for the REST API"; RFC 9110; for 520 to
    /// 524, Cloudflare's "5xx errors".
    pub(crate) fn failure(&self) -> Failure {
        let status = self.status;
        match status {
            // Before everything else: one status is a limit from one service and a refusal from another.
            _ if self.is_limit() => Failure::Limited(format!("HTTP {status}")),
            408 | 429 | 500 | 502 | 503 | 504 | 520..=524 => Failure::Transient(format!("HTTP {status}")),
            404 | 410 if self.service != Service::Nvd => {
                Failure::Permanent(UpstreamError::NotFound { url: self.url.to_owned() })
            }
            401 => self.refused(self.unauthorised()),
            // NVD answers every bad request, even one with a bad key, with 404 and this header.
            404 if let Some(message) = header_text(self.headers, "message") => {
                // A server that echoes the credential complains about it.
                let is_about_key = message.to_ascii_lowercase().contains("apikey") || message.contains(MASK);
                let hint = if is_about_key { self.check() } else { String::new() };
                self.refused(format!("{}{hint}", quote(message)))
            }
            _ if self.text.trim().is_empty() => {
                self.refused(format!("HTTP {status} without a reason: check the address, or try again later"))
            }
            _ => self.refused(format!("HTTP {status}: {}", quote(self.text))),
        }
    }

    fn refused(&self, reason: String) -> Failure {
        Failure::Permanent(UpstreamError::Refused { url: self.url.to_owned(), reason })
    }

    fn unauthorised(&self) -> String {
        let label = self.service.label();
        match self.service.variable() {
            Some(variable) if self.has_credential => {
                format!("{label} does not accept the value of {variable}")
            }
            Some(variable) => format!("{label} asks for a credential: set {variable}"),
            None => format!("{label} asks for a credential (HTTP 401)"),
        }
    }

    fn check(&self) -> String {
        self.service.variable().map(|variable| format!(" (check {variable})")).unwrap_or_default()
    }

    fn is_limit(&self) -> bool {
        match self.status {
            403 => {
                self.service == Service::Nvd
                    || self.is_secondary_limit()
                    || retry_after(self.headers).is_some()
                    || quota(self.headers).is_some_and(|quota| quota.remaining == 0)
            }
            429 | 503 => self.is_secondary_limit() || retry_after(self.headers).is_some(),
            _ => false,
        }
    }

    /// Returns whether this is GitHub's limit of concurrent requests, which only the text tells from other limits.
    pub(crate) fn is_secondary_limit(&self) -> bool {
        matches!(self.status, 403 | 429) && self.text.to_ascii_lowercase().contains("secondary rate limit")
    }
}

/// Returns the wait after GitHub's secondary limit, for answers that do not state it: a minute, and longer each time.
pub(crate) fn secondary_limit_wait(attempts: u32, scale: f64) -> Duration {
    // One minute, then two, four and eight; the shift is bounded.
    (Duration::from_secs(60) * (1 << attempts.saturating_sub(1).min(3))).mul_f64(scale)
}

/// Returns the longest wait before the next attempt, of which a random part is waited.
pub(crate) fn max_backoff(attempts: u32, scale: f64) -> Duration {
    Duration::from_secs(1 << attempts.min(6)).min(Duration::from_secs(60)).mul_f64(scale)
}

/// Quotes the beginning of a hostile text, in one line and with control characters escaped.
pub(crate) fn quote(text: &str) -> String {
    text.trim().chars().take(MAX_QUOTED_CHARS).flat_map(char::escape_debug).collect()
}
