//! Name, version and build of StreamGuard.

/// Name of the product, which is part of the names of folders and of jobs on a cluster.
pub const NAME: &str = "streamguard";

/// Name of the build: the version, and a digest of all sources and of the versions of all dependencies. Two programs of
/// the same build make the same records of the same input.
pub const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("STREAMGUARD_SOURCES"));

/// Commit from which the program was built, shortened to 12 hexadecimal digits; empty if it was not built in a checkout.
pub const COMMIT: &str = env!("STREAMGUARD_COMMIT");

/// Date of the commit in UTC, such as `2026-11-29`; empty if it was not built in a checkout.
pub const COMMIT_DATE: &str = env!("STREAMGUARD_COMMIT_DATE");
