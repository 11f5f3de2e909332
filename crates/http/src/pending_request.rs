//! A request on its way: first the cache, then attempts on the network until one succeeds or none would.

use std::path::PathBuf;

use streamguard_cache::wait::{jitter, seconds, sleep_for};
use streamguard_cache::{LockMode, Progress};

use crate::answer_entry::AnswerEntry;
use crate::attempt::{Attempt, Fetched};
use crate::connector::AddressFilter;
use crate::credentials::Credentials;
use crate::error::{InvalidAnswer, UpstreamError};
use crate::failure::{Failure, max_backoff, quote, secondary_limit_wait};
use crate::rate_budget::{LimitReport, RateBudget};
use crate::request::{UpstreamAnswer, UpstreamRequest};
use crate::request_target::RequestTarget;
use crate::service_credential::ServiceCredential;
use crate::stored_answer::{CacheLookup, StoredAnswer};
use crate::transport::HttpTransport;

/// Most attempts of one request.
const MAX_ATTEMPTS: u32 = 5;

/// The network, and the folders that its users share.
#[derive(Debug)]
pub(crate) struct LiveBackend {
    pub(crate) answers: PathBuf,
    pub(crate) budgets: PathBuf,
    pub(crate) credentials: Credentials,
    pub(crate) rate_scale: f64,
    pub(crate) transport: HttpTransport,
}

/// A request with everything that its attempts need.
pub(crate) struct PendingRequest<'a> {
    live: &'a LiveBackend,
    request: &'a UpstreamRequest,
    target: RequestTarget,
    filter: Option<AddressFilter>,
    credential: ServiceCredential,
    entry: AnswerEntry,
    budget: RateBudget,
}

impl<'a> PendingRequest<'a> {
    pub(crate) fn new(
        live: &'a LiveBackend,
        request: &'a UpstreamRequest,
        target: RequestTarget,
        filter: Option<AddressFilter>,
    ) -> Result<Self, UpstreamError> {
        let credential = ServiceCredential::of(request.service, &live.credentials)?;
        if credential.header().is_some() && !target.is_confidential() {
            let variable = request.service.variable().unwrap_or("the credential");
            let reason = format!(
                "{variable} is sent over https only, and over http to this machine: set an https address, or leave \
                 {variable} out"
            );
            return Err(UpstreamError::Refused { url: target.shown, reason });
        }
        let scope = credential.scope();
        let entry = AnswerEntry::new(&live.answers, request, &target.shown, &scope);
        let host = target.authority();
        let budget = RateBudget::new(live.budgets.clone(), request.service, &host, &scope, live.rate_scale);
        Ok(Self { live, request, target, filter, credential, entry, budget })
    }

    /// Gets an answer from the cache or the network, and hands it to `read`.
    pub(crate) fn ask<T>(
        &self,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Result<T, UpstreamError> {
        let freshness = self.request.freshness;
        {
            // Shared, so that workers read side by side; and held while `read` runs, so that nobody replaces the
            // body under it.
            let _shared = self.entry.lock(LockMode::Shared, progress)?;
            if let Some(stored) = self.entry.load_fresh(freshness)?
                && let Some(result) = self.read_stored(&stored, read)
            {
                return result;
            }
        }
        let _exclusive = self.entry.lock(LockMode::Exclusive, progress)?;
        let known = match self.entry.load()? {
            // The previous holder of the lock may have asked the same.
            CacheLookup::Hit(stored) if stored.meta.is_fresh(freshness) => {
                match self.read_stored(&stored, read) {
                    Some(result) => return result,
                    None => None,
                }
            }
            // A stored "not found" has no body that could still be current, so it is not revalidated.
            CacheLookup::Hit(stored) => Some(stored).filter(|stored| stored.found().is_some()),
            CacheLookup::Damaged => {
                progress.warn(format!("{}: the cached answer is damaged, asking again", self.target.shown));
                None
            }
            CacheLookup::Miss => None,
        };
        self.fetch(known, progress, read)
    }

    /// Hands a stored answer to `read`. Returns `None` if it is not accepted.
    fn read_stored<T>(
        &self,
        stored: &StoredAnswer,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Option<Result<T, UpstreamError>> {
        match stored.found() {
            Some(answer) => read(answer).ok().map(Ok),
            None => Some(Err(UpstreamError::NotFound { url: self.target.shown.clone() })),
        }
    }

    /// Makes attempts until one succeeds, or no further one would.
    fn fetch<T>(
        &self,
        mut known: Option<StoredAnswer>,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Result<T, UpstreamError> {
        let mut was_unexpected = false;
        let mut attempts = 1;
        loop {
            let result = self.attempt(attempts, &mut known, progress, read);
            let is_unreachable = matches!(result, Err(Failure::Unreachable(_)));
            let backoff = || Some(jitter(max_backoff(attempts, self.live.rate_scale)));
            let (reason, wait) = match result {
                Ok(value) => return Ok(value),
                Err(Failure::Permanent(error)) => {
                    if let UpstreamError::NotFound { .. } = error {
                        self.entry.commit_not_found(self.request.freshness)?;
                    }
                    return Err(error);
                }
                Err(Failure::Unexpected(reason)) if was_unexpected => return Err(self.failed(reason)),
                // The budget makes the next attempt wait.
                Err(Failure::Limited(reason)) => (reason, None),
                Err(Failure::Unexpected(reason)) => {
                    was_unexpected = true;
                    (reason, backoff())
                }
                Err(Failure::Transient(reason) | Failure::Unreachable(reason)) => (reason, backoff()),
            };
            if attempts == MAX_ATTEMPTS {
                if is_unreachable {
                    self.budget.mark_unreachable(reason.clone())?;
                }
                return Err(self.failed(format!("{reason} (tried {MAX_ATTEMPTS} times)")));
            }
            attempts += 1;
            let label = self.request.service.label();
            let when = wait.map(|wait| format!(" in {}", seconds(wait))).unwrap_or_default();
            progress.warn(format!("{label}: {reason}, try {attempts} of {MAX_ATTEMPTS}{when}"));
            if let Some(wait) = wait {
                sleep_for(&format!("{label}: retry {attempts}/{MAX_ATTEMPTS}{when}"), wait, progress)?;
            }
        }
    }

    /// Makes one attempt, and hands its answer to `read`.
    fn attempt<T>(
        &self,
        number: u32,
        known: &mut Option<StoredAnswer>,
        progress: &mut dyn Progress,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Result<T, Failure> {
        let attempt = Attempt {
            transport: &self.live.transport,
            rate_scale: self.live.rate_scale,
            request: self.request,
            target: &self.target,
            filter: self.filter,
            credential: &self.credential,
            budget: &self.budget,
            scratch: &self.entry.scratch(),
            number,
        };
        let fetched = attempt.run(known.as_ref(), progress).inspect_err(|_| self.entry.discard())?;
        let new = match fetched {
            Fetched::Body(body) => self.entry.adopt(body)?,
            Fetched::NotModified(same) => {
                // If `read` does not accept this body, the next attempt has to bring another.
                *known = None;
                same
            }
        };
        match read(&new.answer) {
            Ok(value) => {
                self.entry.commit(&new, self.request.freshness)?;
                Ok(value)
            }
            Err(invalid) => {
                self.entry.reject(&new, known.as_ref());
                Err(self.judge(invalid, number)?)
            }
        }
    }

    /// Turns the verdict of a reader into a failure.
    fn judge(&self, invalid: InvalidAnswer, number: u32) -> Result<Failure, UpstreamError> {
        Ok(match invalid {
            InvalidAnswer::Damaged(reason) => Failure::Transient(self.credential.mask(reason)),
            InvalidAnswer::Refused(reason) => Failure::Permanent(UpstreamError::Refused {
                url: self.target.shown.clone(),
                reason: self.credential.mask(reason),
            }),
            InvalidAnswer::Limited { reason, wait } => {
                let reason = quote(&self.credential.mask(reason));
                let length = wait.unwrap_or_else(|| secondary_limit_wait(number, self.live.rate_scale));
                self.budget.report(LimitReport {
                    block: Some((length, reason.clone())),
                    must_serialize: true,
                    quota: None,
                })?;
                Failure::Limited(reason)
            }
        })
    }

    fn failed(&self, reason: String) -> UpstreamError {
        UpstreamError::Failed { url: self.target.shown.clone(), reason }
    }
}
