//! Benchmarks, one module each.

pub(crate) mod cluster;
pub(crate) mod commands;
pub(crate) mod dashboard;
pub(crate) mod engine;
pub(crate) mod follow;
pub(crate) mod ingest;
pub(crate) mod measure;
pub(crate) mod mine;
pub(crate) mod prime;
pub(crate) mod reports;
pub(crate) mod synthetic;
pub(crate) mod upstreams;
