//! Events of a history, each kind in the file of its name.

pub(crate) mod branch;
pub(crate) mod decoy;
pub(crate) mod everyday;
pub(crate) mod fix;
pub(crate) mod start;
mod upkeep;
