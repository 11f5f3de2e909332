//! Files of a job's result while they are written.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use streamguard_durable::{AtomicFile, WriteError, create_inner_folders};

use crate::error::JobError;

/// Destination of the files that a job makes.
#[derive(Clone, Debug)]
pub(crate) enum OutputDestination {
    Memory,
    Folder(PathBuf),
}

/// A file of the result that is being written. It appears under its name only by
/// [`crate::MergeContext::commit_file`]; if it is dropped before that, it leaves nothing.
pub struct OutputFile {
    pub(crate) name: String,
    pub(crate) content: FileContent,
}

/// Content of an [`OutputFile`].
pub(crate) enum FileContent {
    Memory(Vec<u8>),
    File(AtomicFile),
}

impl OutputFile {
    /// Begins a file.
    pub(crate) fn create(destination: &OutputDestination, name: &str) -> Result<Self, JobError> {
        let content = match destination {
            OutputDestination::Memory => FileContent::Memory(Vec::new()),
            OutputDestination::Folder(folder) => {
                // A name may have a folder of its own, such as `data/train.parquet`.
                create_inner_folders(folder, name).map_err(WriteError::at(name))?;
                FileContent::File(AtomicFile::create(&folder.join(name)).map_err(WriteError::at(name))?)
            }
        };
        Ok(Self { name: name.to_owned(), content })
    }

    /// Writes a record as one line of JSON.
    ///
    /// # Errors
    /// [`JobError::Write`].
    pub fn write_record(&mut self, record: &impl Serialize) -> Result<(), JobError> {
        serde_json::to_writer(&mut *self, record)
            .map_err(io::Error::from)
            .and_then(|()| self.write_all(b"\n"))
            .map_err(|error| self.write_error(error))
    }

    /// Returns the error for a write that failed.
    pub fn write_error(&self, source: io::Error) -> JobError {
        WriteError::at(&self.name)(source).into()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.content {
            FileContent::Memory(memory) => memory.write(bytes),
            FileContent::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.content {
            FileContent::Memory(_) => Ok(()),
            FileContent::File(file) => file.flush(),
        }
    }
}
