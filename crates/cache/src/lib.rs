//! The cache folder that all runs of a machine share: its parts, locks on them, slots for hosts, and pruning.
//!
//! Every part of the cache is a [`CacheBucket`], a folder of its own. A [`FileLock`] keeps two processes from
//! writing one entry; a [`HostSlot`] bounds how many use a host at once. Both are freed by the death of their
//! holder. Waits for them are stopped and followed through [`Progress`]. A [`FolderSeal`] tells
//! whether the files of a folder are still what was written.
//!
//! ```
//! use streamguard_cache::{CacheBucket, HostSlot, NoProgress, usage};
//!
//! let cache = tempfile::tempdir().unwrap();
//! CacheBucket::Answers.create(cache.path()).unwrap();
//! assert!(usage(cache.path()).unwrap().iter().all(|bucket| bucket.bytes == 0));
//!
//! let first = HostSlot::acquire(cache.path(), "github.com", 2, &mut NoProgress).unwrap();
//! let second = HostSlot::acquire(cache.path(), "github.com", 2, &mut NoProgress).unwrap();
//! assert_eq!((first.number(), second.number()), (0, 1));
//! ```

mod bucket;
mod checksum;
mod error;
mod file_lock;
mod folder_seal;
mod host_slot;
mod maintenance;
mod progress;
pub mod wait;

pub use bucket::CacheBucket;
pub use checksum::{add_checksum, verify_checksum};
pub use error::CacheError;
pub use file_lock::{FileLock, LockMode};
pub use folder_seal::{FolderSeal, SEAL_NAME};
pub use host_slot::{HostSlot, file_name};
pub use maintenance::{BucketUsage, RemovedEntries, clear, prune, usage};
pub use progress::{NoProgress, Progress};
