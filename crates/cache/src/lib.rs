//! The folder that all runs of a machine share: what lies in it, who may use it, how it gets smaller.
//!
//! Every part of the cache is a [`Part`], a folder of its own. Locks are files under `flock`, so
//! that death frees them; [`lane`] bounds how many may use a host at once, over all processes.
//!
//! ```
//! use streamguard_cache::{Part, usage};
//!
//! let cache = tempfile::tempdir().unwrap();
//! Part::Answers.create(cache.path()).unwrap();
//! assert!(usage(cache.path()).unwrap().iter().all(|usage| usage.bytes == 0));
//! ```

mod error;
mod folder;
mod lane;
mod lock;
pub mod pause;
mod watch;

pub use error::CacheError;
pub use folder::{Part, Removed, Usage, clear, prune, usage};
pub use lane::{LaneGuard, file_name, is_free, lane, take};
pub use lock::{Hold, Lock};
pub use watch::Watch;
