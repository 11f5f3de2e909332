//! What StreamGuard runs: the collectors, and what they share.

pub mod extract;
pub mod repo;
pub mod synthetic;
