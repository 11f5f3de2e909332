//! Gerrit: changes in review at Google and OpenDev.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;

/// Suffix of the hosts of reviews, each beside a host of repositories.
const GOOGLE_SUFFIX: &str = "-review.googlesource.com";

/// Host whose reviews are mostly of one repository of the same name, for URLs that name none.
const GO_HOST: &str = "go.googlesource.com";

/// Parses a page of a review: `/c/<repository>/+/<number>`, `/<number>`, `/q/<Change-Id>`, and the short
/// links of Go.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let host = match (address.host.as_str(), parts.as_slice()) {
        ("go.dev" | "golang.org", ["cl", number, ..]) => return pointer(GO_HOST, "go", change(number)?),
        ("review.opendev.org" | "review.openstack.org", _) => "opendev.org".to_owned(),
        (host, _) => format!("{}.googlesource.com", host.strip_suffix(GOOGLE_SUFFIX)?),
    };
    // Old versions have all of it in the fragment: `/#/c/<number>/`.
    let fragment: Vec<&str> = address.fragment().split('/').filter(|part| !part.is_empty()).collect();
    let parts = if fragment.is_empty() || parts.contains(&"+") { parts } else { fragment };
    let default = (host == GO_HOST).then_some("go");
    match parts.as_slice() {
        ["c", repository @ .., "+", number] | ["c", repository @ .., "+", number, _]
            if !repository.is_empty() =>
        {
            pointer(&host, &repository.join("/"), change(number)?)
        }
        ["c", number] | ["c", number, _] | ["q" | "r", number] | [number] => {
            pointer(&host, default?, change(number)?)
        }
        _ => None,
    }
}

/// Parses the number or the `Change-Id` of a change.
fn change(text: &str) -> Option<GitTarget> {
    let is_number = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = text.strip_prefix('I').unwrap_or_default();
    let is_change_id = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_number || is_change_id).then(|| GitTarget::Review(text.to_owned()))
}
