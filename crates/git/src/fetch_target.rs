//! The checked place from which a repository is fetched.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use crate::context::{FetchContext, HostAddresses};
use crate::error::GitError;
use crate::public_address::is_public;
use crate::source::{RepositorySource, RepositorySourceError};

/// Hosts that serve git to everybody; `*.` stands for any name below.
const KNOWN_HOSTS: [&str; 20] = [
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "git.kernel.org",
    "*.googlesource.com",
    "salsa.debian.org",
    "gitlab.gnome.org",
    "gitlab.freedesktop.org",
    "invent.kde.org",
    "git.savannah.gnu.org",
    "sourceware.org",
    "git.launchpad.net",
    "git.code.sf.net",
    "gitee.com",
    "git.openssl.org",
    "git.ffmpeg.org",
    "code.videolan.org",
    "git.sr.ht",
    "git.zx2c4.com",
];

/// Port of `https` URLs that name none.
const HTTPS_PORT: u16 = 443;

/// A repository, and the place from which it may be fetched.
pub(crate) struct FetchTarget {
    /// The repository: `https://host/owner/name`.
    pub(crate) url: String,
    /// The URL or folder that git is given: that of the repository, unless a mirror rule replaces it.
    pub(crate) fetch_url: String,
    /// Whether the user chose the place. Otherwise its host must have public addresses only.
    is_chosen: bool,
}

impl FetchTarget {
    /// Checks whether a repository may be fetched, and from where. No host is asked for that.
    ///
    /// # Errors
    /// [`GitError::Source`], [`GitError::HostNotAllowed`].
    pub(crate) fn resolve(url: &str, context: &FetchContext<'_>) -> Result<Self, GitError> {
        // `RepositorySource::parse` takes everything else for a local path, and looks for it.
        if !url.starts_with("https://") {
            return Err(RepositorySourceError::Address(url.to_owned()).into());
        }
        let RepositorySource::Remote { url } = RepositorySource::parse(url)? else {
            return Err(RepositorySourceError::Address(url.to_owned()).into());
        };
        if let Some(fetch_url) = context.mirrors.iter().find_map(|rule| rule.target(&url)) {
            return Ok(Self { url, fetch_url, is_chosen: true });
        }
        let host = authority(&url).to_ascii_lowercase();
        let hosts = KNOWN_HOSTS.into_iter().chain(context.hosts.iter().map(String::as_str));
        if hosts.into_iter().any(|pattern| matches(pattern, &host)) {
            return Ok(Self { fetch_url: url.clone(), url, is_chosen: false });
        }
        Err(GitError::HostNotAllowed { url, host })
    }

    /// Returns the addresses that its host may have.
    pub(crate) fn addresses(&self) -> HostAddresses {
        if self.is_chosen { HostAddresses::Any } else { HostAddresses::Public }
    }

    /// Returns the only protocol that git needs, by git's name for it.
    pub(crate) fn protocol(&self) -> &'static str {
        match self.fetch_url.split_once("://") {
            Some(("https", _)) => "https",
            Some(("http", _)) => "http",
            _ => "file",
        }
    }

    /// Looks up the host, and returns its addresses in the form of curl's `--resolve`. Returns `None` where the
    /// user chose the place, and where a proxy looks names up.
    ///
    /// # Errors
    /// [`GitError::NotPublic`]; [`GitError::Failed`] for a name that is not found.
    pub(crate) fn pinned_addresses(&self) -> Result<Option<String>, GitError> {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if self.is_chosen || is_set("HTTPS_PROXY") || is_set("https_proxy") {
            return Ok(None);
        }
        let host = authority(&self.url);
        let (name, port) = match host.split_once(':') {
            Some((name, port)) => (name, port.parse().unwrap_or(HTTPS_PORT)),
            None => (host, HTTPS_PORT),
        };
        let failed = |message: String| GitError::Failed { url: self.url.clone(), message, may_pass: true };
        let found = (name, port).to_socket_addrs();
        let addresses: Vec<IpAddr> = found
            .map_err(|error| failed(format!("cannot find the host {name}: {error}")))?
            .map(|address: SocketAddr| address.ip())
            .collect();
        if let Some(&address) = addresses.iter().find(|address| !is_public(**address)) {
            return Err(GitError::NotPublic { url: self.url.clone(), host: host.to_owned(), address });
        }
        // git is told these addresses, so that it cannot be led elsewhere by a second answer of the name service
        // (DNS rebinding).
        let addresses: Vec<String> = addresses
            .into_iter()
            .map(|address| match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            })
            .collect();
        if addresses.is_empty() {
            return Err(failed(format!("the host {name} has no address")));
        }
        Ok(Some(format!("{name}:{port}:{}", addresses.join(","))))
    }
}

/// Returns host and port of an `https://` URL.
fn authority(url: &str) -> &str {
    url.trim_start_matches("https://").split('/').next().unwrap_or_default()
}

/// Returns whether a host is that of a pattern, or below the name that follows `*.`.
fn matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix('*') {
        Some(end) => end.starts_with('.') && host.len() > end.len() && host.ends_with(end),
        None => pattern == host,
    }
}
