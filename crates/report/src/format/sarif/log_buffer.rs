//! Limits of code scanning, and a buffer that keeps a log within them.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use streamguard_sarif::escaped_json;

/// Largest log, compressed with gzip, in bytes: 10 MB (GitHub, "SARIF support for code scanning").
pub(super) const MAX_COMPRESSED_BYTES: usize = 10_000_000;

/// Largest log before compression, in bytes. No service sets this limit, but readers load the whole log into memory,
/// and most of them need several times its size.
pub(super) const MAX_PLAIN_BYTES: usize = 128 * 1024 * 1024;

/// Bytes kept free for the bytes that the encoder has not written yet, and for the end of the log.
const SAFETY_MARGIN_BYTES: usize = 256 * 1024;

/// A log while it is written. It is also compressed, to know its compressed size.
pub(super) struct LogBuffer {
    bytes: Vec<u8>,
    /// Compresses the log only to measure it, at the fastest level. The tools that compress the log for upload use a
    /// higher one, so the result is smaller than measured here; to use theirs would take most of the time of the report.
    gzip: GzEncoder<ByteCounter>,
}

impl LogBuffer {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), gzip: GzEncoder::new(ByteCounter(0), Compression::fast()) }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        compress(&mut self.gzip, bytes);
    }

    /// Tells whether `bytes` more can be written now, if `plain` bytes follow at the end, whose compressed size is
    /// `compressed`.
    pub(super) fn has_room_for(&self, bytes: usize, plain: usize, compressed: usize) -> bool {
        // A result may not compress at all, so its plain length is the safe bound of its compressed length.
        self.gzip.get_ref().0 + bytes + compressed + SAFETY_MARGIN_BYTES <= MAX_COMPRESSED_BYTES
            && self.bytes.len() + bytes + plain + SAFETY_MARGIN_BYTES <= MAX_PLAIN_BYTES
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Size of a value as JSON, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonSize {
    pub(super) plain: usize,
    pub(super) compressed: usize,
}

/// Returns the size of a value as JSON.
pub(super) fn size(value: &impl Serialize) -> JsonSize {
    let json = escaped_json(value);
    let mut gzip = GzEncoder::new(ByteCounter(0), Compression::fast());
    compress(&mut gzip, &json);
    let compressed = gzip.finish().unwrap_or_else(|error| unreachable!("a counter takes all: {error}"));
    JsonSize { plain: json.len(), compressed: compressed.0 }
}

fn compress(gzip: &mut GzEncoder<ByteCounter>, bytes: &[u8]) {
    gzip.write_all(bytes).unwrap_or_else(|error| unreachable!("a counter takes all: {error}"));
}

/// Counts the bytes that are written.
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
