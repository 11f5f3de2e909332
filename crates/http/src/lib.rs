//! The only way to HTTP upstreams: cached, budgeted, retried, bounded.

pub mod access;
pub mod address;
mod answers;
mod budget;
pub mod client;
mod credential;
mod failure;
mod fetch;
mod headers;
mod ledger;
pub mod patience;
mod recorder;
pub mod request;
mod service;
mod sink;
mod target;

pub use access::{Access, Credentials};
pub use client::Client;
pub use patience::Patience;
pub use recorder::MakeUp;
pub use request::{Accept, Answer, Freshness, Request, Service, Unfit, UpstreamError};
pub use streamguard_cache::Watch;
