//! Bounds on the time that an exchange may take.

use std::time::Duration;

use crate::request::Accept;

/// Bounds on the time that an exchange may take. The defaults suit bad lines; tests use shorter ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Longest time to connect, TLS included.
    pub connect: Duration,
    /// Longest time from the connection to the first byte of the answer.
    pub first_byte: Duration,
    /// Longest pause between two pieces of a body.
    pub idle: Duration,
    /// Length of the windows in which the throughput is measured.
    pub throughput_window: Duration,
    /// Fewest bytes of a body that have to come within each window. A server that sends a byte now and then would
    /// never exceed [`Timeouts::idle`].
    pub min_bytes: u64,
    /// Longest time for a whole answer.
    pub total: Duration,
    /// Longest time for a whole archive.
    pub archive_total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            throughput_window: Duration::from_secs(30),
            min_bytes: 30 << 10,
            total: Duration::from_secs(5 * 60),
            archive_total: Duration::from_secs(60 * 60),
        }
    }
}

impl Timeouts {
    /// Returns the longest time for a whole answer of some kind.
    pub(crate) fn total_for(&self, accept: Accept) -> Duration {
        match accept {
            Accept::Json | Accept::Text => self.total,
            Accept::Archive => self.archive_total,
        }
    }
}
