//! The only way to the network, and what was recorded of it.

pub mod access;
pub mod address;
pub mod client;
pub mod git;
pub mod request;
pub mod snapshot;

pub use access::{Access, Credentials};
pub use client::Client;
pub use request::{Accept, Answer, Freshness, Request, Service, Unfit, UpstreamError, Watch};
