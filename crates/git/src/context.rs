//! Input and result of fetching a repository.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::mirror_rule::MirrorRule;
use crate::public_address::is_public;

/// Default of [`FetchContext::max_bytes`]: enough for all commits and trees of Linux.
pub const MAX_BYTES: u64 = 5 << 30;

/// Returns a size in bytes that is given in MiB, as in the setting `max-repo-size`. One that no number of bytes holds is the
/// largest there is.
///
/// ```
/// assert_eq!(streamguard_git::mebibytes(2), 2 << 20);
/// assert_eq!(streamguard_git::mebibytes(1 << 44), u64::MAX);
/// ```
pub fn mebibytes(count: u64) -> u64 {
    count.saturating_mul(1 << 20)
}

/// Function that returns the `Location` with which a URL redirects, without following it. It connects to these addresses
/// only: the name service may by now give others than those that were checked.
pub type LocateRedirect<'a> = &'a dyn Fn(&str, HostAddresses) -> Option<String>;

/// Addresses that a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostAddresses {
    /// Any address: the user chose the host.
    Any,
    /// Addresses of the public internet: an advisory named the host.
    Public,
}

impl HostAddresses {
    /// Returns the function that tells whether an address is allowed, if not all are.
    pub fn filter(self) -> Option<fn(IpAddr) -> bool> {
        match self {
            Self::Any => None,
            Self::Public => Some(is_public),
        }
    }
}

/// Settings and surroundings of a fetch.
pub struct FetchContext<'a> {
    /// Folder of the cache.
    pub cache: &'a Path,
    /// Rules that replace the place from which repositories are fetched; the first that covers a repository counts.
    pub mirrors: &'a [MirrorRule],
    /// Hosts that are allowed besides the well-known ones, such as `git.example.org`, `git.example.org:8443` or
    /// `*.example.org`.
    pub hosts: &'a [String],
    /// Most bytes that a mirror may take.
    pub max_bytes: u64,
    /// Whether only repositories in the cache are used, and no host is asked.
    pub offline: bool,
    /// Returns whether to give up; called several times a second.
    pub stop: &'a dyn Fn() -> bool,
    /// Receives the progress, such as "cloning pallets/flask 38% receiving objects", at most once a second.
    pub progress: Option<&'a dyn Fn(&str)>,
    /// Finds the new place of a repository that has moved; without it, none is followed.
    pub locate: Option<LocateRedirect<'a>>,
}

impl fmt::Debug for FetchContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, mirrors, hosts, max_bytes, .. } = self;
        let mut shown = f.debug_struct("FetchContext");
        shown.field("cache", cache).field("mirrors", mirrors).field("hosts", hosts);
        shown.field("max_bytes", max_bytes).finish_non_exhaustive()
    }
}

/// A repository in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedRepository {
    /// Folder of the bare mirror; [`crate::open_repository`] opens it.
    pub path: PathBuf,
    /// URL that the repository has now.
    pub url: String,
    /// URL by which the repository was asked for, if it has moved.
    pub moved_from: Option<String>,
    /// Commits that were asked for and that the server does not have, in the order of their ids.
    pub missing: Vec<String>,
}
