//! Access to the upstreams: settings and credentials, and the client that is made of them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use streamguard_cache::{CacheError, HostSlot, Progress};

use crate::answer_recorder::FakeResponder;
use crate::client::HttpClient;
use crate::connector::AddressFilter;
use crate::credentials::Credentials;
use crate::error::{InvalidAnswer, UpstreamError};
use crate::request::{Accept, Freshness, UpstreamAnswer, UpstreamRequest};
use crate::service::Service;
use crate::settings::UpstreamSettings;

/// Access of one job to the upstreams. Clones share one client, and with it one pool of
/// connections.
#[derive(Clone, Debug)]
pub struct UpstreamAccess {
    settings: UpstreamSettings,
    credentials: Credentials,
    /// Made at its first use: most jobs are only planned in the process that makes them.
    client: Arc<OnceLock<HttpClient>>,
}

/// Progress of an operation whose caller has functions in place of a [`Progress`].
struct ProgressFunctions<'a> {
    stop: &'a dyn Fn() -> bool,
    /// Receives the activity.
    show: &'a dyn Fn(Option<&str>),
}

impl Progress for ProgressFunctions<'_> {
    fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    fn info(&mut self, _: String) {}

    fn warn(&mut self, _: String) {}

    fn set_activity(&self, text: Option<&str>) {
        (self.show)(text);
    }
}

impl UpstreamAccess {
    /// Returns access with these settings and credentials. Nothing is opened yet.
    pub fn new(settings: UpstreamSettings, credentials: Credentials) -> Self {
        Self { settings, credentials, client: Arc::default() }
    }

    /// Returns access without network: answers are made up, and recorded in the folder of a
    /// snapshot. A worker process that gets these settings only replays.
    pub fn recording(snapshot: &Path, responder: Box<FakeResponder>) -> Self {
        let client = OnceLock::from(HttpClient::recording(snapshot, responder));
        let settings =
            UpstreamSettings { snapshot: Some(snapshot.to_owned()), ..UpstreamSettings::default() };
        Self { settings, credentials: Credentials::default(), client: Arc::new(client) }
    }

    /// Returns the settings.
    pub fn settings(&self) -> &UpstreamSettings {
        &self.settings
    }

    /// Returns the credentials.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns the client, which is made at its first use.
    ///
    /// # Errors
    /// A client that cannot be made: a cache that cannot be written, no certificates.
    pub fn client(&self) -> Result<&HttpClient, UpstreamError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Two threads may both make one; the second is dropped.
        let client = HttpClient::new(&self.settings, &self.credentials)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Waits until one of `max` slots of a git host is free, over all processes of the machine, and
    /// calls `show` with what it waits for. A replay needs no slot.
    ///
    /// # Errors
    /// [`CacheError::Stopped`], or a cache that cannot be written.
    pub fn host_slot(
        &self,
        host: &str,
        max: usize,
        stop: &dyn Fn() -> bool,
        show: &dyn Fn(Option<&str>),
    ) -> Result<Option<HostSlot>, CacheError> {
        if self.settings.is_replay() {
            return Ok(None);
        }
        HostSlot::acquire(self.settings.budgets(), host, max, &mut ProgressFunctions { stop, show }).map(Some)
    }

    /// Asks a git host for a URL, and returns the target if the answer is a redirect. The redirect
    /// is not followed. If there is a filter, only addresses that it lets through are connected to.
    pub fn redirect_target(
        &self,
        url: &str,
        filter: Option<AddressFilter>,
        stop: &dyn Fn() -> bool,
    ) -> Option<String> {
        let request = UpstreamRequest {
            service: Service::GitHost,
            url: url.to_owned(),
            body: None,
            accept: Accept::Archive,
            freshness: Freshness::Forever,
            max_bytes: 1 << 20,
        };
        // Any other answer is of no use, so it is refused, which also keeps it out of the cache.
        let read =
            &mut |_: &UpstreamAnswer| Err::<(), _>(InvalidAnswer::Refused("it is still there".to_owned()));
        let progress = &mut ProgressFunctions { stop, show: &|_| () };
        match self.client().ok()?.ask_filtered(&request, filter, progress, read) {
            Err(UpstreamError::Moved { to, .. }) => Some(to),
            _ => None,
        }
    }
}
