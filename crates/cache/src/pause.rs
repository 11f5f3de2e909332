//! Waiting: never deaf to a stop, and never silent for long.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::thread;
use std::time::{Duration, Instant};

use streamguard_engine::LogLevel;

use crate::{CacheError, Watch};

/// How often a waiting thread looks whether it was stopped.
pub const LOOK: Duration = Duration::from_millis(100);

/// A wait that is longer than this is said.
pub const SAID: Duration = Duration::from_secs(2);

/// A wait that is shorter than this is over before anybody could read of it.
const TOLD: Duration = Duration::from_millis(500);

/// Sleeps, and says until then what for.
pub fn sleep_for(why: &str, length: Duration, watch: &dyn Watch) -> Result<(), CacheError> {
    if length < TOLD {
        return sleep(length, watch);
    }
    watch.doing(Some(why));
    let slept = sleep(length, watch);
    watch.doing(None);
    slept
}

/// A moment from now as people read it on a clock, in UTC.
pub fn clock_in(length: Duration) -> String {
    (jiff::Timestamp::now() + length).strftime("%H:%M:%S UTC").to_string()
}

/// Sleeps.
fn sleep(length: Duration, watch: &dyn Watch) -> Result<(), CacheError> {
    let until = Instant::now() + length;
    loop {
        if watch.stopped() {
            return Err(CacheError::Stopped);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(LOOK));
    }
}

/// A wait of unknown length for something that another holds.
#[derive(Debug)]
pub struct Pause {
    since: Instant,
    is_said: bool,
}

impl Default for Pause {
    fn default() -> Self {
        Self { since: Instant::now(), is_said: false }
    }
}

impl Pause {
    /// Waits for a moment, at most [`LOOK`]; says why, once, if it has been long.
    pub fn tick(
        &mut self,
        moment: Duration,
        why: &dyn Fn() -> String,
        watch: &mut dyn Watch,
    ) -> Result<(), CacheError> {
        if !self.is_said && self.since.elapsed() > SAID {
            self.is_said = true;
            let why = why();
            watch.doing(Some(&why));
            watch.note(LogLevel::Info, why);
        }
        sleep(moment.min(LOOK), watch)
    }

    /// The wait is over.
    pub fn end(self, watch: &dyn Watch) {
        if self.is_said {
            watch.doing(None);
        }
    }
}

/// A random part of a length, so that those who failed together do not come back together
/// ("Full Jitter" in AWS's "Exponential Backoff And Jitter"). It decides when, never what.
pub fn jitter(length: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() >> 11;
    length.mul_f64(random as f64 / (1_u64 << 53) as f64)
}

/// A length in words: whole seconds, at least one.
pub fn seconds(length: Duration) -> String {
    format!("{} s", length.as_millis().div_ceil(1000).max(1))
}
