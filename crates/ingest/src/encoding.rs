//! The encoding of an input, detected by its first bytes and not by its name.

use std::io::{self, Read};

use crate::log_source::InputError;

/// Bytes at the beginning of an input that detection needs. The mark of a tar archive stands deepest.
pub(crate) const HEAD_BYTES: usize = 262;

/// Position of the mark of a tar archive (POSIX ustar and GNU tar).
const TAR_MARK_OFFSET: usize = 257;

/// Encoding of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Not compressed in any known way.
    Plain,
    /// Compressed by gzip (RFC 1952).
    Gzip,
    /// Compressed by Zstandard (RFC 8878); the first frame may be one to skip.
    Zstandard,
    /// Compressed or packed in a way that is not read.
    Unsupported(&'static UnsupportedEncoding),
}

/// An encoding that is recognised and not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnsupportedEncoding {
    /// Bytes that every such input begins with.
    magic: &'static [u8],
    /// Description that follows the name of the input in messages.
    description: &'static str,
    /// Command that unpacks it.
    command: &'static str,
}

/// The encodings that are refused by name, since their lines could not be counted.
static UNSUPPORTED: [UnsupportedEncoding; 14] = [
    unsupported(b"BZh", "is compressed by bzip2", "bzip2 -dc"),
    unsupported(b"\xfd7zXZ\0", "is compressed by xz", "xz -dc"),
    unsupported(b"\x5d\0\0", "is compressed by lzma", "xz -dc --format=lzma"),
    unsupported(b"LZIP", "is compressed by lzip", "lzip -dc"),
    unsupported(b"\x04\x22\x4d\x18", "is compressed by lz4", "lz4 -dc"),
    unsupported(b"\x02\x21\x4c\x18", "is compressed by lz4", "lz4 -dc"),
    unsupported(b"\x89LZO\0", "is compressed by lzop", "lzop -dc"),
    unsupported(b"\x1f\x9d", "is compressed by compress", "gzip -dc"),
    unsupported(b"\xff\x06\0\0sNaPpY", "is compressed by Snappy", "snzip -dc"),
    unsupported(b"PK\x03\x04", "is a zip archive", "unzip -p"),
    unsupported(b"PK\x05\x06", "is a zip archive", "unzip -p"),
    unsupported(b"PK\x07\x08", "is a zip archive", "unzip -p"),
    unsupported(b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", "7z x -so"),
    unsupported(b"Rar!\x1a\x07", "is a RAR archive", "unrar p"),
];

/// The tar archive, whose mark does not stand at the beginning.
static TAR: UnsupportedEncoding = unsupported(b"ustar", "is a tar archive", "tar -xOf");

const fn unsupported(
    magic: &'static [u8],
    description: &'static str,
    command: &'static str,
) -> UnsupportedEncoding {
    UnsupportedEncoding { magic, description, command }
}

impl UnsupportedEncoding {
    /// Returns the error of an input in this encoding.
    pub(crate) fn error(&self) -> io::Error {
        let Self { description, command, .. } = self;
        InputError::io(format!("{description}: unpack it first, as by `{command}`"))
    }
}

impl Encoding {
    /// Detects the encoding from the first [`HEAD_BYTES`] bytes, or all bytes of a shorter input.
    pub(crate) fn detect(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // pzstd and others begin with a frame to skip, which has one of sixteen marks.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstandard,
            _ if head.get(TAR_MARK_OFFSET..).is_some_and(|rest| rest.starts_with(TAR.magic)) => {
                Self::Unsupported(&TAR)
            }
            _ => UNSUPPORTED
                .iter()
                .find(|encoding| encoding.begins(head))
                .map_or(Self::Plain, Self::Unsupported),
        }
    }
}

impl UnsupportedEncoding {
    /// Returns whether an input begins as this encoding does.
    fn begins(&self, head: &[u8]) -> bool {
        // The mark of bzip2 is plain text, so the level and the mark of its first block are compared too.
        head.starts_with(self.magic)
            && (self.magic != b"BZh"
                || head.get(4..7).is_some_and(|mark| mark == b"1AY" || mark == b"\x17\x72\x45"))
    }
}

/// A stream whose first bytes were looked at, and which still returns them.
pub(crate) struct PeekedStream<R> {
    head: io::Cursor<Vec<u8>>,
    /// Error that ended the head; it is returned in its place.
    error: Option<io::Error>,
    rest: R,
}

impl<R: Read> PeekedStream<R> {
    /// Reads the first bytes of a stream.
    pub(crate) fn new(mut rest: R) -> Self {
        let mut head = Vec::new();
        let error = rest.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).err();
        Self { head: io::Cursor::new(head), error, rest }
    }

    /// Returns the first bytes.
    pub(crate) fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    /// Detects the encoding of the stream.
    pub(crate) fn encoding(&self) -> Encoding {
        Encoding::detect(self.head.get_ref())
    }
}

impl<R: Read> Read for PeekedStream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.error.take().map_or_else(|| self.rest.read(buffer), Err),
            read => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart_by_their_first_bytes() {
        assert_eq!(Encoding::detect(b""), Encoding::Plain);
        assert_eq!(Encoding::detect(b"BZhang - - [10/Oct/2023"), Encoding::Plain);
        assert_eq!(Encoding::detect(b"\x1f\x8b\x08"), Encoding::Gzip);
        for first in 0x50..=0x5f {
            assert_eq!(Encoding::detect(&[first, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Encoding::Zstandard);
        }
        let mut tar = vec![b'a'; 512];
        tar[TAR_MARK_OFFSET..][..5].copy_from_slice(b"ustar");
        for (head, name) in [
            (&b"BZh91AY&SY"[..], "bzip2"),
            (b"BZh9\x17\x72\x45\x38\x50\x90", "bzip2"),
            (b"\xfd7zXZ\0\0", "xz"),
            (b"PK\x03\x04\x14", "zip"),
            (b"\x04\x22\x4d\x18\x64", "lz4"),
            (b"7z\xbc\xaf\x27\x1c\0", "7-Zip"),
            (&tar, "tar"),
        ] {
            let Encoding::Unsupported(encoding) = Encoding::detect(head) else { panic!("{name}") };
            assert!(encoding.error().to_string().contains(name), "{name}");
        }
    }
}
