//! Files under temporary names.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::temporary_name::temporary_path;

/// A file under a temporary name, for writers that need the [`File`] itself; [`crate::AtomicFile`] is enough for others.
///
/// [`TemporaryFile::publish`] gives it its final name; if it is dropped before that, the file is removed.
#[derive(Debug)]
pub struct TemporaryFile {
    temporary: PathBuf,
    path: PathBuf,
}

impl TemporaryFile {
    /// Creates an empty file that will be `path`, in the same folder.
    ///
    /// # Errors
    /// The operating system's error if the temporary file cannot be created; `InvalidInput` if `path` has no
    /// file name.
    pub fn create(path: &Path) -> io::Result<(Self, File)> {
        // create_new never follows a link that somebody planted under the temporary name, and never
        // opens the file of another machine with the same host name and process id.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        loop {
            let temporary = temporary_path(path).ok_or(io::ErrorKind::InvalidInput)?;
            match options.open(&temporary) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return opened.map(|file| (Self { temporary, path: path.to_owned() }, file)),
            }
        }
    }

    /// Gives the file its final name. The writer must have synced it: a file system may write the new name before the
    /// content, and a power cut between the two would leave an empty file under the final name.
    ///
    /// # Errors
    /// The operating system's error; then the file does not exist under its final name.
    pub fn publish(self) -> io::Result<()> {
        let path = self.path.clone();
        self.publish_as(&path)
    }

    /// Gives the file another name in the same folder.
    ///
    /// # Errors
    /// As [`TemporaryFile::publish`].
    pub fn publish_as(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.temporary, path)
    }

    /// Returns the path under which the file is written until it is published.
    #[cfg(test)]
    pub(crate) fn temporary(&self) -> &Path {
        &self.temporary
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // Once it is published, the temporary name no longer exists, and this does nothing.
        let _ = fs::remove_file(&self.temporary);
    }
}
