//! Inputs of a scan: folders, files, archives, revisions of repositories, and text.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::archive::ArchiveFormat;
use crate::revision::{RevisionError, ScannedRepository};
use crate::source_tree::list_files;
use streamguard_git::RevisionFile;

/// One thing to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanItem {
    /// File on disk.
    File(PathBuf),
    /// Archive on disk.
    Archive(PathBuf, ArchiveFormat),
    // Boxed, because a tree may have a million files, and an enum is as large as its largest variant.
    /// File of a revision.
    Blob(Box<RevisionBlob>),
    /// Text that was read already.
    Text(Box<NamedText>),
}

/// File of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionBlob {
    /// Position of its repository in [`ScanInputs::repositories`].
    pub repository: usize,
    /// Text before its path, such as `v1.0:`.
    pub prefix: String,
    /// File.
    pub file: RevisionFile,
}

/// Text with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedText {
    /// Name, which tells its language.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl ScanItem {
    /// Returns the name of the item in findings.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Archive(path, _) => {
                path.strip_prefix(".").unwrap_or(path).display().to_string()
            }
            Self::Blob(blob) => format!("{}{}", blob.prefix, blob.file.path),
            Self::Text(text) => text.name.clone(),
        }
    }
}

/// Reason why something cannot be scanned.
#[derive(Debug, Error)]
pub enum InputError {
    /// There is no such path.
    #[error("cannot scan {path}: {source}")]
    Missing {
        /// Path.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A device, a pipe or a socket, which may have no end.
    #[error("cannot scan {0}: it is not a file or folder")]
    NotAFile(PathBuf),
    /// A revision cannot be listed.
    #[error("{path}: {source}")]
    Revision {
        /// Path of the repository.
        path: PathBuf,
        /// Cause.
        source: RevisionError,
    },
}

/// What is to be scanned, and what could not be looked into.
#[derive(Debug, Default)]
pub struct ScanInputs {
    /// What is to be scanned.
    pub items: Vec<ScanItem>,
    /// Repositories of revisions, with their paths.
    pub repositories: Vec<(PathBuf, ScannedRepository)>,
    /// Folders that could not be listed, and files of rules that could not be read, and why.
    pub faults: Vec<String>,
}

impl ScanInputs {
    /// Lists the source files of all paths, each once: revisions in the order given, then the text, then files in the
    /// order of their names. Folders are listed without what is hidden or what `.gitignore`,
    /// `.ignore` and `.git/info/exclude` name.
    ///
    /// # Errors
    /// [`InputError`] if a path does not exist or is nothing to scan.
    pub fn list(paths: &[PathBuf], text: Option<NamedText>) -> Result<Self, InputError> {
        let mut inputs = Self::default();
        let mut files = Vec::new();
        for path in paths {
            let Err(source) = path.metadata() else {
                inputs.add_path(path, &mut files)?;
                continue;
            };
            match revision_of(path) {
                Some((repository, revision)) => inputs.add_revision(&repository, &revision)?,
                None => return Err(InputError::Missing { path: path.clone(), source }),
            }
        }
        inputs.items.extend(text.map(|text| ScanItem::Text(Box::new(text))));
        files.sort();
        files.dedup();
        let item = |path: PathBuf| match ArchiveFormat::of(&path).filter(|_| paths.contains(&path)) {
            Some(format) => ScanItem::Archive(path, format),
            None => ScanItem::File(path),
        };
        inputs.items.extend(files.into_iter().map(item));
        Ok(inputs)
    }

    fn add_path(&mut self, path: &Path, files: &mut Vec<PathBuf>) -> Result<(), InputError> {
        if path.is_file() {
            files.push(path.to_owned());
            return Ok(());
        }
        if !path.is_dir() {
            return Err(InputError::NotAFile(path.to_owned()));
        }
        if ScannedRepository::is_bare(path) {
            return self.add_revision(path, "HEAD");
        }
        list_files(path, files, &mut self.faults);
        Ok(())
    }

    fn add_revision(&mut self, path: &Path, revision: &str) -> Result<(), InputError> {
        let failed = |source| InputError::Revision { path: path.to_owned(), source };
        let number = self.open_repository(path).map_err(failed)?;
        let repository = &self.repositories[number].1;
        let commit = repository.commit(revision).map_err(failed)?;
        let files = repository.source_files(commit).map_err(failed)?;
        let prefix = format!("{revision}:");
        let blob = |file| {
            ScanItem::Blob(Box::new(RevisionBlob { repository: number, prefix: prefix.clone(), file }))
        };
        self.items.extend(files.into_iter().map(blob));
        Ok(())
    }

    /// Returns the position of a repository. It is opened once for all of its revisions: each opening maps its packs into
    /// memory.
    fn open_repository(&mut self, path: &Path) -> Result<usize, RevisionError> {
        if let Some(number) = self.repositories.iter().position(|(opened, _)| opened == path) {
            return Ok(number);
        }
        self.repositories.push((path.to_owned(), ScannedRepository::open(path)?));
        Ok(self.repositories.len() - 1)
    }
}

/// Splits `PATH@REVISION`, where the path exists.
fn revision_of(path: &Path) -> Option<(PathBuf, String)> {
    let text = path.to_str()?;
    let (path, revision) = text.rsplit_once('@').filter(|(path, _)| Path::new(path).is_dir())?;
    (!revision.is_empty()).then(|| (PathBuf::from(path), revision.to_owned()))
}
