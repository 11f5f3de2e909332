//! Arguments that several commands share.

pub(crate) mod display;
pub(crate) mod execution;
pub(crate) mod exit_codes;
pub(crate) mod matched;
pub(crate) mod reports;
