//! References: from a URL in an advisory to a repository and a commit in it.
//!
//! A URL is hostile text. It is parsed strictly, and the URL of the repository is built anew from
//! plain parts. Each family of hosts has a module that knows its forms of URLs.

mod bitbucket;
mod cgit;
mod forge;
mod github;
mod gitiles;
mod gitlab;
mod gitweb;
mod history;
mod kernel;
mod moved;
mod pointer;
mod repository_key;
mod review;
mod revision;
mod short_link;
mod web_address;

pub(crate) use history::CLOSING_WORDS;
pub use history::{CommitHistory, FoundCommit, HistoryError};
use pointer::repository_url;
pub use pointer::{GitTarget, RepositoryPointer};
pub use repository_key::repository_key;
use web_address::WebAddress;

/// Parses a URL that names a commit, a pull request, a comparison, a tag or a state of a repository.
///
/// Nothing is fetched and nothing is guessed: the result is `None` if the form of the URL is not
/// known, if the URL to clone from does not follow from it, or if a name may be that of a branch.
pub fn parse(url: &str) -> Option<RepositoryPointer> {
    parse_sound(url).or_else(|| parse_sound(&web_address::repaired(url)?))
}

/// Parses a URL as it is.
fn parse_sound(url: &str) -> Option<RepositoryPointer> {
    let address = WebAddress::parse(url)?;
    let address = address.inner().unwrap_or(address);
    let host = address.host.as_str();
    if let Some(pointer) = installed(&address) {
        return Some(pointer);
    }
    if let Some(pointer) = short_link::parse(&address).or_else(|| review::parse(&address)) {
        return Some(pointer);
    }
    if github::is_host(host) {
        return github::parse(&address);
    }
    if host == bitbucket::HOST {
        return bitbucket::parse(&address);
    }
    if host == bitbucket::API_HOST {
        return bitbucket::parse_api(&address);
    }
    // The forms that are hardest to mistake for others come first.
    kernel::parse(&address)
        .or_else(|| gitiles::parse(&address))
        .or_else(|| gitlab::parse(&address))
        .or_else(|| gitweb::parse(&address))
        .or_else(|| cgit::parse(&address))
        .or_else(|| bitbucket::parse_server(&address))
        .or_else(|| forge::parse(&address))
}

/// Parses all URLs in a text, of which references sometimes hold several.
pub fn parse_all(text: &str) -> Vec<RepositoryPointer> {
    let urls = web_address::urls(text, |url| parse(url).is_some());
    let mut pointers: Vec<RepositoryPointer> = Vec::new();
    for pointer in urls.iter().filter_map(|url| parse(url)) {
        if !pointers.contains(&pointer) {
            pointers.push(pointer);
        }
    }
    pointers
}

/// Parses the address that a package is installed from, `git://host/owner/name.git#ID`.
fn installed(address: &WebAddress) -> Option<RepositoryPointer> {
    let is_repository = address.path.last()?.ends_with(".git");
    let target = revision::whole(address.fragment()).filter(|_| is_repository).map(GitTarget::Commit)?;
    pointer::pointer(&address.host, &address.path.join("/"), target)
}

/// Returns the repository that any page on one of the large forges belongs to.
pub fn repository(url: &str) -> Option<String> {
    if let Some(pointer) = parse(url) {
        return Some(pointer.repository);
    }
    let address = WebAddress::parse(url)?;
    let is_forge =
        github::is_host(&address.host) || address.host == bitbucket::HOST || forge::is_gitea(&address.host);
    let [owner, name, ..] = address.path.as_slice() else { return None };
    if !is_forge || github::is_site_page(owner) {
        return None;
    }
    let name = name.strip_suffix(".git").unwrap_or(name);
    repository_url(&address.host, &format!("{owner}/{name}"))
}

/// Returns the canonical form of a URL to clone from, on any host.
pub fn clone_url(url: &str) -> Option<String> {
    let secure = url.strip_prefix("http://").or_else(|| url.strip_prefix("git://"));
    let url = secure.map_or_else(|| url.to_owned(), |rest| format!("https://{rest}"));
    let address = WebAddress::parse(&url)?;
    repository_url(&address.host, &address.path.join("/"))
}

/// Reports whether text is the whole id of a commit: 40 hexadecimal digits (SHA-1) or 64 (SHA-256).
pub fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
