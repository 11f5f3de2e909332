//! Waits that notice a stop at once, and that are announced when they take long.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::thread;
use std::time::{Duration, Instant};

use crate::{CacheError, Progress};

/// Pause between two checks of a waiting thread for a stop.
pub const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Waits that are longer than this are logged.
pub const LOGGED_WAIT: Duration = Duration::from_secs(2);

/// Waits that are shorter than this are not shown: they are over before anybody could read about them.
const SHOWN_WAIT: Duration = Duration::from_millis(500);

/// Sleeps for `length`, and shows `reason` meanwhile.
///
/// # Errors
/// [`CacheError::Stopped`].
pub fn sleep_for(reason: &str, length: Duration, progress: &dyn Progress) -> Result<(), CacheError> {
    if length < SHOWN_WAIT {
        return sleep(length, progress);
    }
    progress.set_activity(Some(reason));
    let slept = sleep(length, progress);
    progress.set_activity(None);
    slept
}

/// Formats the time of day, in UTC, that it will be after `length`.
pub fn clock_time_in(length: Duration) -> String {
    (jiff::Timestamp::now() + length).strftime("%H:%M:%S UTC").to_string()
}

fn sleep(length: Duration, progress: &dyn Progress) -> Result<(), CacheError> {
    let until = Instant::now() + length;
    loop {
        if progress.is_stopped() {
            return Err(CacheError::Stopped);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(POLL_INTERVAL));
    }
}

/// A wait of unknown length for something that another thread or process holds.
#[derive(Debug)]
pub struct PolledWait {
    since: Instant,
    is_announced: bool,
}

impl Default for PolledWait {
    fn default() -> Self {
        Self { since: Instant::now(), is_announced: false }
    }
}

impl PolledWait {
    /// Sleeps until the next attempt, at most [`POLL_INTERVAL`]. A wait that has become long is logged and
    /// shown once, with the text of `reason`.
    ///
    /// # Errors
    /// [`CacheError::Stopped`].
    pub fn tick(
        &mut self,
        interval: Duration,
        reason: &dyn Fn() -> String,
        progress: &mut dyn Progress,
    ) -> Result<(), CacheError> {
        if !self.is_announced && self.since.elapsed() > LOGGED_WAIT {
            self.is_announced = true;
            let reason = reason();
            progress.set_activity(Some(&reason));
            progress.info(reason);
        }
        sleep(interval.min(POLL_INTERVAL), progress)
    }

    /// Ends the wait.
    pub fn end(self, progress: &dyn Progress) {
        if self.is_announced {
            progress.set_activity(None);
        }
    }
}

/// Returns a random part of a length, so that those who failed together do not come back together ("Full
/// Jitter" in AWS's "Exponential Backoff And Jitter").
pub fn jitter(length: Duration) -> Duration {
    // The keys of a hash map are the randomness that the standard library has. No result depends on it: it
    // decides when something is tried, never what comes out.
    let random = RandomState::new().build_hasher().finish() >> 11;
    length.mul_f64(random as f64 / (1_u64 << 53) as f64)
}

/// Formats a length in whole seconds, rounded up, at least one.
pub fn seconds(length: Duration) -> String {
    format!("{} s", length.as_millis().div_ceil(1000).max(1))
}
