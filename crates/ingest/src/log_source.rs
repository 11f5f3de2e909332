//! The files and streams that lines are read from.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use crate::line_reader::PAGE_BYTES;

/// Path that stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Bytes of compressed data that are read at once.
const COMPRESSED_READ_BYTES: usize = 256 << 10;

/// Encoding of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InputKind {
    /// Uncompressed lines in a regular file, which can be read from any position.
    Plain,
    /// Compressed by gzip, in one member or several (RFC 1952).
    Gzip,
    /// Compressed by Zstandard, in one frame or several (RFC 8878).
    Zstandard,
    /// A pipe or the like, which can be read once and by this process alone.
    Stream,
}

/// Path of a file, in a form that JSON can hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum InputPath {
    /// A path in UTF-8, as nearly all are.
    Text(String),
    /// A path that is not UTF-8.
    Bytes(Vec<u8>),
}

impl InputPath {
    /// Converts a path.
    pub(crate) fn new(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(path.as_os_str().as_bytes().to_vec()),
        }
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => OsString::from_vec(bytes.clone()).into(),
        }
    }

    /// Returns the path for messages.
    pub(crate) fn display(&self) -> String {
        self.path().to_string_lossy().into_owned()
    }
}

impl InputKind {
    /// Detects the encoding of a regular file by its first bytes. A file that cannot be read counts as plain;
    /// its shard will report the error.
    pub(crate) fn detect(path: &Path) -> Self {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(4).read_to_end(&mut head));
        match &head[..] {
            _ if read.is_err() => Self::Plain,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => Self::Zstandard,
            _ => Self::Plain,
        }
    }
}

/// Opens an input as a stream of uncompressed bytes.
///
/// # Errors
/// Errors of the file system, or damaged compressed data.
pub(crate) fn open(path: &Path, kind: InputKind) -> io::Result<Box<dyn Read>> {
    if kind == InputKind::Stream && path.as_os_str() == STANDARD_INPUT {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path)?;
    Ok(match kind {
        InputKind::Plain | InputKind::Stream => Box::new(file),
        InputKind::Gzip => {
            Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(COMPRESSED_READ_BYTES, file)))
        }
        InputKind::Zstandard => Box::new(zstd::Decoder::new(file)?),
    })
}

/// Opens a part of a plain file, from `start` up to `size`.
///
/// The stream begins up to a page earlier, so that reading stays aligned. Returns the number of these bytes
/// too.
///
/// # Errors
/// Errors of the file system.
pub(crate) fn open_part(path: &Path, start: u64, size: u64) -> io::Result<(io::Take<File>, u64)> {
    let mut file = File::open(path)?;
    let from = start.saturating_sub(PAGE_BYTES as u64);
    file.seek(SeekFrom::Start(from))?;
    Ok((file.take(size - from), start - from))
}
