//! Where a request goes, and what of that may be shown.

use url::{Position, Url};

use super::request::{Request, UpstreamError};

/// Words in the names of parameters whose values are nobody's business.
const SECRET: [&str; 5] = ["key", "token", "secret", "password", "auth"];

/// A checked URL.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    /// The URL without what could be a secret.
    pub(super) shown: String,
}

impl Target {
    /// Where a request goes: HTTP or HTTPS, and nobody's password in it.
    pub(super) fn of(request: &Request) -> Result<Self, UpstreamError> {
        let refused = |url: &str, reason: &str| UpstreamError::Refused {
            url: url.to_owned(),
            reason: reason.to_owned(),
        };
        let url = Url::parse(&request.url)
            .map_err(|error| refused(request.service.label(), &format!("not a URL ({error})")))?;
        let shown = shown(&url);
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(refused(&shown, "only http and https are spoken"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(&shown, "credentials do not belong in a URL"));
        }
        Ok(Self { url, shown })
    }

    /// Host and port.
    pub(super) fn authority(&self) -> String {
        self.url[Position::BeforeHost..Position::AfterPort].to_owned()
    }
}

fn shown(url: &Url) -> String {
    let is_secret = url.query_pairs().any(|(name, _)| {
        let name = name.to_ascii_lowercase();
        // `keywordSearch` is a parameter of NVD, and no secret.
        SECRET.iter().any(|word| name.contains(word) && !name.starts_with("keyword"))
    });
    let place = if url.has_host() { &url[Position::BeforeHost..Position::AfterPath] } else { url.path() };
    let query = if is_secret { "" } else { &url[Position::AfterPath..Position::AfterQuery] };
    format!("{}://{place}{query}", url.scheme())
}
