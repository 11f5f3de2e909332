//! The only way to HTTP upstreams: cached, budgeted, retried, bounded.

mod access;
pub mod address;
pub mod agent;
mod answers;
mod budget;
pub mod client;
mod connector;
mod credential;
mod credentials;
mod exchange_thread;
mod failure;
mod headers;
mod ledger;
pub mod patience;
mod proxies;
mod recorder;
pub mod request;
mod service;
mod settings;
mod sink;
mod target;
mod transport;
mod transport_error;

pub use access::UpstreamAccess;
pub use client::Client;
pub use credentials::Credentials;
pub use patience::Patience;
pub use recorder::MakeUp;
pub use request::{Accept, Answer, Freshness, Request, Service, Unfit, UpstreamError};
pub use settings::UpstreamSettings;
pub use streamguard_cache::Progress;
