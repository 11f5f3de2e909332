//! The only way to the network, and what was recorded of it.

pub mod git;
pub mod snapshot;
