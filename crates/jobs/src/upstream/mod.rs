//! The only way to the network, and what was recorded of it.

pub mod access;
pub mod address;
mod answers;
mod budget;
pub mod cache;
pub mod client;
mod credential;
mod failure;
mod fetch;
pub mod git;
mod headers;
pub mod lane;
mod ledger;
mod lock;
pub mod patience;
mod pause;
mod recorder;
pub mod request;
mod service;
mod sink;
pub mod snapshot;
mod target;

pub use access::{Access, Credentials};
pub use client::Client;
pub use lane::{LaneGuard, lane};
pub use patience::Patience;
pub use recorder::MakeUp;
pub use request::{Accept, Answer, Freshness, Request, Service, Unfit, UpstreamError, Watch};
