//! What a collector needs to reach upstreams: credentials, the cache, and the client made of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use streamguard_engine::Secrets;

use super::client::Client;
use super::recorder::MakeUp;
use super::request::{Accept, Answer, Freshness, Request, Service, Unfit, UpstreamError};
use streamguard_cache::Progress;
use streamguard_cache::{CacheError, HostSlot};

/// Who asks. Cannot be printed, and is never written down.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// A GitHub token.
    pub github: Option<SecretString>,
    /// An NVD API key.
    pub nvd: Option<SecretString>,
}

impl Credentials {
    /// Name of the GitHub token among a job's secrets.
    const GITHUB: &str = "github_token";

    /// Name of the NVD API key among a job's secrets.
    const NVD: &str = "nvd_api_key";

    /// As a worker was told them.
    pub fn of(secrets: &Secrets) -> Self {
        Self { github: secrets.get(Self::GITHUB).cloned(), nvd: secrets.get(Self::NVD).cloned() }
    }

    /// As workers are to be told them.
    pub fn secrets(&self) -> Secrets {
        let named = [(Self::GITHUB, &self.github), (Self::NVD, &self.nvd)];
        named.into_iter().fold(Secrets::default(), |secrets, (name, secret)| match secret {
            Some(secret) => secrets.with(name, secret.clone()),
            None => secrets,
        })
    }
}

/// Waits without a note.
struct Silent<'a> {
    stop: &'a dyn Fn() -> bool,
    /// Told what is waited for.
    tell: &'a dyn Fn(Option<&str>),
}

impl Progress for Silent<'_> {
    fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    fn info(&mut self, _: String) {}

    fn warn(&mut self, _: String) {}

    fn set_activity(&self, text: Option<&str>) {
        (self.tell)(text);
    }
}

/// The way to the upstreams: the part of it that decides what comes out is a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Access {
    /// Folder of the cache.
    pub cache: PathBuf,
    /// Folder of the budgets where that is another cache: all runs share one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budgets: Option<PathBuf>,
    /// Folder of an unpacked snapshot, the only source of answers then.
    pub snapshot: Option<PathBuf>,
    /// The snapshot's idea of now, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: Option<u64>,
    /// Length of the windows of rate limits, relative to the published ones: 1.0 but for
    /// mirrors without limits.
    pub rate_scale: f64,
    /// Who asks; handed over apart from the settings.
    #[serde(skip)]
    pub credentials: Credentials,
    #[serde(skip)]
    client: Arc<OnceLock<Client>>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            cache: PathBuf::new(),
            budgets: None,
            snapshot: None,
            clock_ms: None,
            rate_scale: 1.0,
            credentials: Credentials::default(),
            client: Arc::default(),
        }
    }
}

impl PartialEq for Access {
    fn eq(&self, other: &Self) -> bool {
        let decisive = |access: &Self| {
            (
                access.cache.clone(),
                access.budgets.clone(),
                access.snapshot.clone(),
                access.clock_ms,
                access.rate_scale.to_bits(),
            )
        };
        decisive(self) == decisive(other)
    }
}

impl Access {
    /// A way that leads to no network: answers are made up, and recorded in the folder of a
    /// snapshot. Told to a worker process, it only replays.
    pub fn recording(snapshot: &Path, make_up: Box<MakeUp>) -> Self {
        let client = OnceLock::from(Client::recording(snapshot, make_up));
        Self { snapshot: Some(snapshot.to_owned()), client: Arc::new(client), ..Self::default() }
    }

    /// The way that keeps answers in this cache.
    pub fn new(cache: PathBuf, rate_scale: f64) -> Self {
        Self { cache, rate_scale, ..Self::default() }
    }

    /// The way that leads to a snapshot and no network.
    pub fn replaying(cache: PathBuf, folder: PathBuf, clock_ms: u64) -> Self {
        Self { cache, snapshot: Some(folder), clock_ms: Some(clock_ms), ..Self::default() }
    }

    /// Whose budgets this is about.
    pub(super) fn budgets(&self) -> &Path {
        self.budgets.as_deref().unwrap_or(&self.cache)
    }

    /// Where answers and repositories are: the snapshot, or the cache.
    pub fn folder(&self) -> &Path {
        self.snapshot.as_deref().unwrap_or(&self.cache)
    }

    /// The client, made at its first use.
    ///
    /// # Errors
    /// A client that cannot be made: a cache that cannot be written, no certificates.
    pub fn client(&self) -> Result<&Client, UpstreamError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::new(self)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Waits until one of `most` lanes to a git host is free, over all processes of the machine, and
    /// tells that it does. A snapshot has room for everybody.
    ///
    /// # Errors
    /// [`CacheError::Stopped`], or a cache that cannot be written.
    pub fn lane(
        &self,
        host: &str,
        most: usize,
        stop: &dyn Fn() -> bool,
        tell: &dyn Fn(Option<&str>),
    ) -> Result<Option<HostSlot>, CacheError> {
        if self.snapshot.is_some() {
            return Ok(None);
        }
        HostSlot::acquire(self.budgets(), host, most, &mut Silent { stop, tell }).map(Some)
    }

    /// Where a URL of a git host leads to, if it answers with a redirect. Nothing is followed.
    pub fn location(&self, url: &str, stop: &dyn Fn() -> bool) -> Option<String> {
        let request = Request {
            service: Service::GitHost,
            url: url.to_owned(),
            body: None,
            accept: Accept::Archive,
            freshness: Freshness::Forever,
            max_bytes: 1 << 20,
        };
        let read = &mut |_: &Answer| Err::<(), _>(Unfit::Refused("it is still there".to_owned()));
        match self.client().ok()?.ask(&request, &mut Silent { stop, tell: &|_| () }, read) {
            Err(UpstreamError::Moved { to, .. }) => Some(to),
            _ => None,
        }
    }
}
