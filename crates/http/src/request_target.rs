//! The checked URL of a request, and its form in messages.

use url::{Host, Position, Url};

use crate::error::UpstreamError;
use crate::request::UpstreamRequest;

/// Words in the names of parameters whose values may be secrets.
const SECRET_WORDS: [&str; 5] = ["key", "token", "secret", "password", "auth"];

/// A checked URL.
#[derive(Clone, Debug)]
pub(crate) struct RequestTarget {
    pub(crate) url: Url,
    /// The URL without a query that could hold a secret.
    pub(crate) shown: String,
}

impl RequestTarget {
    /// Checks the URL of a request: `http` or `https`, and no password in it.
    pub(crate) fn of(request: &UpstreamRequest) -> Result<Self, UpstreamError> {
        let refused = |url: &str, reason: &str| UpstreamError::Refused {
            url: url.to_owned(),
            reason: reason.to_owned(),
        };
        let url = Url::parse(&request.url)
            .map_err(|error| refused(request.service.label(), &format!("not a URL ({error})")))?;
        let shown = shown(&url);
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(refused(&shown, "only http and https URLs can be requested"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(&shown, "credentials do not belong in a URL"));
        }
        Ok(Self { url, shown })
    }

    /// Returns whether nobody between this machine and the host can read a request.
    pub(crate) fn is_confidential(&self) -> bool {
        is_confidential(&self.url)
    }

    /// Returns host and port.
    pub(crate) fn authority(&self) -> String {
        self.url[Position::BeforeHost..Position::AfterPort].to_owned()
    }
}

/// Returns whether nobody between this machine and the host of a URL can read what is sent there: it is this machine
/// itself, or the connection is encrypted. Only then may a credential be sent.
pub fn is_confidential(url: &Url) -> bool {
    let is_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_this_machine
}

fn shown(url: &Url) -> String {
    let is_secret = url.query_pairs().any(|(name, _)| {
        let name = name.to_ascii_lowercase();
        // `keywordSearch` is a parameter of NVD, not a secret.
        SECRET_WORDS.iter().any(|word| name.contains(word) && !name.starts_with("keyword"))
    });
    let place = if url.has_host() { &url[Position::BeforeHost..Position::AfterPath] } else { url.path() };
    let query = if is_secret { "" } else { &url[Position::AfterPath..Position::AfterQuery] };
    format!("{}://{place}{query}", url.scheme())
}
