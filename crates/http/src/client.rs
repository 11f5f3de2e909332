//! The client: cache, then budget, then fetch, then retry.

use std::path::{Path, PathBuf};

use ureq::http::header::LOCATION;
use url::Url;

use super::answers::{Body, Entry, Found, Stored};
use super::budget::{Budget, Told};
use super::credential::Credential;
use super::credentials::Credentials;
use super::failure::{Failure, Refusal, after_secondary, backoff, quote};
use super::headers;
use super::patience::Patience;
use super::recorder::{MakeUp, Recorder};
use super::request::{Answer, Request, Service, Unfit, UpstreamError};
use super::settings::UpstreamSettings;
use super::target::Target;
use super::transport::{Content, HttpRequest, HttpTransport};
use streamguard_cache::CacheBucket;
use streamguard_cache::LockMode;
use streamguard_cache::Progress;
use streamguard_cache::wait::{jitter, seconds, sleep_for};

/// How often something is tried.
const TRIES: u32 = 5;

/// How many redirects are followed.
const REDIRECTS: usize = 4;

/// Longest windows of rate limits, relative to the published ones.
const MOST_SCALE: f64 = 100.0;

/// The way to the HTTP upstreams.
#[derive(Debug)]
pub struct Client(Way);

#[derive(Debug)]
enum Way {
    /// Answers come from a snapshot, in this folder.
    Recorded(PathBuf),
    /// Answers are made up, and recorded.
    Recording(Recorder),
    /// Answers come from the cache, or else from the network.
    Live(Box<Live>),
}

#[derive(Debug)]
struct Live {
    answers: PathBuf,
    budgets: PathBuf,
    credentials: Credentials,
    scale: f64,
    transport: HttpTransport,
}

impl Client {
    /// Makes a client with the cache of some settings, and with credentials.
    ///
    /// # Errors
    /// [`UpstreamError::Cache`]; `Failed` if there is no TLS; `Refused` if a setting is out of bounds.
    pub fn new(settings: &UpstreamSettings, credentials: &Credentials) -> Result<Self, UpstreamError> {
        Self::with_patience(settings, credentials, Patience::default())
    }

    /// The same, that waits for an upstream for longer or shorter.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_patience(
        settings: &UpstreamSettings,
        credentials: &Credentials,
        patience: Patience,
    ) -> Result<Self, UpstreamError> {
        if let Some(snapshot) = &settings.snapshot {
            return Ok(Self(Way::Recorded(CacheBucket::Answers.folder(snapshot))));
        }
        let scale = settings.rate_scale;
        if !(0.0..=MOST_SCALE).contains(&scale) {
            let reason = format!("{scale} is not between 0 and {MOST_SCALE}");
            return Err(UpstreamError::Refused { url: "rate-scale".to_owned(), reason });
        }
        let answers = CacheBucket::Answers.create(&settings.cache)?;
        let budgets = CacheBucket::Budgets.create(settings.budgets())?;
        let transport = HttpTransport::new(patience)
            .map_err(|reason| UpstreamError::Failed { url: "HTTP client".to_owned(), reason })?;
        let credentials = credentials.clone();
        Ok(Self(Way::Live(Box::new(Live { answers, budgets, credentials, scale, transport }))))
    }

    /// A client that asks nobody: answers are made up, and recorded in the folder of a snapshot.
    pub(super) fn recording(snapshot: &Path, make_up: Box<MakeUp>) -> Self {
        Self(Way::Recording(Recorder { answers: CacheBucket::Answers.folder(snapshot), make_up }))
    }

    /// Asks, and gives the answer to `read`. It counts, and is cached, only if `read` takes it;
    /// one that it calls damaged is fetched again. Blocks; `progress` can stop it. `read` must not
    /// ask the same.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn ask<T>(
        &self,
        request: &Request,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        let target = Target::of(request)?;
        let recorded = match &self.0 {
            Way::Recorded(answers) => Entry::recorded(answers, request)?,
            Way::Recording(recorder) => recorder.answer(request, &target.shown)?,
            Way::Live(live) => return Asking::new(live, request, target)?.ask(progress, read),
        };
        match recorded {
            Some(stored) => match stored.found() {
                Some(answer) => read(answer)
                    .map_err(|unfit| UpstreamError::Failed { url: target.shown, reason: unfit.to_string() }),
                None => Err(UpstreamError::NotFound { url: target.shown }),
            },
            None => Err(UpstreamError::NotRecorded { url: target.shown }),
        }
    }
}

/// What a service answered, at last.
enum Got {
    /// A body, in the entry's scratch file.
    Body(Body),
    /// What the cache holds is still current.
    Same(Stored),
}

/// A question on its way.
struct Asking<'a> {
    live: &'a Live,
    request: &'a Request,
    target: Target,
    credential: Credential,
    entry: Entry,
    budget: Budget,
}

impl<'a> Asking<'a> {
    fn new(live: &'a Live, request: &'a Request, target: Target) -> Result<Self, UpstreamError> {
        let credential = Credential::of(request.service, &live.credentials)?;
        let scope = credential.scope();
        let entry = Entry::new(&live.answers, request, &target.shown, &scope);
        let budget =
            Budget::new(live.budgets.clone(), request.service, &target.authority(), &scope, live.scale);
        Ok(Self { live, request, target, credential, entry, budget })
    }

    fn ask<T>(
        &self,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        let freshness = self.request.freshness;
        {
            // Shared, so that workers read side by side; and held while `read` runs, so that nobody
            // replaces the body under it.
            let _shared = self.entry.lock(LockMode::Shared, progress)?;
            if let Some(stored) = self.entry.load_fresh(freshness)?
                && let Some(answered) = self.answered(&stored, read)
            {
                return answered;
            }
        }
        let _alone = self.entry.lock(LockMode::Exclusive, progress)?;
        let known = match self.entry.load()? {
            // Whoever held the lock before may have asked the same.
            Found::Sound(stored) if stored.meta.is_fresh(freshness) => match self.answered(&stored, read) {
                Some(answered) => return answered,
                None => None,
            },
            // A stored "not found" has no body that could still be current, so it is not
            // revalidated.
            Found::Sound(stored) => Some(stored).filter(|stored| stored.found().is_some()),
            Found::Damaged => {
                let text = format!("{}: what the cache holds is damaged, asking again", self.target.shown);
                progress.warn(text);
                None
            }
            Found::Nothing => None,
        };
        self.fetch(known, progress, read)
    }

    /// What the cache says, if its reader takes it.
    fn answered<T>(
        &self,
        stored: &Stored,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Option<Result<T, UpstreamError>> {
        match stored.found() {
            Some(answer) => read(answer).ok().map(Ok),
            None => Some(Err(UpstreamError::NotFound { url: self.target.shown.clone() })),
        }
    }

    /// Tries until it succeeds or is of no use.
    fn fetch<T>(
        &self,
        mut stored: Option<Stored>,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        let mut has_been_odd = false;
        let mut tries = 1;
        loop {
            let tried = self.try_once(tries, &mut stored, progress, read);
            let is_away = matches!(tried, Err(Failure::Unreached(_)));
            let (reason, wait) = match tried {
                Ok(value) => return Ok(value),
                Err(Failure::Lasting(error)) => {
                    if let UpstreamError::NotFound { .. } = error {
                        self.entry.keep_missing(self.request.freshness)?;
                    }
                    return Err(error);
                }
                Err(Failure::Odd(reason)) if has_been_odd => return Err(self.failed(reason)),
                Err(Failure::Limited(reason)) => (reason, None),
                Err(Failure::Odd(reason)) => {
                    has_been_odd = true;
                    (reason, Some(jitter(backoff(tries, self.live.scale))))
                }
                Err(Failure::Passing(reason) | Failure::Unreached(reason)) => {
                    (reason, Some(jitter(backoff(tries, self.live.scale))))
                }
            };
            if tries == TRIES {
                if is_away {
                    self.budget.keep_away(reason.clone())?;
                }
                return Err(self.failed(format!("{reason} (tried {TRIES} times)")));
            }
            tries += 1;
            let label = self.request.service.label();
            let when = wait.map(|wait| format!(" in {}", seconds(wait))).unwrap_or_default();
            progress.warn(format!("{label}: {reason}, try {tries} of {TRIES}{when}"));
            if let Some(wait) = wait {
                sleep_for(&format!("{label}: retry {tries}/{TRIES}{when}"), wait, progress)?;
            }
        }
    }

    fn try_once<T>(
        &self,
        tries: u32,
        stored: &mut Option<Stored>,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, Failure> {
        let got = self.exchange(tries, stored.as_ref(), progress).inspect_err(|_| self.entry.discard())?;
        let new = match got {
            Got::Body(body) => self.entry.name(body)?,
            // If its reader does not take it, the next try has to bring another.
            Got::Same(same) => {
                *stored = None;
                same
            }
        };
        match read(&new.answer) {
            Ok(value) => {
                self.entry.keep(&new, self.request.freshness)?;
                Ok(value)
            }
            Err(unfit) => {
                self.entry.drop(&new, stored.as_ref());
                Err(self.unfit(unfit, tries)?)
            }
        }
    }

    fn unfit(&self, unfit: Unfit, tries: u32) -> Result<Failure, UpstreamError> {
        Ok(match unfit {
            Unfit::Damaged(reason) => Failure::Passing(self.credential.mask(reason)),
            Unfit::Refused(reason) => Failure::Lasting(UpstreamError::Refused {
                url: self.target.shown.clone(),
                reason: self.credential.mask(reason),
            }),
            Unfit::Limited { reason, wait } => {
                let reason = quote(&self.credential.mask(reason));
                let length = wait.unwrap_or_else(|| after_secondary(tries, self.live.scale));
                self.budget.told(Told {
                    block: Some((length, reason.clone())),
                    is_crowded: true,
                    quota: None,
                })?;
                Failure::Limited(reason)
            }
        })
    }

    /// One answer that is no redirect, or one that is not followed.
    fn exchange(
        &self,
        tries: u32,
        known: Option<&Stored>,
        progress: &mut dyn Progress,
    ) -> Result<Got, Failure> {
        let service = self.request.service;
        // Validators are for GET (RFC 9110, section 13.1); an answer to a POST is always sent anew.
        let known = known.filter(|_| self.request.body.is_none());
        let mut url = self.target.url.clone();
        for _ in 0..=REDIRECTS {
            // GitHub counts requests to its GraphQL and its REST API against different limits.
            let quota = if url.path().ends_with("/graphql") { "graphql" } else { "core" };
            let permit = self.budget.admit(quota, progress)?;
            let asked = HttpRequest {
                url: &url,
                shown: &self.target.shown,
                body: self.request.body.as_deref(),
                accept: self.request.accept,
                credential: &self.credential,
                known: known.map(|stored| &stored.meta),
                max_bytes: self.request.max_bytes,
                path: &self.entry.scratch(),
            };
            let reply = self.live.transport.ask(&asked, progress)?;
            let mut told = headers::told(reply.status, &reply.headers, quota);
            let text = match reply.content {
                Content::Body(body) => {
                    permit.finish(told)?;
                    return Ok(Got::Body(body));
                }
                Content::Text(text) => text,
            };
            if let (304, Some(known)) = (reply.status, known) {
                permit.finish(told)?;
                return Ok(Got::Same(known.clone()));
            }
            if let 301 | 302 | 303 | 307 | 308 = reply.status {
                permit.finish(told)?;
                let location = headers::text(&reply.headers, LOCATION.as_str()).unwrap_or_default();
                url = self.follow(&url, reply.status, location)?;
                continue;
            }
            let refusal = Refusal {
                service,
                has_credential: self.credential.header().is_some(),
                url: &self.target.shown,
                status: reply.status,
                headers: &reply.headers,
                text: &text,
            };
            let failure = refusal.failure();
            if refusal.is_secondary() {
                told.is_crowded = true;
                told.block = told.block.or_else(|| {
                    Some((after_secondary(tries, self.live.scale), "its secondary rate limit".to_owned()))
                });
            } else if service == Service::Nvd && matches!(failure, Failure::Limited(_)) {
                // NVD does not say when to go on; after a whole window none of the requests before
                // counts any more.
                let window = service.window(self.credential.header().is_some());
                told.block = told.block.or_else(|| {
                    window.map(|window| (window.length.mul_f64(self.live.scale), "its rate limit".to_owned()))
                });
            }
            permit.finish(told)?;
            return Err(failure);
        }
        Err(self.failed(format!("more than {REDIRECTS} redirects")).into())
    }

    /// Where a redirect leads, if it may be followed: within the origin, and with what was asked.
    fn follow(&self, from: &Url, status: u16, location: &str) -> Result<Url, UpstreamError> {
        let to = from.join(location).map_err(|_| self.failed(format!("HTTP {status} to nowhere")))?;
        // A client may turn a POST into a GET after 301 to 303; only 307 and 308 keep method and
        // body (RFC 9110, section 15.4).
        let keeps_body = self.request.body.is_none() || matches!(status, 307 | 308);
        if self.request.service != Service::GitHost && keeps_body && to.origin() == self.target.url.origin() {
            return Ok(to);
        }
        Err(UpstreamError::Moved { url: self.target.shown.clone(), to: to.into() })
    }

    fn failed(&self, reason: String) -> UpstreamError {
        UpstreamError::Failed { url: self.target.shown.clone(), reason }
    }
}
