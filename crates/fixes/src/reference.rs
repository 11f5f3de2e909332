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
mod revision;
mod web_address;

use serde::{Deserialize, Serialize};

pub use history::{CommitHistory, FoundCommit, HistoryError};
use streamguard_git::Source;
use web_address::WebAddress;

/// Thing in a repository that a URL names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GitTarget {
    /// A commit, by its whole id or the first 7 to 39 digits, in lower case.
    Commit(String),
    /// A pull or merge request, by its number.
    Pull(u64),
    /// The changes between two revisions (commits, tags or branches). Only the second one surely
    /// contains the fix.
    Compare(String, String),
    /// A tag or release, by its name.
    Tag(String),
    /// The files at a commit, by its whole id in lower case. Advisories link the vulnerable lines in
    /// this way far more often than the fixed ones, so it is not a fix.
    State(String),
}

impl GitTarget {
    /// Returns the rank of the target: the lower, the more certain is the commit that it leads to.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Commit(_) => 0,
            Self::Pull(_) => 1,
            Self::Compare(..) => 2,
            Self::Tag(_) => 3,
            Self::State(_) => 4,
        }
    }

    /// Reports whether the target is one change: a commit or a pull request.
    pub fn names_change(&self) -> bool {
        matches!(self, Self::Commit(_) | Self::Pull(_))
    }
}

/// A repository and a thing in it, as a URL names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RepositoryPointer {
    /// `https://host/path` to clone the repository from, in one canonical form: host in lower case,
    /// without `.git` and without a `/` at the end.
    pub repository: String,
    /// The thing in the repository.
    pub target: GitTarget,
}

impl RepositoryPointer {
    /// Returns the key of the repository; see [`repository_key`].
    pub fn key(&self) -> String {
        repository_key(&self.repository)
    }
}

/// Returns a key that is equal for two URLs of one repository. It is in lower case on hosts that
/// ignore case.
pub fn repository_key(repository: &str) -> String {
    let host = repository.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let ignores_case = host.is_some_and(|host| {
        host == github::HOST || host == bitbucket::HOST || gitlab::is_host(host) || forge::is_gitea(host)
    });
    if ignores_case { repository.to_ascii_lowercase() } else { repository.to_owned() }
}

/// Parses a URL that names a commit, a pull request, a comparison, a tag or a state of a repository.
///
/// Nothing is fetched and nothing is guessed: the result is `None` if the form of the URL is not
/// known, if the URL to clone from does not follow from it, or if a name may be that of a branch.
pub fn parse(url: &str) -> Option<RepositoryPointer> {
    let address = WebAddress::parse(url)?;
    let address = address.archived().unwrap_or(address);
    let host = address.host.as_str();
    if github::is_host(host) {
        return github::parse(&address);
    }
    if host == bitbucket::HOST {
        return bitbucket::parse(&address);
    }
    if host.ends_with(".googlesource.com") {
        return gitiles::parse(&address);
    }
    // The forms that are hardest to mistake for others come first.
    kernel::parse(&address)
        .or_else(|| gitlab::parse(&address))
        .or_else(|| gitweb::parse(&address))
        .or_else(|| cgit::parse(&address))
        .or_else(|| bitbucket::parse_server(&address))
        .or_else(|| forge::parse(&address))
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
    let path = address.path.join("/");
    repository_url(&address.host, path.strip_suffix(".git").unwrap_or(&path))
}

/// Reports whether text is the whole id of a commit (SHA-1, 40 hexadecimal digits).
pub fn is_commit_id(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Builds a pointer, if `host` and `path` make a URL that may be cloned from.
fn pointer(host: &str, path: &str, target: GitTarget) -> Option<RepositoryPointer> {
    repository_url(host, path).map(|repository| RepositoryPointer { repository, target })
}

/// Builds the URL of a repository. The rules of the git client decide whether it may be used.
fn repository_url(host: &str, path: &str) -> Option<String> {
    match Source::parse(&format!("https://{host}/{path}")) {
        Ok(Source::Remote { url }) => Some(url),
        _ => None,
    }
}
