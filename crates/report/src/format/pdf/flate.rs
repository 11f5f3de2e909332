//! Compression of streams.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Compresses a stream for the filter `FlateDecode`.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .unwrap_or_else(|error| unreachable!("memory takes everything: {error}"))
}
