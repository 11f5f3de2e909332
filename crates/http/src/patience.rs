//! How long an upstream is waited for.

use std::time::Duration;

use super::request::Accept;

/// How long an upstream is waited for. The values are those of programs that live on bad lines;
/// tests are less patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the first byte of an answer, once connected.
    pub first_byte: Duration,
    /// For the next byte.
    pub idle: Duration,
    /// Within each stretch of this length, at least [`Patience::least`] bytes have to come.
    pub stretch: Duration,
    /// See [`Patience::stretch`].
    pub least: u64,
    /// For all of an answer.
    pub whole: Duration,
    /// For all of an archive.
    pub archive: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            stretch: Duration::from_secs(30),
            least: 30 << 10,
            whole: Duration::from_secs(5 * 60),
            archive: Duration::from_secs(60 * 60),
        }
    }
}

impl Patience {
    /// For all of an answer of some kind.
    pub(super) fn whole(&self, accept: Accept) -> Duration {
        match accept {
            Accept::Json | Accept::Text => self.whole,
            Accept::Archive => self.archive,
        }
    }
}
