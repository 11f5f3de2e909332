//! Bounds of what is unpacked.

use std::io::{self, Read};

/// Largest size of an unpacked snapshot, in bytes.
const MAX_UNPACKED_BYTES: u64 = 64 << 30;

/// Size up to which an unpacked snapshot is never taken for a bomb.
const MIN_BOMB_BYTES: u64 = 64 << 20;

/// Ratio of unpacked to packed bytes beyond which a large snapshot is a bomb. zstd reaches 30,000 with zeros; packs of git
/// are compressed already, and answers reach 20.
const MAX_EXPANSION: u64 = 250;

/// Returns the largest size of the content of an archive of `packed_bytes` bytes.
pub(crate) fn max_unpacked_bytes(packed_bytes: u64) -> u64 {
    packed_bytes.saturating_mul(MAX_EXPANSION).clamp(MIN_BOMB_BYTES, MAX_UNPACKED_BYTES)
}

/// A reader that fails where it has given more bytes than it may.
#[derive(Debug)]
pub(crate) struct BoundedReader<R> {
    inner: R,
    given: u64,
    limit: u64,
}

impl<R: Read> BoundedReader<R> {
    /// Bounds the content of an archive of `packed_bytes` bytes.
    pub(crate) fn new(inner: R, packed_bytes: u64) -> Self {
        Self { inner, given: 0, limit: max_unpacked_bytes(packed_bytes) }
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.given += read as u64;
        if self.given > self.limit {
            let reason =
                format!("it unpacks to more than {} MiB, as a decompression bomb does", self.limit >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(read)
    }
}
