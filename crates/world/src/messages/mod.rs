//! Messages of commits, filled in from patterns of the folder `data`.

pub(crate) mod decoy;
pub(crate) mod fix;
pub(crate) mod ordinary;
pub(crate) mod pattern;
pub(crate) mod weakness_wording;
