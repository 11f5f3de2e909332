//! Locks that threads and processes share: files under `flock`, freed by death.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use crate::pause::Pause;
use crate::{CacheError, Watch};

/// How often a lock that another holds is tried.
const TICK: Duration = Duration::from_millis(20);

/// A held lock; dropping it frees it.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Whether others may hold a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Others that share.
    Shared,
    /// Nobody.
    Alone,
}

impl Lock {
    /// The lock, if it can be had at once.
    pub fn try_take(path: &Path, hold: Hold) -> io::Result<Option<Self>> {
        loop {
            let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            let locked = match hold {
                Hold::Shared => file.try_lock_shared(),
                Hold::Alone => file.try_lock(),
            };
            match locked {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Pruning may have removed the file between opening and locking: such a lock would
            // keep nobody out.
            match fs::metadata(path) {
                Ok(named) if named.ino() == file.metadata()?.ino() => return Ok(Some(Self { _file: file })),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The lock, as soon as it can be had. `why` is said if that takes long.
    pub fn take(
        path: &Path,
        hold: Hold,
        why: &dyn Fn() -> String,
        watch: &mut dyn Watch,
    ) -> Result<Self, CacheError> {
        let mut pause = Pause::default();
        loop {
            let taken = Self::try_take(path, hold)
                .map_err(|source| CacheError::Io { path: path.to_owned(), source })?;
            match taken {
                Some(lock) => {
                    pause.end(watch);
                    return Ok(lock);
                }
                None => pause.tick(TICK, why, watch)?,
            }
        }
    }
}
