//! References: from a URL in an advisory to a repository and a commit in it.
//!
//! A URL is hostile text: it is taken apart strictly, and the repository's URL is put together
//! anew from plain parts. Each family of hosts has a file that knows its forms.

mod address;
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

use serde::{Deserialize, Serialize};

use address::Address;
pub use history::{Found, History, HistoryError};
use streamguard_git::Source;

/// What a URL names in a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A commit, by all or the first 7 to 39 digits of its id, in lower case.
    Commit(String),
    /// A pull or merge request, by its number.
    Pull(u64),
    /// What changed between two revisions (commits, tags or branches), of which only the second
    /// is surely behind the fix.
    Compare(String, String),
    /// A tag or release, by its name.
    Tag(String),
    /// Files as they are at a commit, by its whole id in lower case. Advisories point with it at
    /// the flawed lines far more often than at mended ones: it is no fix.
    State(String),
}

/// A repository, and what a URL names in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pointer {
    /// `https://host/path` of the repository, fit to be cloned, in its one canonical form:
    /// host in lower case, no `.git`, no last `/`.
    pub repository: String,
    /// What of it.
    pub target: Target,
}

impl Pointer {
    /// The repository as [`key`] has it.
    pub fn key(&self) -> String {
        key(&self.repository)
    }
}

/// What is equal for two URLs of one repository: in lower case on hosts that ignore case.
pub fn key(repository: &str) -> String {
    let host = repository.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let ignores_case = host.is_some_and(|host| {
        host == github::HOST || host == bitbucket::HOST || gitlab::is_host(host) || forge::is_gitea(host)
    });
    if ignores_case { repository.to_ascii_lowercase() } else { repository.to_owned() }
}

/// Understands a URL, if it names a commit, a pull request, a comparison, a tag or a state of a
/// repository on a host whose form is clear. Nothing is fetched, and nothing is guessed: where
/// the host does not tell the URL to clone from, or a name may be that of a branch, there is
/// no answer.
pub fn parse(url: &str) -> Option<Pointer> {
    let address = Address::parse(url)?;
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
    // From the least mistakable form to the most.
    kernel::parse(&address)
        .or_else(|| gitlab::parse(&address))
        .or_else(|| gitweb::parse(&address))
        .or_else(|| cgit::parse(&address))
        .or_else(|| bitbucket::parse_server(&address))
        .or_else(|| forge::parse(&address))
}

/// The repository that a page on one of the large forges belongs to, whatever the page is.
pub fn repository(url: &str) -> Option<String> {
    if let Some(pointer) = parse(url) {
        return Some(pointer.repository);
    }
    let address = Address::parse(url)?;
    let is_forge =
        github::is_host(&address.host) || address.host == bitbucket::HOST || forge::is_gitea(&address.host);
    let [owner, name, ..] = address.path.as_slice() else { return None };
    if !is_forge || github::is_no_owner(owner) {
        return None;
    }
    let name = name.strip_suffix(".git").unwrap_or(name);
    pointer(&address.host, &format!("{owner}/{name}"), Target::Pull(0)).map(|pointer| pointer.repository)
}

/// The repository that a URL to clone from names, whatever the host.
pub fn cloneable(url: &str) -> Option<String> {
    let secure = url.strip_prefix("http://").or_else(|| url.strip_prefix("git://"));
    let url = secure.map_or_else(|| url.to_owned(), |rest| format!("https://{rest}"));
    let address = Address::parse(&url)?;
    let path = address.path.join("/");
    pointer(&address.host, path.strip_suffix(".git").unwrap_or(&path), Target::Pull(0))
        .map(|pointer| pointer.repository)
}

/// Whether text is the whole id of a commit (SHA-1, 40 hexadecimal digits).
pub fn is_commit_id(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Puts an answer together, if `host` and `path` are such that they may be cloned from.
fn pointer(host: &str, path: &str, target: Target) -> Option<Pointer> {
    match Source::parse(&format!("https://{host}/{path}")) {
        Ok(Source::Remote { url }) => Some(Pointer { repository: url, target }),
        _ => None,
    }
}
