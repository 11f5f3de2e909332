//! Files that appear under their names only when they are complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::temporary_file::TemporaryFile;

/// Size of the write buffer in bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// A file that is being written under a temporary name. [`AtomicFile::commit`] gives it its final name; if it is
/// dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    // Declared after the writer, so dropped after it: nothing writes to a file that is removed.
    file: TemporaryFile,
}

impl AtomicFile {
    /// Begins the file that will be `path`, in the same folder.
    ///
    /// # Errors
    /// The operating system's error if the temporary file cannot be created; `InvalidInput` if `path` has no
    /// file name.
    pub fn create(path: &Path) -> io::Result<Self> {
        let (file, content) = TemporaryFile::create(path)?;
        Ok(Self { writer: BufWriter::with_capacity(BUFFER_BYTES, content), file })
    }

    /// Makes the content durable and gives the file its name. The name itself survives a power cut
    /// only after [`sync_folder`].
    ///
    /// # Errors
    /// The operating system's error; then the file does not exist under its final name.
    pub fn commit(self) -> io::Result<()> {
        sync(self.writer)?;
        self.file.publish()
    }

    /// Makes the content durable and gives the file another name in the same folder, for names that depend on the
    /// content.
    ///
    /// # Errors
    /// The operating system's error; then the file does not exist under that name.
    pub fn commit_as(self, path: &Path) -> io::Result<()> {
        sync(self.writer)?;
        self.file.publish_as(path)
    }

    /// Returns the path under which the file is written until it is committed.
    #[cfg(test)]
    pub(crate) fn temporary(&self) -> &Path {
        self.file.temporary()
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Writes the buffer and makes the content durable.
fn sync(writer: BufWriter<File>) -> io::Result<()> {
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Writes a small file so that it is complete or absent, and makes it and its name durable.
///
/// # Errors
/// The operating system's error; then an earlier file of this name is unchanged.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder durable, for example after [`AtomicFile::commit`].
///
/// # Errors
/// The operating system's error.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // The parent of a bare name is empty, and stands for the current folder.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_may_get_another_name_than_the_planned_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = AtomicFile::create(&folder.path().join("planned")).unwrap();
        file.write_all(b"one").unwrap();
        file.commit_as(&folder.path().join("final")).unwrap();
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["final"]);
    }

    #[test]
    fn the_folder_of_a_bare_name_is_the_current_one() {
        sync_folder(Path::new("a").parent().unwrap()).unwrap();
    }

    #[test]
    fn two_writers_of_one_file_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut first, mut second) =
            (AtomicFile::create(&path).unwrap(), AtomicFile::create(&path).unwrap());
        first.write_all(b"one").unwrap();
        second.write_all(b"two").unwrap();
        first.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        second.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }
}
