//! What is known of each service: how it is called, who may ask, and how often.

use std::time::Duration;

use super::request::Service;

/// At most so many requests within any stretch of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) most: usize,
    pub(super) length: Duration,
}

impl Service {
    /// What it is called in messages.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Nvd => "NVD",
            Self::NvdFeeds => "NVD feeds",
            Self::GitHub => "GitHub",
            Self::Osv => "OSV",
            Self::ExploitDb => "ExploitDB",
            Self::GitHost => "git host",
        }
    }

    /// What it is called in the names of files.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Nvd => "nvd",
            Self::NvdFeeds => "nvd-feeds",
            Self::GitHub => "github",
            Self::Osv => "osv",
            Self::ExploitDb => "exploitdb",
            Self::GitHost => "git-host",
        }
    }

    /// The environment variable that holds its credential.
    pub(super) fn variable(self) -> Option<&'static str> {
        match self {
            Self::Nvd => Some("NVD_API_KEY"),
            Self::GitHub => Some("GITHUB_TOKEN"),
            Self::NvdFeeds | Self::Osv | Self::ExploitDb | Self::GitHost => None,
        }
    }

    /// How many requests it is asked at once. GitHub allows 100 in "Rate limits for the REST
    /// API", but slows down those who use them; the others say nothing, and get what a browser takes.
    pub(super) fn lanes(self) -> usize {
        match self {
            Self::Nvd => 5,
            Self::GitHub => 20,
            Self::NvdFeeds | Self::Osv | Self::ExploitDb | Self::GitHost => 8,
        }
    }

    /// How often it may be asked, where it does not say so in its answers: NVD's "Start Here",
    /// "Rate Limits": 5 requests in a rolling 30 seconds, 50 with a key. Half a second is for clocks
    /// that run differently.
    pub(super) fn window(self, has_credential: bool) -> Option<Window> {
        let most = if has_credential { 50 } else { 5 };
        (self == Self::Nvd).then_some(Window { most, length: Duration::from_millis(30_500) })
    }
}
