//! What happens in a history, each kind of event in the file of its name.

pub(crate) mod branch;
pub(crate) mod decoy;
pub(crate) mod fix;
pub(crate) mod ordinary;
pub(crate) mod start;
