//! Where lines come from: files, compressed ones, streams.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use super::blocks::PAGE;

/// The path that stands for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// Compressed data is read in pieces of this size, in bytes.
const COMPRESSED: usize = 256 << 10;

/// How a file holds its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// As they are, in a regular file: it can be read from anywhere.
    Plain,
    /// Compressed by gzip, in one member or several (RFC 1952).
    Gzip,
    /// Compressed by Zstandard, in one frame or several (RFC 8878).
    Zstandard,
    /// In a pipe or the like, which can be read once and by this process alone.
    Stream,
}

/// The name of a file, of which JSON holds any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Name {
    /// Almost always.
    Text(String),
    /// A name that is not in UTF-8.
    Bytes(Vec<u8>),
}

impl Name {
    /// The name of a file.
    pub(super) fn new(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(path.as_os_str().as_bytes().to_vec()),
        }
    }

    /// The file.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => OsString::from_vec(bytes.clone()).into(),
        }
    }

    /// The name, for people.
    pub(super) fn shown(&self) -> String {
        self.path().to_string_lossy().into_owned()
    }
}

impl Kind {
    /// How a regular file holds its lines, by its first bytes. A file that cannot be read is plain:
    /// its shard will say why.
    pub(super) fn of(path: &Path) -> Self {
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

/// Opens a stream of bytes.
///
/// # Errors
/// What the file system says; that it is no such compressed file.
pub(super) fn open(path: &Path, kind: Kind) -> io::Result<Box<dyn Read>> {
    if kind == Kind::Stream && path.as_os_str() == STANDARD_INPUT {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path)?;
    Ok(match kind {
        Kind::Plain | Kind::Stream => Box::new(file),
        Kind::Gzip => Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(COMPRESSED, file))),
        Kind::Zstandard => Box::new(zstd::Decoder::new(file)?),
    })
}

/// Opens a part of a plain file, from `start` on and not beyond `size`. The stream begins a page
/// earlier, so that reading stays aligned; returns how many bytes that are.
///
/// # Errors
/// What the file system says.
pub(super) fn open_part(path: &Path, start: u64, size: u64) -> io::Result<(io::Take<File>, u64)> {
    let mut file = File::open(path)?;
    let from = start.saturating_sub(PAGE as u64);
    file.seek(SeekFrom::Start(from))?;
    Ok((file.take(size - from), start - from))
}
