//! The services that can be asked: their names, credentials and limits.

use std::time::Duration;

/// A remote service. It decides which credential is sent along, and which budget pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// The CVE API 2.0 of the National Vulnerability Database.
    Nvd,
    /// The yearly feeds of the National Vulnerability Database.
    NvdFeeds,
    /// GitHub's GraphQL and REST APIs.
    GitHub,
    /// The bulk files of OSV.
    Osv,
    /// The raw files of ExploitDB.
    ExploitDb,
    /// A host of git repositories, for questions that git itself does not answer.
    GitHost,
}

/// A limit of requests within any stretch of time of some length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateWindow {
    pub(crate) max_requests: usize,
    pub(crate) length: Duration,
}

impl Service {
    /// Returns the name of the service in messages.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Nvd => "NVD",
            Self::NvdFeeds => "NVD feeds",
            Self::GitHub => "GitHub",
            Self::Osv => "OSV",
            Self::ExploitDb => "ExploitDB",
            Self::GitHost => "git host",
        }
    }

    /// Returns the name of the service in the names of files.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Nvd => "nvd",
            Self::NvdFeeds => "nvd-feeds",
            Self::GitHub => "github",
            Self::Osv => "osv",
            Self::ExploitDb => "exploitdb",
            Self::GitHost => "git-host",
        }
    }

    /// Returns the environment variable of the service's credential.
    pub(crate) fn variable(self) -> Option<&'static str> {
        match self {
            Self::Nvd => Some("NVD_API_KEY"),
            Self::GitHub => Some("GITHUB_TOKEN"),
            Self::NvdFeeds | Self::Osv | Self::ExploitDb | Self::GitHost => None,
        }
    }

    /// Returns how many requests may be under way at once. GitHub allows 100 ("Rate limits for the REST API"), but
    /// slows down clients that use them all; the others publish no number, and get as many as browsers send.
    pub(crate) fn max_concurrent(self) -> usize {
        match self {
            Self::Nvd => 5,
            Self::GitHub => 20,
            Self::NvdFeeds | Self::Osv | Self::ExploitDb | Self::GitHost => 8,
        }
    }

    /// Returns the published limit of a service whose answers do not state it. NVD's "Start Here", "Rate Limits":
    /// 5 requests in a rolling 30 seconds, 50 with a key.
    pub(crate) fn window(self, has_credential: bool) -> Option<RateWindow> {
        let max_requests = if has_credential { 50 } else { 5 };
        // Half a second more, since the clocks of both sides need not run alike.
        (self == Self::Nvd).then_some(RateWindow { max_requests, length: Duration::from_millis(30_500) })
    }
}
