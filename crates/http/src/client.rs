//! The client of all upstreams, and the places that its answers come from.

use std::path::{Path, PathBuf};

use streamguard_cache::{CacheBucket, Progress};

use crate::answer_entry::AnswerEntry;
use crate::answer_recorder::{AnswerRecorder, FakeResponder};
use crate::connector::AddressFilter;
use crate::credentials::Credentials;
use crate::error::{InvalidAnswer, UpstreamError};
use crate::pending_request::{LiveBackend, PendingRequest};
use crate::request::{UpstreamAnswer, UpstreamRequest};
use crate::request_target::RequestTarget;
use crate::settings::UpstreamSettings;
use crate::timeouts::Timeouts;
use crate::transport::HttpTransport;

/// Longest windows of rate limits, relative to the published ones.
const MAX_RATE_SCALE: f64 = 100.0;

/// Client of all upstreams. Threads may share it.
#[derive(Debug)]
pub struct HttpClient(Backend);

/// Place that answers come from.
#[derive(Debug)]
enum Backend {
    /// A snapshot, with its answers in this folder.
    Recorded(PathBuf),
    /// A program that makes answers up, which are recorded.
    Recording(AnswerRecorder),
    /// The cache, or else the network.
    Live(Box<LiveBackend>),
}

impl HttpClient {
    /// Makes a client with the cache of some settings, and with credentials.
    ///
    /// # Errors
    /// [`UpstreamError::Cache`]; [`UpstreamError::Client`] if there are no certificates;
    /// [`UpstreamError::Setting`].
    pub fn new(settings: &UpstreamSettings, credentials: &Credentials) -> Result<Self, UpstreamError> {
        Self::with_timeouts(settings, credentials, Timeouts::default())
    }

    /// Makes a client with other bounds on time than the default ones.
    ///
    /// # Errors
    /// As [`HttpClient::new`].
    pub fn with_timeouts(
        settings: &UpstreamSettings,
        credentials: &Credentials,
        timeouts: Timeouts,
    ) -> Result<Self, UpstreamError> {
        if let Some(snapshot) = &settings.snapshot {
            return Ok(Self(Backend::Recorded(CacheBucket::Answers.folder(snapshot))));
        }
        let rate_scale = settings.rate_scale;
        if !(0.0..=MAX_RATE_SCALE).contains(&rate_scale) {
            let reason = format!("{rate_scale} is not between 0 and {MAX_RATE_SCALE}");
            return Err(UpstreamError::Setting { name: "rate-scale", reason });
        }
        Ok(Self(Backend::Live(Box::new(LiveBackend {
            answers: CacheBucket::Answers.create(&settings.cache)?,
            budgets: CacheBucket::Budgets.create(settings.budgets())?,
            transport: HttpTransport::new(timeouts).map_err(UpstreamError::Client)?,
            credentials: credentials.clone(),
            rate_scale,
        }))))
    }

    /// Makes a client without network: answers are made up, and recorded in the folder of a snapshot.
    pub(crate) fn recording(snapshot: &Path, responder: Box<FakeResponder>) -> Self {
        Self(Backend::Recording(AnswerRecorder { answers: CacheBucket::Answers.folder(snapshot), responder }))
    }

    /// Sends a request, unless the cache holds a fresh answer, and hands the answer to `read`. Blocks.
    ///
    /// The answer counts, and is cached, only if `read` accepts it; one that it calls damaged is fetched again.
    /// `read` must not send the same request, whose lock it runs under.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn ask<T>(
        &self,
        request: &UpstreamRequest,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Result<T, UpstreamError> {
        self.ask_filtered(request, None, progress, read)
    }

    /// Does the same as [`HttpClient::ask`], and connects only to addresses that the filter lets through.
    pub(crate) fn ask_filtered<T>(
        &self,
        request: &UpstreamRequest,
        filter: Option<AddressFilter>,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Result<T, UpstreamError> {
        let target = RequestTarget::of(request)?;
        let recorded = match &self.0 {
            Backend::Recorded(answers) => AnswerEntry::recorded(answers, request)?,
            Backend::Recording(recorder) => recorder.answer(request, &target.shown)?,
            Backend::Live(live) => {
                return PendingRequest::new(live, request, target, filter)?.ask(progress, read);
            }
        };
        match recorded {
            // Whoever reads it relies on the bound, which a snapshot of a stranger need not keep.
            Some(stored) if stored.meta.length > request.max_bytes => Err(UpstreamError::Failed {
                url: target.shown,
                reason: format!("the recorded answer has more than {} bytes", request.max_bytes),
            }),
            Some(stored) => match stored.found() {
                Some(answer) => read(answer).map_err(|invalid| UpstreamError::Failed {
                    url: target.shown,
                    reason: invalid.to_string(),
                }),
                None => Err(UpstreamError::NotFound { url: target.shown }),
            },
            None => Err(UpstreamError::NotRecorded { url: target.shown }),
        }
    }
}
