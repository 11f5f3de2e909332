//! Where a repository is now that its host says has moved.

use url::Url;

use super::Fetching;
use super::address::Place;
use crate::source::Source;

/// What git asks first (gitprotocol-http), hence what its host redirects.
const FIRST: &str = "/info/refs?service=git-upload-pack";

/// The new name of a repository. It is a name only: whether it may be asked is another question.
pub(super) fn new_place(place: &Place, fetching: &Fetching<'_>) -> Option<String> {
    let asked = format!("{}{FIRST}", place.at);
    let answer = (fetching.locate?)(&asked)?;
    // It may be relative (RFC 9110, section 10.2.2).
    let answer = Url::parse(&asked).ok()?.join(&answer).ok()?;
    let found = answer.as_str().split_once("/info/refs").map(|(found, _)| found)?;
    let found = fetching.mirrors.iter().find_map(|mirror| mirror.origin(found)).unwrap_or(found.to_owned());
    // Anything else would be taken for a path, and looked for.
    let Source::Remote { url } = found.starts_with("https://").then(|| Source::parse(&found).ok())?? else {
        return None;
    };
    (url != place.url).then_some(url)
}
