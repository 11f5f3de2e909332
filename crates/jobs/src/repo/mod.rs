//! The collector `repo`: security-fix commits mined from git repositories.

pub mod message;
pub mod support;
