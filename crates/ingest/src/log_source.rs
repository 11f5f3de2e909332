//! The files and streams that lines are read from.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::encoding::{Encoding, HEAD_BYTES, PeekedStream};
use crate::gzip_members::GzipMembers;
use crate::json_documents::{are_documents, one_object_per_line};
use crate::line_reader::PAGE_BYTES;

/// Path that stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Bytes of compressed data that are read at once.
const COMPRESSED_READ_BYTES: usize = 256 << 10;

/// Nanoseconds of a second.
const SECOND_NS: i128 = 1_000_000_000;

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
    /// A file or folder that could not be read when the run was planned; the shard looks again.
    Unplanned,
    /// Files and streams that are read while they grow, all paths of the run in one shard.
    Followed,
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
        if *self == Self::Text(STANDARD_INPUT.to_owned()) {
            return "standard input".to_owned();
        }
        self.path().to_string_lossy().into_owned()
    }
}

/// What distinguishes a file from another one that has its path later.
///
/// The number of the device is not compared: on a network file system it differs between machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileIdentity(
    /// Number of the inode.
    u64,
    /// Time of the last change, in nanoseconds since 1970.
    i64,
    /// Time of the creation in the same unit, if the file system knows it. An inode number alone may have been
    /// given to the next file.
    Option<u64>,
);

impl FileIdentity {
    /// Returns the identity of a file.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        let changed = metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec());
        let created = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let created = created.and_then(|time| u64::try_from(time.as_nanos()).ok());
        Self(metadata.ino(), changed, created)
    }

    /// Returns whether this is the same file, grown perhaps, or an exact copy of the file on another machine.
    pub(crate) fn is_same_file(&self, now: &Self) -> bool {
        let Self(inode, changed, created) = now;
        let same_creation = self.2.is_none() || created.is_none() || self.2 == *created;
        // A copy has the time of the original, and is younger than its own last change. The clock of a file system
        // ticks slowly, so the time alone would not tell a file that was written just now.
        let is_copy = self.is_unchanged(now)
            && created.is_none_or(|created| i128::from(created) > i128::from(*changed) + SECOND_NS);
        (self.0 == *inode && same_creation) || is_copy
    }

    /// Returns whether nothing was written to the file since.
    fn is_unchanged(&self, now: &Self) -> bool {
        self.1 == now.1
    }
}

/// Returns a checksum of the first bytes of a file that had `size` bytes, or `None` if it has fewer now. The first
/// lines of a log have their time, so the checksum shows whether a file was emptied and written anew.
///
/// # Errors
/// Errors of the file system.
pub(crate) fn head_checksum(file: &File, size: u64) -> io::Result<Option<u32>> {
    let mut head = [0; HEAD_BYTES];
    let head = &mut head[..usize::try_from(size).map_or(HEAD_BYTES, |size| size.min(HEAD_BYTES))];
    match file.read_exact_at(head, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut checksum = flate2::Crc::new();
    checksum.update(head);
    Ok(Some(checksum.sum()))
}

/// Returns whether a plain file of `size` bytes holds JSON that is not one object per line.
///
/// # Errors
/// Errors of the file system.
pub(crate) fn holds_documents(file: &Arc<File>, size: u64) -> io::Result<bool> {
    let mut head = Vec::new();
    let read = FilePart::new(Arc::clone(file), 0, size.min(HEAD_BYTES as u64)).read_to_end(&mut head);
    match read {
        Err(error) if !InputError::is_shrunk(&error) => Err(error),
        _ => Ok(are_documents(&head)),
    }
}

/// Opens a regular file.
///
/// # Errors
/// Errors of the file system, or another kind of file.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    streamguard_durable::open_regular(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory => InputError::io("is not a regular file"),
        _ => error,
    })
}

/// Reads a part of a file, at positions of its own: many threads read one open file.
#[derive(Debug)]
pub(crate) struct FilePart {
    file: Arc<File>,
    offset: u64,
    end: u64,
}

impl FilePart {
    /// Creates a reader of the bytes from `start` to `end`, which the file is known to have had.
    pub(crate) fn new(file: Arc<File>, start: u64, end: u64) -> Self {
        Self { file, offset: start, end }
    }

    /// Creates a reader of a chunk that begins at `start` in a file of `size` bytes. It begins up to a page
    /// earlier, so that reading stays aligned. Returns the number of these bytes too.
    pub(crate) fn aligned(file: Arc<File>, start: u64, size: u64) -> (Self, u64) {
        let from = start.saturating_sub(PAGE_BYTES as u64);
        (Self::new(file, from, size), start - from)
    }
}

impl Read for FilePart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted =
            usize::try_from(self.end - self.offset).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = self.file.read_at(&mut buffer[..wanted], self.offset)?;
        if read == 0 && wanted > 0 {
            let bytes = self.file.metadata().map_or(self.offset, |now| now.len().min(self.end));
            return Err(io::Error::other(InputError::Shrunk { bytes, planned: self.end }));
        }
        self.offset += read as u64;
        Ok(read)
    }
}

/// Error of an input, as a verb phrase that follows its name.
#[derive(Debug)]
pub(crate) enum InputError {
    /// The file was truncated after the run began.
    Shrunk {
        /// Size now.
        bytes: u64,
        /// Size when the run began.
        planned: u64,
    },
    /// Anything else.
    Other(String),
}

impl std::fmt::Display for InputError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shrunk { bytes, planned } => {
                write!(f, "became shorter than when the run began: {bytes} of {planned} bytes could be read")
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for InputError {}

impl InputError {
    /// Returns the error for a function that reads.
    pub(crate) fn io(text: impl Into<String>) -> io::Error {
        io::Error::other(Self::Other(text.into()))
    }

    /// Returns this error if it is the source of another one.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns whether the cause of an error is a file that was truncated.
    pub(crate) fn is_shrunk(error: &io::Error) -> bool {
        matches!(Self::of(error), Some(Self::Shrunk { .. }))
    }

    /// Describes an error with the name of the input.
    pub(crate) fn describe(name: &str, error: &io::Error) -> String {
        match Self::of(error) {
            Some(error) => format!("{name} {error}"),
            None => format!("{name}: {error}"),
        }
    }
}

/// Decompresses a stream, whatever its encoding. Sets `trailing` if bytes behind the compressed data are ignored.
///
/// # Errors
/// Errors of the input, or an encoding that is not read.
pub(crate) fn decode(input: impl Read + 'static, trailing: &Rc<Cell<bool>>) -> io::Result<Box<dyn Read>> {
    let input = PeekedStream::new(input);
    let decoded: Box<dyn Read> = match input.encoding() {
        Encoding::Plain => return Ok(one_object_per_line(input)),
        Encoding::Unsupported(encoding) => return Err(encoding.error()),
        Encoding::Gzip => {
            let input = BufReader::with_capacity(COMPRESSED_READ_BYTES, input);
            Box::new(GzipMembers::new(input, Rc::clone(trailing)))
        }
        Encoding::Zstandard => Box::new(zstd::Decoder::new(input)?),
    };
    // An archive within, or a file that was compressed twice, has no lines either.
    let decoded = PeekedStream::new(decoded);
    match decoded.encoding() {
        Encoding::Plain => Ok(one_object_per_line(decoded)),
        Encoding::Unsupported(encoding) => Err(encoding.error()),
        Encoding::Gzip | Encoding::Zstandard => {
            Err(InputError::io("is compressed twice: unpack it once first"))
        }
    }
}

/// Opens standard input or another stream.
///
/// # Errors
/// Errors of the file system.
pub(crate) fn open_stream(path: &Path) -> io::Result<Box<dyn Read>> {
    if path.as_os_str() == STANDARD_INPUT {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(File::open(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_inode_or_as_a_copy() {
        let planned = FileIdentity(7, 5_000_000_000, Some(1_000_000_000));
        for (now, expected) in [
            (planned, true),
            (FileIdentity(7, 9_000_000_000, Some(1_000_000_000)), true),
            (FileIdentity(7, 9_000_000_000, None), true),
            // The inode was given to another file.
            (FileIdentity(7, 9_000_000_000, Some(8_000_000_000)), false),
            (FileIdentity(8, 9_000_000_000, Some(8_000_000_000)), false),
            // A copy that was made later, and a file that was written within the same tick of the clock.
            (FileIdentity(8, 5_000_000_000, Some(8_000_000_000)), true),
            (FileIdentity(8, 5_000_000_000, Some(5_000_000_000)), false),
        ] {
            assert_eq!(planned.is_same_file(&now), expected, "{now:?}");
        }
    }
}
