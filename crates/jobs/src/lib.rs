//! What StreamGuard runs: the collectors and what they share, and the general jobs.

pub mod advisories;
pub mod collector;
pub mod cve;
pub mod exploitdb;
pub mod extract;
pub mod fixes;
pub mod github;
pub mod list;
pub mod osv;
pub mod reference;
pub mod repo;
pub mod synthetic;
pub mod upstream;

pub use advisories::{Advisories, AdvisorySource, Gather};
pub use collector::{Collect, Collector, Samples};
pub use cve::Cve;
pub use exploitdb::ExploitDb;
pub use fixes::Fixes;
pub use github::Github;
pub use osv::Osv;
pub use repo::Repo;
pub use synthetic::Synthetic;
