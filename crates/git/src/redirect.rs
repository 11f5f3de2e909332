//! The new place of a repository that its host says has moved.

use url::Url;

use crate::context::FetchContext;
use crate::fetch_target::FetchTarget;
use crate::source::RepositorySource;

/// Path of git's first request (gitprotocol-http), which is the one that a host redirects.
const FIRST_REQUEST: &str = "/info/refs?service=git-upload-pack";

/// Asks the host for the new URL of a repository. The URL is only a name: whether it may be fetched from is yet to
/// be checked.
pub(crate) fn resolve_redirect(target: &FetchTarget, context: &FetchContext<'_>) -> Option<String> {
    let asked = format!("{}{FIRST_REQUEST}", target.fetch_url);
    let location = (context.locate?)(&asked, target.addresses())?;
    // A location may be relative (RFC 9110, section 10.2.2).
    let location = Url::parse(&asked).ok()?.join(&location).ok()?;
    let found = location.as_str().split_once("/info/refs").map(|(found, _)| found)?;
    let found = context.mirrors.iter().find_map(|rule| rule.origin(found)).unwrap_or(found.to_owned());
    // `RepositorySource::parse` takes everything else for a local path, and looks for it.
    let source = found.starts_with("https://").then(|| RepositorySource::parse(&found).ok())??;
    let RepositorySource::Remote { url } = source else { return None };
    (url != target.url).then_some(url)
}
