//! Folder of an export: files that are complete or absent.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use streamguard_durable::{AtomicFile, create_inner_folders};

use crate::error::ExportError;

/// Folder into which files are written.
#[derive(Clone, Debug)]
pub(crate) struct OutputFolder(PathBuf);

/// File of an export while it is written.
pub(crate) struct ExportFile {
    name: String,
    output: BufWriter<AtomicFile>,
}

impl OutputFolder {
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Begins a file. Its folders are made.
    pub(crate) fn create(&self, name: &str) -> Result<ExportFile, ExportError> {
        let path = self.0.join(name);
        let failed = ExportError::write(name);
        create_inner_folders(&self.0, name).map_err(&failed)?;
        let output = BufWriter::new(AtomicFile::create(&path).map_err(&failed)?);
        Ok(ExportFile { name: name.to_owned(), output })
    }

    /// Writes a whole file.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), ExportError> {
        let mut file = self.create(name)?;
        file.write_all(content).map_err(ExportError::write(name))?;
        file.commit()
    }

    /// Returns where a file of this name lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl ExportFile {
    /// Writes a line of JSON.
    pub(crate) fn write_json_line(&mut self, line: &impl serde::Serialize) -> Result<(), ExportError> {
        let written = serde_json::to_writer(&mut self.output, line).map_err(std::io::Error::from);
        written.and_then(|()| self.output.write_all(b"\n")).map_err(ExportError::write(&self.name))
    }

    /// Returns the name of the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Puts the file into its place.
    pub(crate) fn commit(self) -> Result<(), ExportError> {
        let written = self.output.into_inner().map_err(std::io::IntoInnerError::into_error);
        written.and_then(AtomicFile::commit).map_err(ExportError::write(&self.name))
    }
}

impl Write for ExportFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.output.flush()
    }
}
