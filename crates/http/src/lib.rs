//! A client for HTTP upstreams: cached, within the rate limits of each service, retried, and bounded in time and size.
//!
//! All requests go through [`HttpClient::ask`]. It looks into the cache, waits until the budget of the service admits a
//! request (one budget for all processes of the machine), sends it over a connection of [`agent::SystemAgent`], writes
//! the body to a file of the cache, and retries what may pass. A snapshot takes the place of cache and network for runs
//! that are replayed offline.
//!
//! ```
//! use streamguard_http::{
//!     Accept, Credentials, Freshness, HttpClient, InvalidAnswer, NoProgress, Service, UpstreamError, UpstreamRequest,
//!     UpstreamSettings,
//! };
//!
//! // An empty folder is a snapshot without answers: nothing is sent.
//! let folder = tempfile::tempdir().unwrap();
//! let settings = UpstreamSettings::replaying(folder.path().into(), folder.path().into(), 0);
//! let client = HttpClient::new(&settings, &Credentials::default()).unwrap();
//! let request = UpstreamRequest {
//!     service: Service::Osv,
//!     url: "https://osv.example/PyPI/all.zip".to_owned(),
//!     body: None,
//!     accept: Accept::Archive,
//!     freshness: Freshness::Run(1),
//!     max_bytes: 1 << 30,
//! };
//! let answer = client.ask(&request, &mut NoProgress, &mut |answer| {
//!     answer.bytes().map_err(|error| InvalidAnswer::Damaged(error.to_string()))
//! });
//! assert!(matches!(answer, Err(UpstreamError::NotRecorded { .. })));
//! ```

mod access;
pub mod agent;
mod answer_entry;
mod answer_recorder;
mod attempt;
pub mod base_url;
mod body_sink;
mod client;
mod connector;
mod credentials;
mod error;
mod exchange_thread;
mod failure;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz_targets;
mod limit_headers;
mod pending_request;
mod proxies;
mod rate_budget;
mod request;
mod request_ledger;
mod request_target;
mod service;
mod service_credential;
mod settings;
mod stored_answer;
mod timeouts;
mod transport;
mod transport_error;

pub use access::UpstreamAccess;
pub use answer_recorder::FakeResponder;
pub use client::HttpClient;
pub use connector::AddressFilter;
pub use credentials::Credentials;
pub use error::{InvalidAnswer, UpstreamError};
pub use request::{Accept, Freshness, UpstreamAnswer, UpstreamRequest};
pub use request_target::is_confidential;
pub use service::Service;
pub use settings::UpstreamSettings;
pub use streamguard_cache::{NoProgress, Progress};
pub use timeouts::Timeouts;
