//! The way of a body into its file: decompressed, hashed, and bounded.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::MultiGzDecoder;
use thiserror::Error;

use crate::service_credential::CredentialSearch;

/// Size up to which a decompressed body is never taken for a bomb.
const MIN_BOMB_BYTES: u64 = 8 << 20;

/// Ratio of decompressed to received bytes beyond which a large body is a bomb. gzip reaches 1032 with zeros; pages whose
/// records repeat each other stay well below 100.
const MAX_EXPANSION: u64 = 200;

/// Reasons why a body is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BodyRefusal {
    /// It has more bytes than the request allows.
    #[error("the response exceeded {} after decompression", size(*.0))]
    Size(u64),
    /// It has far more bytes than were received.
    #[error("the response is compressed more than {MAX_EXPANSION}:1, as a decompression bomb is")]
    Ratio,
    /// It holds the credential, which would end up in the cache, in snapshots and in the dataset.
    #[error(
        "the response holds the credential that was sent, and is not stored: check the address, and replace the \
         credential if whoever answers there is not to have it"
    )]
    Credential,
}

impl BodyRefusal {
    /// Finds the reason in an error of a [`BodySink`].
    pub(crate) fn in_error(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

/// Formats bytes in a unit that suits them.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        bytes => format!("{bytes} bytes"),
    }
}

/// A file whose content is counted, hashed, bounded and searched.
#[derive(Debug)]
pub(crate) struct BoundedFile {
    file: BufWriter<File>,
    hasher: Box<blake3::Hasher>,
    max_bytes: u64,
    received: u64,
    search: CredentialSearch,
}

impl Write for BoundedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let total = self.hasher.count() + bytes.len() as u64;
        if total > self.max_bytes {
            return Err(io::Error::other(BodyRefusal::Size(self.max_bytes)));
        }
        // Divided rather than multiplied, which could overflow.
        if total > MIN_BOMB_BYTES && total / MAX_EXPANSION > self.received {
            return Err(io::Error::other(BodyRefusal::Ratio));
        }
        if self.search.finds_in(bytes) {
            return Err(io::Error::other(BodyRefusal::Credential));
        }
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A body on its way into a file.
#[derive(Debug)]
pub(crate) enum BodySink {
    /// As received.
    Plain(BoundedFile),
    /// Compressed by the transport.
    Gzip(Box<MultiGzDecoder<BoundedFile>>),
}

impl BodySink {
    /// Creates the file, for at most `max_bytes` decompressed bytes in which `search` finds nothing.
    pub(crate) fn create(
        path: &Path,
        is_gzip: bool,
        max_bytes: u64,
        search: CredentialSearch,
    ) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, File::create(path)?);
        let bounded = BoundedFile { file, hasher: Box::default(), max_bytes, received: 0, search };
        // A gzip file may have several members (RFC 1952, section 2.2); a simple decoder stops
        // after the first.
        Ok(if is_gzip { Self::Gzip(Box::new(MultiGzDecoder::new(bounded))) } else { Self::Plain(bounded) })
    }

    /// Takes a piece as it was received.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(bounded) => {
                bounded.received += chunk.len() as u64;
                bounded.write_all(chunk)
            }
            Self::Gzip(decoder) => {
                decoder.get_mut().received += chunk.len() as u64;
                decoder.write_all(chunk)
            }
        }
    }

    /// Makes the file durable, and returns its length and its BLAKE3 digest in hexadecimal.
    pub(crate) fn finish(self) -> io::Result<(u64, String)> {
        let BoundedFile { file, hasher, .. } = match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(decoder) => decoder.finish()?,
        };
        // On the disk before it gets its name: after a power cut, a name must not stand for an empty file.
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((hasher.count(), hasher.finalize().to_hex().to_string()))
    }
}
