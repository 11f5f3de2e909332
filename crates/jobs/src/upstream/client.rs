//! The client: cache, then budget, then fetch, then retry.

use std::fs;
use std::path::{Path, PathBuf};

use engine::Level;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::access::{Access, Credentials};
use super::answers::{self, Body, Entry, Stored};
use super::budget::{Budget, Told};
use super::cache::Part;
use super::failure::{Failure, Refusal, after_secondary, backoff};
use super::fetch::{Asked, Content, Line};
use super::headers;
use super::lock::Hold;
use super::patience::Patience;
use super::pause::{jitter, seconds, sleep};
use super::recorder::{MakeUp, Recorder};
use super::request::{Answer, Request, Service, Unfit, UpstreamError, Watch};
use super::target::Target;

/// How often something is tried.
const TRIES: u32 = 5;

/// How many redirects are followed.
const REDIRECTS: usize = 4;

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
    line: Line,
}

impl Client {
    /// A client with the cache and the credentials of `access`.
    ///
    /// # Errors
    /// [`UpstreamError::Cache`]; `Failed` if there is no TLS.
    pub fn new(access: &Access) -> Result<Self, UpstreamError> {
        Self::with_patience(access, Patience::default())
    }

    /// The same, that waits for an upstream for longer or shorter.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_patience(access: &Access, patience: Patience) -> Result<Self, UpstreamError> {
        if let Some(snapshot) = &access.snapshot {
            return Ok(Self(Way::Recorded(Part::Answers.folder(snapshot))));
        }
        let [answers, budgets] = [Part::Answers, Part::Budgets].map(|part| part.folder(&access.cache));
        for folder in [&answers, &budgets] {
            fs::create_dir_all(folder)
                .map_err(|source| UpstreamError::Cache { path: folder.clone(), source })?;
        }
        let line = Line::new(patience)
            .map_err(|reason| UpstreamError::Failed { url: "HTTP client".to_owned(), reason })?;
        let (credentials, scale) = (access.credentials.clone(), access.rate_scale);
        Ok(Self(Way::Live(Box::new(Live { answers, budgets, credentials, scale, line }))))
    }

    /// A client that asks nobody: answers are made up, and recorded in the folder of a snapshot.
    pub(super) fn recording(snapshot: &Path, make_up: Box<MakeUp>) -> Self {
        Self(Way::Recording(Recorder { answers: Part::Answers.folder(snapshot), make_up }))
    }

    /// Asks, and gives the answer to `read`. It counts, and is cached, only if `read` takes it;
    /// one that it calls damaged is fetched again. Blocks; `watch` can stop it. `read` must not
    /// ask the same.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn ask<T>(
        &self,
        request: &Request,
        watch: &mut dyn Watch,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        let target = Target::of(request)?;
        let recorded = match &self.0 {
            Way::Recorded(answers) => Entry::recorded(answers, request)?,
            Way::Recording(recorder) => recorder.answer(request, &target.shown)?,
            Way::Live(live) => return Asking::new(live, request, target)?.ask(watch, read),
        };
        match recorded {
            Some(stored) => read(&stored.answer)
                .map_err(|unfit| UpstreamError::Failed { url: target.shown, reason: unfit.to_string() }),
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
    credential: Option<(HeaderName, HeaderValue)>,
    entry: Entry,
    budget: Budget,
}

impl<'a> Asking<'a> {
    fn new(live: &'a Live, request: &'a Request, target: Target) -> Result<Self, UpstreamError> {
        let credential = live.credential(request.service);
        let scope =
            credential.map_or(answers::OPEN.to_owned(), |secret| answers::scope(secret.expose_secret()));
        let credential = credential.map(|secret| header(request.service, secret)).transpose()?;
        let entry = Entry::new(&live.answers, request, &target.shown, &scope);
        let budget =
            Budget::new(live.budgets.clone(), request.service, &target.authority(), &scope, live.scale);
        Ok(Self { live, request, target, credential, entry, budget })
    }

    fn ask<T>(
        &self,
        watch: &mut dyn Watch,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        for hold in [Hold::Shared, Hold::Alone] {
            let _lock = self.entry.lock(hold, watch)?;
            let mut stored = self.entry.load()?;
            if let Some(fresh) = stored.take_if(|stored| stored.is_fresh(self.request.freshness))
                && let Ok(value) = read(&fresh.answer)
            {
                return Ok(value);
            }
            if hold == Hold::Alone {
                return self.fetch(stored, watch, read);
            }
        }
        unreachable!("the second lock is held alone")
    }

    /// Tries until it succeeds or is of no use.
    fn fetch<T>(
        &self,
        mut stored: Option<Stored>,
        watch: &mut dyn Watch,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, UpstreamError> {
        let mut has_been_odd = false;
        let mut tries = 1;
        loop {
            let (reason, wait) = match self.try_once(tries, &mut stored, watch, read) {
                Ok(value) => return Ok(value),
                Err(Failure::Lasting(error)) => return Err(error),
                Err(Failure::Odd(reason)) if has_been_odd => return Err(self.failed(reason)),
                Err(Failure::Limited(reason)) => (reason, None),
                Err(Failure::Odd(reason)) => {
                    has_been_odd = true;
                    (reason, Some(jitter(backoff(tries, self.live.scale))))
                }
                Err(Failure::Passing(reason)) => (reason, Some(jitter(backoff(tries, self.live.scale)))),
            };
            if tries == TRIES {
                return Err(self.failed(format!("{reason} (tried {TRIES} times)")));
            }
            tries += 1;
            let label = self.request.service.label();
            let when = wait.map(|wait| format!(" in {}", seconds(wait))).unwrap_or_default();
            watch.note(Level::Warning, format!("{label}: {reason}, try {tries} of {TRIES}{when}"));
            sleep(wait.unwrap_or_default(), watch)?;
        }
    }

    fn try_once<T>(
        &self,
        tries: u32,
        stored: &mut Option<Stored>,
        watch: &mut dyn Watch,
        read: &mut dyn FnMut(&Answer) -> Result<T, Unfit>,
    ) -> Result<T, Failure> {
        let new = match self.exchange(tries, stored.as_ref(), watch)? {
            Got::Body(body) => self.entry.name(body)?,
            // If its reader does not take it, the next try has to bring another.
            Got::Same(same) => {
                *stored = None;
                same
            }
        };
        match read(&new.answer) {
            Ok(value) => {
                self.entry.keep(&new, self.request.freshness, stored.as_ref())?;
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
            Unfit::Damaged(reason) => Failure::Passing(reason),
            Unfit::Refused(reason) => {
                Failure::Lasting(UpstreamError::Refused { url: self.target.shown.clone(), reason })
            }
            Unfit::Limited { reason, wait } => {
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
    fn exchange(&self, tries: u32, known: Option<&Stored>, watch: &mut dyn Watch) -> Result<Got, Failure> {
        let service = self.request.service;
        let known = known.filter(|_| self.request.body.is_none());
        let mut url = self.target.url.clone();
        for _ in 0..=REDIRECTS {
            let quota = if url.path().ends_with("/graphql") { "graphql" } else { "core" };
            let permit = self.budget.admit(quota, watch)?;
            let asked = Asked {
                url: &url,
                shown: &self.target.shown,
                body: self.request.body.as_deref(),
                accept: self.request.accept,
                credential: self.credential.clone(),
                known: known.map(|stored| &stored.meta),
                max_bytes: self.request.max_bytes,
                path: &self.entry.scratch(),
            };
            let reply = self.live.line.ask(&asked, watch)?;
            let mut told = headers::told(reply.status, &reply.headers, quota);
            let text = match reply.content {
                Content::Body(body) => {
                    permit.finish(told)?;
                    return Ok(Got::Body(body));
                }
                Content::Text(text) => self.without_secrets(&text),
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
                has_credential: self.credential.is_some(),
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
                let window = service.window(self.credential.is_some());
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
        let location = self.without_secrets(location);
        let to = from.join(&location).map_err(|_| self.failed(format!("HTTP {status} to nowhere")))?;
        let keeps_body = self.request.body.is_none() || matches!(status, 307 | 308);
        if self.request.service != Service::GitHost && keeps_body && to.origin() == self.target.url.origin() {
            return Ok(to);
        }
        Err(UpstreamError::Moved { url: self.target.shown.clone(), to: to.into() })
    }

    fn failed(&self, reason: String) -> UpstreamError {
        UpstreamError::Failed { url: self.target.shown.clone(), reason }
    }

    /// A text of the server without the credential that it may echo.
    fn without_secrets(&self, text: &str) -> String {
        match self.live.credential(self.request.service) {
            Some(secret) => text.replace(secret.expose_secret(), "***"),
            None => text.to_owned(),
        }
    }
}

impl Live {
    fn credential(&self, service: Service) -> Option<&SecretString> {
        let credential = match service {
            Service::Nvd => self.credentials.nvd.as_ref(),
            Service::GitHub => self.credentials.github.as_ref(),
            Service::NvdFeeds | Service::Osv | Service::ExploitDb | Service::GitHost => None,
        };
        credential.filter(|secret| !secret.expose_secret().is_empty())
    }
}

/// The header that a service wants a credential in.
fn header(service: Service, secret: &SecretString) -> Result<(HeaderName, HeaderValue), UpstreamError> {
    let secret = secret.expose_secret();
    let (name, value) = match service {
        Service::GitHub => (AUTHORIZATION, format!("Bearer {secret}")),
        _ => (HeaderName::from_static("apikey"), secret.to_owned()),
    };
    let mut value = HeaderValue::from_str(&value).map_err(|_| UpstreamError::Refused {
        url: service.label().to_owned(),
        reason: format!("{} holds characters that no credential has", service.variable().unwrap_or_default()),
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}
