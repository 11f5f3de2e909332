//! The commands, one file each.

pub(crate) mod cache;
pub(crate) mod collect;
pub(crate) mod examples;
pub(crate) mod export;
pub(crate) mod figures;
pub(crate) mod ingest;
pub(crate) mod jobs;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod prime;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod run;
pub(crate) mod shard;
pub(crate) mod worker;
