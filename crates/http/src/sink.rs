//! Where a body goes: decompressed, hashed, and never more than it may be.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::MultiGzDecoder;
use thiserror::Error;

/// What a transport may expand to without anybody asking how small it was.
const SMALL: u64 = 8 << 20;

/// Beyond [`SMALL`], answers that unpack to more than this many times of what came are bombs:
/// gzip reaches 1032 with zeros; pages whose records repeat each other stay well below 100.
const RATIO: u64 = 200;

/// A body that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TooLarge {
    /// More than the request allows.
    #[error("the response exceeded {} after decompression", size(*.0))]
    Size(u64),
    /// Far more than was received.
    #[error("the response is compressed more than {RATIO}:1, as a decompression bomb is")]
    Ratio,
}

impl TooLarge {
    /// What an error of a [`Sink`] means.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

/// Bytes in a unit that suits them.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        bytes => format!("{bytes} bytes"),
    }
}

/// Counts, hashes and bounds what goes to the file.
#[derive(Debug)]
pub(super) struct Bounded {
    file: BufWriter<File>,
    hasher: Box<blake3::Hasher>,
    most: u64,
    received: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let total = self.hasher.count() + bytes.len() as u64;
        if total > self.most {
            return Err(io::Error::other(TooLarge::Size(self.most)));
        }
        // Divided rather than multiplied, which could overflow.
        if total > SMALL && total / RATIO > self.received {
            return Err(io::Error::other(TooLarge::Ratio));
        }
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A body on its way to a file.
#[derive(Debug)]
pub(super) enum Sink {
    /// As received.
    Plain(Bounded),
    /// Compressed by the transport.
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Sink {
    /// A way to a new file for at most so many bytes.
    pub(super) fn create(path: &Path, is_gzip: bool, most: u64) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, File::create(path)?);
        let bounded = Bounded { file, hasher: Box::default(), most, received: 0 };
        // A gzip file may have several members (RFC 1952, section 2.2); a simple decoder stops
        // after the first.
        Ok(if is_gzip { Self::Gzip(Box::new(MultiGzDecoder::new(bounded))) } else { Self::Plain(bounded) })
    }

    /// Takes what was received.
    pub(super) fn take(&mut self, chunk: &[u8]) -> io::Result<()> {
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

    /// Makes the file durable; its length, and its BLAKE3 in hexadecimal.
    pub(super) fn finish(self) -> io::Result<(u64, String)> {
        let Bounded { file, hasher, .. } = match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(decoder) => decoder.finish()?,
        };
        // On the disk before it gets its name: after a power cut a name must not stand for an empty
        // file.
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((hasher.count(), hasher.finalize().to_hex().to_string()))
    }
}
