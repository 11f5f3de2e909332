//! A file that grows while it is read, and may be truncated.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use streamguard_durable::open_regular;

use super::line_splitter::LineSplitter;
use crate::line_reader::LineBatch;

/// Bytes of a log that are read at once.
pub(super) const READ_BYTES: usize = 256 << 10;

/// First bytes of a file, which show whether it was written anew: lines of a log have their time.
const HEAD_BYTES: usize = 1024;

/// Last bytes that were read, which show where a copy of the file continues.
const TRAIL_BYTES: usize = 256;

/// Device and inode of a file. While the file is open, no other one has them.
pub(super) type FileId = (u64, u64);

/// Returns device and inode.
pub(super) fn file_id(metadata: &Metadata) -> FileId {
    (metadata.dev(), metadata.ino())
}

/// What was found in a file since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// Nothing new.
    None,
    /// New bytes, which were read.
    Read,
    /// Fewer bytes than were read, or others: the file was emptied, and perhaps written anew.
    Truncated,
}

/// An open file of a log, read up to some position.
#[derive(Debug)]
pub(super) struct GrowingFile {
    file: File,
    pub(super) id: FileId,
    position: u64,
    head: Vec<u8>,
    trail: Vec<u8>,
    splitter: LineSplitter,
}

impl GrowingFile {
    /// Opens a file, to be read from its beginning.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = open_regular(path)?;
        let id = file_id(&file.metadata()?);
        let splitter = LineSplitter::default();
        Ok(Self { file, id, position: 0, head: Vec::new(), trail: Vec::new(), splitter })
    }

    /// Returns the size now.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(super) fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Returns how far the file was read, in bytes.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Reads once, and passes the whole lines on.
    ///
    /// # Errors
    /// Errors of the file system.
    pub(super) fn advance(
        &mut self,
        buffer: &mut [u8],
        take: impl FnMut(LineBatch<'_>),
    ) -> io::Result<Growth> {
        let size = self.size()?;
        if size == self.position {
            return Ok(Growth::None);
        }
        let read = if size < self.position { 0 } else { self.file.read_at(buffer, self.position)? };
        // Looked at after the read: what was read of a file that is emptied at this moment may be anything.
        if self.size()? < self.position + read as u64 || !starts_with(&self.file, &self.head)? {
            return Ok(Growth::Truncated);
        }
        self.take_bytes(&buffer[..read], take);
        Ok(if read == 0 { Growth::None } else { Growth::Read })
    }

    /// Passes on the lines of the next bytes.
    fn take_bytes(&mut self, bytes: &[u8], take: impl FnMut(LineBatch<'_>)) {
        let missing = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(&bytes[..missing.min(bytes.len())]);
        self.trail.extend_from_slice(&bytes[bytes.len().saturating_sub(TRAIL_BYTES)..]);
        self.trail.drain(..self.trail.len().saturating_sub(TRAIL_BYTES));
        self.position += bytes.len() as u64;
        self.splitter.push(bytes, take);
    }

    /// Reads on after the file was emptied: first the rest of what it held from a copy beside it, which `copytruncate`
    /// of logrotate makes, then the file from its beginning. Returns the copy, if there is one, and the bytes that the
    /// file held.
    ///
    /// # Errors
    /// Errors of the file system while the copy is read.
    pub(super) fn restart(
        &mut self,
        path: &Path,
        mut take: impl FnMut(LineBatch<'_>),
    ) -> io::Result<(Option<PathBuf>, u64)> {
        let copy = self.find_copy(path);
        match &copy {
            // A line that the copy ends within may continue in the emptied file: its writer knows nothing of the copy.
            Some((_, file)) => {
                let mut buffer = vec![0; READ_BYTES];
                loop {
                    let read = file.read_at(&mut buffer, self.position)?;
                    if read == 0 {
                        break;
                    }
                    self.take_bytes(&buffer[..read], &mut take);
                }
            }
            None => self.splitter.finish(take),
        }
        (self.head, self.trail) = (Vec::new(), Vec::new());
        Ok((copy.map(|(path, _)| path), std::mem::take(&mut self.position)))
    }

    /// Returns the youngest copy of what the file held.
    fn find_copy(&self, path: &Path) -> Option<(PathBuf, File)> {
        let name = path.file_name()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut copies = Vec::new();
        for entry in fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.flatten() {
            let is_named_alike =
                entry.file_name() != name && entry.file_name().as_bytes().starts_with(name.as_bytes());
            if !is_named_alike {
                continue;
            }
            let Ok(file) = open_regular(&entry.path()) else { continue };
            let Ok(metadata) = file.metadata() else { continue };
            if file_id(&metadata) != self.id && self.continues_in(&file).unwrap_or(false) {
                copies.push((metadata.modified().ok(), entry.path(), file));
            }
        }
        copies.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        copies.pop().map(|(_, path, file)| (path, file))
    }

    /// Returns whether another file holds what was read, up to its end.
    fn continues_in(&self, other: &File) -> io::Result<bool> {
        let start = self.position - self.trail.len() as u64;
        Ok(self.position > 0 && starts_with(other, &self.head)? && has_at(other, start, &self.trail)?)
    }

    /// Passes on the last line of a file that grows no more.
    pub(super) fn finish(&mut self, take: impl FnMut(LineBatch<'_>)) {
        self.splitter.finish(take);
    }

    /// Returns whether the beginning of a line waits for its rest.
    pub(super) fn has_unfinished(&self) -> bool {
        self.splitter.has_unfinished()
    }
}

/// Returns whether a file begins with these bytes.
fn starts_with(file: &File, bytes: &[u8]) -> io::Result<bool> {
    has_at(file, 0, bytes)
}

/// Returns whether a file has these bytes at a position.
fn has_at(file: &File, position: u64, bytes: &[u8]) -> io::Result<bool> {
    let mut found = vec![0; bytes.len()];
    match file.read_exact_at(&mut found, position) {
        Ok(()) => Ok(found == bytes),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Reads all that is there, and returns it as text.
    fn read_all(file: &mut GrowingFile, path: &Path) -> String {
        let (mut text, mut buffer) = (Vec::new(), vec![0; 7]);
        loop {
            let mut take = |batch: LineBatch<'_>| {
                if let LineBatch::Lines(lines) = batch {
                    text.extend_from_slice(lines);
                }
            };
            match file.advance(&mut buffer, &mut take).unwrap() {
                Growth::None => return String::from_utf8(text).unwrap(),
                Growth::Read => {}
                Growth::Truncated => drop(file.restart(path, &mut take).unwrap()),
            }
        }
    }

    #[test]
    fn a_truncated_file_is_read_to_its_end_in_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut writer = File::options().create(true).append(true).open(&path).unwrap();
        writer.write_all(b"one\ntwo\nthr").unwrap();
        let mut file = GrowingFile::open(&path).unwrap();
        assert_eq!(read_all(&mut file, &path), "one\ntwo\n");
        assert!(file.has_unfinished());
        writer.write_all(b"ee\nfour\nfi").unwrap();
        fs::write(folder.path().join("a.log.0"), "of another log\nand longer than what was read").unwrap();
        fs::copy(&path, folder.path().join("a.log.1")).unwrap();
        writer.set_len(0).unwrap();
        // Longer than what was read before: only its first bytes show that the file is another one.
        writer.write_all(b"ve\nsix\nseven\neight\nnine\nten\n").unwrap();
        assert_eq!(read_all(&mut file, &path), "three\nfour\nfive\nsix\nseven\neight\nnine\nten\n");
    }

    #[test]
    fn a_truncated_file_without_a_copy_is_read_from_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "one\ntwo\nthree").unwrap();
        let mut file = GrowingFile::open(&path).unwrap();
        assert_eq!(read_all(&mut file, &path), "one\ntwo\n");
        fs::write(&path, "four\n").unwrap();
        // The line whose rest is lost counts as it is.
        assert_eq!(read_all(&mut file, &path), "threefour\n");
        fs::write(&path, "").unwrap();
        assert_eq!(read_all(&mut file, &path), "");
        assert_eq!(file.position(), 0);
    }
}
