//! Lanes: how many may use a host at once, over all threads and processes of the machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::folder::Part;
use crate::lock::{Hold, Lock};
use crate::pause::Pause;
use crate::{CacheError, Watch};

/// How often a free lane is looked for.
const TICK: Duration = Duration::from_millis(50);

/// A lane in use; dropping it, or dying, frees it.
#[derive(Debug)]
pub struct LaneGuard {
    _lock: Lock,
    number: usize,
}

impl LaneGuard {
    /// Which of the lanes it is.
    pub fn number(&self) -> usize {
        self.number
    }
}

/// One of `most` lanes to a host, for those who do not speak HTTP. Blocks until one is free.
///
/// # Errors
/// [`CacheError::Stopped`]; `Cache` if the cache cannot be written.
pub fn lane(budgets: &Path, host: &str, most: usize, watch: &mut dyn Watch) -> Result<LaneGuard, CacheError> {
    let folder = Part::Budgets.create(budgets)?;
    take(&folder, &format!("lanes-{}", file_name(host)), most, host, watch)
}

/// Waits for one of `most` lanes of that name.
pub fn take(
    folder: &Path,
    name: &str,
    most: usize,
    whom: &str,
    watch: &mut dyn Watch,
) -> Result<LaneGuard, CacheError> {
    let mut pause = Pause::default();
    loop {
        for number in 0..most.max(1) {
            if let Some(lock) = try_take(folder, name, number)? {
                pause.end(watch);
                return Ok(LaneGuard { _lock: lock, number });
            }
        }
        pause.tick(TICK, &|| format!("{whom}: waiting until fewer than {most} are at work there"), watch)?;
    }
}

/// Whether nobody uses a lane.
pub fn is_free(folder: &Path, name: &str, number: usize) -> Result<bool, CacheError> {
    try_take(folder, name, number).map(|lock| lock.is_some())
}

fn try_take(folder: &Path, name: &str, number: usize) -> Result<Option<Lock>, CacheError> {
    let path = path(folder, name, number);
    Lock::try_take(&path, Hold::Alone).map_err(|source| CacheError::Io { path, source })
}

fn path(folder: &Path, name: &str, number: usize) -> PathBuf {
    folder.join(format!("{name}.{number}.lane"))
}

/// A host, perhaps with a port, as part of a file's name.
pub fn file_name(host: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '+' };
    host.chars().map(plain).take(100).collect()
}
