//! One attempt to get an answer: redirects are followed within the origin, and limits are reported to the budget.

use std::path::Path;

use streamguard_cache::Progress;
use ureq::http::header::LOCATION;
use url::Url;

use crate::connector::AddressFilter;
use crate::error::UpstreamError;
use crate::failure::{Failure, RefusedAnswer, secondary_limit_wait};
use crate::limit_headers::{header_text, limit_report};
use crate::rate_budget::RateBudget;
use crate::request::UpstreamRequest;
use crate::request_target::RequestTarget;
use crate::service::Service;
use crate::service_credential::ServiceCredential;
use crate::stored_answer::{ReceivedBody, StoredAnswer};
use crate::transport::{HttpReply, HttpRequest, HttpTransport, ReplyContent};

/// Most redirects that are followed.
const MAX_REDIRECTS: usize = 4;

/// Result of a successful attempt.
pub(crate) enum Fetched {
    /// A new body, in the scratch file.
    Body(ReceivedBody),
    /// The answer in the cache is still current.
    NotModified(StoredAnswer),
}

/// One attempt.
pub(crate) struct Attempt<'a> {
    pub(crate) transport: &'a HttpTransport,
    pub(crate) rate_scale: f64,
    pub(crate) request: &'a UpstreamRequest,
    pub(crate) target: &'a RequestTarget,
    pub(crate) filter: Option<AddressFilter>,
    pub(crate) credential: &'a ServiceCredential,
    pub(crate) budget: &'a RateBudget,
    /// File for the body.
    pub(crate) scratch: &'a Path,
    /// Number of the attempt, from 1.
    pub(crate) number: u32,
}

impl Attempt<'_> {
    /// Sends requests until one is answered by something else than a redirect that may be followed. `known` is the
    /// answer in the cache, to be revalidated.
    pub(crate) fn run(
        &self,
        known: Option<&StoredAnswer>,
        progress: &mut dyn Progress,
    ) -> Result<Fetched, Failure> {
        // Validators are for GET (RFC 9110, section 13.1); an answer to a POST is always sent anew.
        let known = known.filter(|_| self.request.body.is_none());
        let mut url = self.target.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            // GitHub counts requests to its GraphQL and its REST API against different limits.
            let quota = if url.path().ends_with("/graphql") { "graphql" } else { "core" };
            let permit = self.budget.admit(quota, progress)?;
            let request = HttpRequest {
                url: &url,
                shown: &self.target.shown,
                body: self.request.body.as_deref(),
                accept: self.request.accept,
                filter: self.filter,
                credential: self.credential,
                known: known.map(|stored| &stored.meta),
                max_bytes: self.request.max_bytes,
                path: self.scratch,
            };
            let HttpReply { status, headers, content } = self.transport.send(&request, progress)?;
            let mut report = limit_report(status, &headers, quota);
            let text = match content {
                ReplyContent::Body(body) => {
                    permit.finish(report)?;
                    return Ok(Fetched::Body(body));
                }
                ReplyContent::Text(text) => text,
            };
            if let (304, Some(known)) = (status, known) {
                permit.finish(report)?;
                return Ok(Fetched::NotModified(known.clone()));
            }
            if let 301 | 302 | 303 | 307 | 308 = status {
                permit.finish(report)?;
                // Without it, the URL would lead back to itself.
                let location = header_text(&headers, LOCATION.as_str()).filter(|text| !text.is_empty());
                let location = location.ok_or_else(|| {
                    self.failed(format!("HTTP {status} redirects, but does not say where to"))
                })?;
                url = self.follow(&url, status, location)?;
                continue;
            }
            let refused = RefusedAnswer {
                service: self.request.service,
                has_credential: self.credential.header().is_some(),
                url: &self.target.shown,
                status,
                headers: &headers,
                text: &text,
            };
            let failure = refused.failure();
            if refused.is_secondary_limit() {
                report.must_serialize = true;
                report.block = report.block.or_else(|| {
                    let length = secondary_limit_wait(self.number, self.rate_scale);
                    Some((length, "its secondary rate limit".to_owned()))
                });
            } else if self.request.service == Service::Nvd && matches!(failure, Failure::Limited(_)) {
                // NVD does not say when to go on. After a whole window, none of the earlier requests counts any more.
                let window = self.request.service.window(self.credential.header().is_some());
                report.block = report.block.or_else(|| {
                    window.map(|window| (window.length.mul_f64(self.rate_scale), "its rate limit".to_owned()))
                });
            }
            permit.finish(report)?;
            return Err(failure);
        }
        Err(self.failed(format!("more than {MAX_REDIRECTS} redirects")).into())
    }

    /// Returns the target of a redirect, if it may be followed: within the origin, and with the body.
    fn follow(&self, from: &Url, status: u16, location: &str) -> Result<Url, UpstreamError> {
        let to = from
            .join(location)
            .map_err(|_| self.failed(format!("HTTP {status} redirects to something that is not a URL")))?;
        // A client may turn a POST into a GET after 301 to 303; only 307 and 308 keep method and body (RFC 9110,
        // section 15.4).
        let keeps_body = self.request.body.is_none() || matches!(status, 307 | 308);
        // Another origin would receive the credential.
        let is_same_origin = to.origin() == self.target.url.origin();
        if self.request.service != Service::GitHost && keeps_body && is_same_origin {
            return Ok(to);
        }
        Err(UpstreamError::Moved { url: self.target.shown.clone(), to: to.into() })
    }

    fn failed(&self, reason: String) -> UpstreamError {
        UpstreamError::Failed { url: self.target.shown.clone(), reason }
    }
}
