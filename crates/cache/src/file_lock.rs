//! Locks between threads and processes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use crate::wait::PolledWait;
use crate::{CacheError, Progress};

/// Pause between two attempts to take a lock that another holds.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// A held lock on a file; dropping it frees it.
///
/// It is an `flock`: the kernel frees it when the process dies, however that happens, so that no lock is ever
/// left behind. It belongs to the open file, hence two threads of one process exclude each other too.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Whether others may hold a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Others may hold it in this mode as well.
    Shared,
    /// Nobody else may hold it.
    Exclusive,
}

impl FileLock {
    /// Takes the lock, if nobody holds it in a mode that excludes this one.
    ///
    /// # Errors
    /// The file system's answer.
    pub fn try_take(path: &Path, mode: LockMode) -> io::Result<Option<Self>> {
        loop {
            let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            let locked = match mode {
                LockMode::Shared => file.try_lock_shared(),
                LockMode::Exclusive => file.try_lock(),
            };
            match locked {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Pruning may have removed the file between opening and locking. The next process would create
            // another file of this name and lock that: a lock on the removed one would keep nobody out.
            match fs::metadata(path) {
                Ok(named) if named.ino() == file.metadata()?.ino() => return Ok(Some(Self { _file: file })),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for the lock. `reason` is logged if that takes long.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn take(
        path: &Path,
        mode: LockMode,
        reason: &dyn Fn() -> String,
        progress: &mut dyn Progress,
    ) -> Result<Self, CacheError> {
        let mut wait = PolledWait::default();
        loop {
            let taken = Self::try_take(path, mode)
                .map_err(|source| CacheError::Io { path: path.to_owned(), source })?;
            match taken {
                Some(lock) => {
                    wait.end(progress);
                    return Ok(lock);
                }
                // Not in the kernel's queue: a thread that sleeps there could not be stopped.
                None => wait.tick(RETRY_INTERVAL, reason, progress)?,
            }
        }
    }
}
