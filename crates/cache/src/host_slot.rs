//! A bound on how many use a host at once, over all threads and processes of the machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bucket::CacheBucket;
use crate::file_lock::{FileLock, LockMode};
use crate::wait::PolledWait;
use crate::{CacheError, Progress};

/// Pause between two searches for a free slot.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Longest host in a file's name, in characters.
const MAX_HOST_CHARS: usize = 100;

/// One of the numbered slots of a host, in use. Dropping it, or dying, frees it.
#[derive(Debug)]
pub struct HostSlot {
    _lock: FileLock,
    number: usize,
}

impl HostSlot {
    /// Waits for one of `count` slots of a host, which all protocols but HTTP share. `budgets` is the cache
    /// whose [`CacheBucket::Budgets`] counts.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn acquire(
        budgets: &Path,
        host: &str,
        count: usize,
        progress: &mut dyn Progress,
    ) -> Result<Self, CacheError> {
        let folder = CacheBucket::Budgets.create(budgets)?;
        Self::acquire_named(&folder, &format!("lanes-{}", file_name(host)), count, host, progress)
    }

    /// Waits for one of `count` slots whose files have this name, and call it `label` in messages.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn acquire_named(
        folder: &Path,
        name: &str,
        count: usize,
        label: &str,
        progress: &mut dyn Progress,
    ) -> Result<Self, CacheError> {
        let mut wait = PolledWait::default();
        let reason = || format!("{label}: waiting until fewer than {count} are at work there");
        loop {
            for number in 0..count.max(1) {
                if let Some(lock) = try_take(folder, name, number)? {
                    wait.end(progress);
                    return Ok(Self { _lock: lock, number });
                }
            }
            wait.tick(RETRY_INTERVAL, &reason, progress)?;
        }
    }

    /// Returns whether nobody uses a slot.
    ///
    /// # Errors
    /// [`CacheError::Io`].
    pub fn is_free(folder: &Path, name: &str, number: usize) -> Result<bool, CacheError> {
        try_take(folder, name, number).map(|lock| lock.is_some())
    }

    /// Returns the number of the slot, from 0.
    pub fn number(&self) -> usize {
        self.number
    }
}

fn try_take(folder: &Path, name: &str, number: usize) -> Result<Option<FileLock>, CacheError> {
    let path = path(folder, name, number);
    FileLock::try_take(&path, LockMode::Exclusive).map_err(|source| CacheError::Io { path, source })
}

fn path(folder: &Path, name: &str, number: usize) -> PathBuf {
    folder.join(format!("{name}.{number}.lane"))
}

/// Turns a host, perhaps with a port, into a part of a file's name.
pub fn file_name(host: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '+' };
    host.chars().map(plain).take(MAX_HOST_CHARS).collect()
}
