//! Files that are whole or absent: a temporary name beside the final one, fsync, rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// How a temporary name ends; whatever bears it after a crash is rubbish.
pub(crate) const TEMPORARY: &str = ".part";

/// Tells the temporary files of one process apart: an attempt that was given up may still
/// write to its own while the next attempt is at work.
static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A file in the making. It gets its name by [`WholeFile::commit`]; dropped before, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    writer: Option<BufWriter<File>>,
    temporary: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Starts the file that will be `path`, in the same folder.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        name.push(format!(".{}-{serial}{TEMPORARY}", std::process::id()));
        let temporary = path.with_file_name(name);
        // create_new never follows a link that somebody planted under the temporary name.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let file = match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&temporary)?;
                options.open(&temporary)?
            }
            other => other?,
        };
        Ok(Self { writer: Some(BufWriter::with_capacity(1 << 16, file)), temporary, path: path.to_owned() })
    }

    /// Makes the content durable and gives the file its name. The name itself is durable once
    /// its folder is, see [`sync_folder`].
    ///
    /// # Errors
    /// What the file system says; then the file does not exist.
    pub fn commit(mut self) -> io::Result<()> {
        let writer = self.writer.take().expect("only commit and drop take the writer");
        let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&self.temporary, &self.path)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.as_mut().expect("only commit and drop take the writer").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().expect("only commit and drop take the writer").flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // After a commit the temporary name is gone, and this does nothing.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Writes a small file that is whole or absent, durably.
///
/// # Errors
/// What the file system says.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// What the file system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes what a killed process left under temporary names in a folder.
pub(crate) fn remove_temporaries(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(TEMPORARY) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
