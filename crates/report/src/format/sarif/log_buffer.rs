//! What code scanning takes, and how much of it a log has used up.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::escaped_json::json;

/// Most results of a run (GitHub, "SARIF results exceed one or more limits"; there may be as many
/// rules). Of these, code scanning shows the 5,000 most severe.
pub(super) const RESULTS: usize = 25_000;

/// Largest log, compressed with gzip, in bytes: 10 MB (GitHub, "SARIF support for code scanning").
pub(super) const COMPRESSED: usize = 10_000_000;

/// Largest log as it is, in bytes. No service names one: readers hold a log in memory, most of
/// them several times over.
pub(super) const PLAIN: usize = 128 * 1024 * 1024;

/// What the encoder may hold back, and the end of the log beyond what is counted of it, in bytes.
const MARGIN: usize = 256 * 1024;

/// A log that is being written, and compressed to see how large it is.
pub(super) struct LogBuffer {
    bytes: Vec<u8>,
    /// The level that tools use by default, since this one need not upload the log.
    gzip: GzEncoder<ByteCounter>,
}

impl LogBuffer {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), gzip: GzEncoder::new(ByteCounter(0), Compression::default()) }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        compress(&mut self.gzip, bytes);
    }

    /// Whether `bytes` more can be written, if later `plain` bytes follow that compress to
    /// `compressed`.
    pub(super) fn takes(&self, bytes: usize, plain: usize, compressed: usize) -> bool {
        self.gzip.get_ref().0 + bytes + compressed + MARGIN <= COMPRESSED
            && self.bytes.len() + bytes + plain + MARGIN <= PLAIN
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// How long a value is as JSON, and how long compressed.
pub(super) fn size(value: &impl Serialize) -> (usize, usize) {
    let json = json(value);
    let mut gzip = GzEncoder::new(ByteCounter(0), Compression::default());
    compress(&mut gzip, &json);
    let compressed = gzip.finish().unwrap_or_else(|error| unreachable!("a counter takes all: {error}"));
    (json.len(), compressed.0)
}

fn compress(gzip: &mut GzEncoder<ByteCounter>, bytes: &[u8]) {
    gzip.write_all(bytes).unwrap_or_else(|error| unreachable!("a counter takes all: {error}"));
}

/// Counts what is written.
struct ByteCounter(usize);

impl Write for ByteCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
