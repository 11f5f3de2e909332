//! Settings of the upstreams: plain data, written to the plan of every job that uses them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Settings that decide where answers come from: the network through a cache, or a snapshot.
///
/// ```
/// use streamguard_http::UpstreamSettings;
///
/// let settings = UpstreamSettings::new("/var/cache/streamguard".into(), 1.0);
/// assert!(!settings.is_replay());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct UpstreamSettings {
    /// Folder of the cache.
    pub cache: PathBuf,
    /// Folder of the rate budgets, if that is not the cache: all runs on a machine share one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budgets: Option<PathBuf>,
    /// Folder of an unpacked snapshot; the only source of answers if it is given.
    pub snapshot: Option<PathBuf>,
    /// Time at which the snapshot was recorded, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: Option<u64>,
    /// Length of the windows of rate limits, relative to the published ones: 1.0, except for
    /// mirrors without limits.
    pub rate_scale: f64,
}

impl Default for UpstreamSettings {
    fn default() -> Self {
        Self { cache: PathBuf::new(), budgets: None, snapshot: None, clock_ms: None, rate_scale: 1.0 }
    }
}

impl UpstreamSettings {
    /// Returns settings that use the network and keep answers in a cache.
    pub fn new(cache: PathBuf, rate_scale: f64) -> Self {
        Self { cache, rate_scale, ..Self::default() }
    }

    /// Returns settings that replay an unpacked snapshot and use no network.
    pub fn replaying(cache: PathBuf, folder: PathBuf, clock_ms: u64) -> Self {
        Self { cache, snapshot: Some(folder), clock_ms: Some(clock_ms), ..Self::default() }
    }

    /// Reports whether all answers come from a snapshot.
    pub fn is_replay(&self) -> bool {
        self.snapshot.is_some()
    }

    /// Returns the folder of the rate budgets.
    pub fn budgets(&self) -> &Path {
        self.budgets.as_deref().unwrap_or(&self.cache)
    }

    /// Returns the folder of answers and repositories: the snapshot, or else the cache.
    pub fn folder(&self) -> &Path {
        self.snapshot.as_deref().unwrap_or(&self.cache)
    }
}
