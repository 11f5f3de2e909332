//! Gerrit: changes in review.

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
        (host, _) => match host.strip_suffix(GOOGLE_SUFFIX) {
            Some(name) => format!("{name}.googlesource.com"),
            None => return anywhere(address),
        },
    };
    let parts = with_fragment(address);
    let default = (host == GO_HOST).then_some("go");
    match parts.as_slice() {
        ["c", rest @ ..] if rest.contains(&"+") => {
            let (repository, target) = named_change(rest)?;
            pointer(&host, &repository.join("/"), target)
        }
        ["c", number] | ["c", number, _] | ["q" | "r", number] | [number] => {
            pointer(&host, default?, change(number)?)
        }
        _ => None,
    }
}

/// Parses `/c/<repository>/+/<number>` on any host, possibly below a folder: no other software has such paths. The
/// repositories are beside the reviews.
fn anywhere(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = with_fragment(address);
    let (folder, rest) = match parts.as_slice() {
        ["c", rest @ ..] => (&[][..], rest),
        [folder, "c", rest @ ..] => (std::slice::from_ref(folder), rest),
        _ => return None,
    };
    let (repository, target) = named_change(rest)?;
    pointer(&address.host, &[folder, repository].concat().join("/"), target)
}

/// Returns the parts of the path, with those in the fragment: old versions have all of it there, as in `/#/c/<number>/`.
fn with_fragment(address: &WebAddress) -> Vec<&str> {
    let mut parts = address.parts();
    if !parts.contains(&"+") {
        parts.extend(address.fragment().split('/').filter(|part| !part.is_empty()));
    }
    parts
}

/// Parses `<repository>/+/<number>`, and what follows.
fn named_change<'p, 'a>(parts: &'p [&'a str]) -> Option<(&'p [&'a str], GitTarget)> {
    let at = parts.iter().position(|part| *part == "+").filter(|at| *at > 0)?;
    Some((&parts[..at], change(parts.get(at + 1)?)?))
}

/// Parses the number or the `Change-Id` of a change.
fn change(text: &str) -> Option<GitTarget> {
    let is_number = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = text.strip_prefix('I').unwrap_or_default();
    let is_change_id = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_number || is_change_id).then(|| GitTarget::Review(text.to_owned()))
}
