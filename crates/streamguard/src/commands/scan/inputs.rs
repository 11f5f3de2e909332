//! Inputs of a scan: folders, files, archives, revisions of repositories, and standard input.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ignore::WalkBuilder;
use streamguard::exit::UsageError;
use streamguard_scan::{ArchiveFormat, MAX_FILE_BYTES, RevisionFile, ScannedRepository};

/// One thing to scan.
#[derive(Debug)]
pub(super) enum ScanItem {
    /// File on disk.
    File(PathBuf),
    /// Archive on disk.
    Archive(PathBuf, ArchiveFormat),
    /// File of a revision.
    Blob {
        /// Position in [`ScanInputs::repositories`].
        repository: usize,
        /// Text before its path, such as `v1.0:`.
        prefix: String,
        file: RevisionFile,
    },
    /// Text that was read already.
    Text { name: String, bytes: Vec<u8> },
}

/// What is to be scanned, and what could not be looked into.
#[derive(Debug, Default)]
pub(super) struct ScanInputs {
    pub(super) items: Vec<ScanItem>,
    pub(super) repositories: Vec<ScannedRepository>,
    pub(super) faults: Vec<String>,
}

impl ScanInputs {
    /// Lists the files of all paths, each once, in the order of their names.
    ///
    /// # Errors
    /// [`UsageError`] if a path does not exist or is nothing to scan.
    pub(super) fn list(paths: &[PathBuf], stdin_name: Option<&str>) -> Result<Self> {
        let mut inputs = Self::default();
        let mut files = Vec::new();
        for path in paths {
            let Err(error) = path.metadata() else {
                inputs.add_path(path, &mut files)?;
                continue;
            };
            match revision_of(path) {
                Some((repository, revision)) => inputs.add_revision(&repository, &revision)?,
                None => {
                    return Err(UsageError(format!("cannot scan {}: {error}", path.display())).into());
                }
            }
        }
        if let Some(name) = stdin_name {
            inputs.items.push(standard_input(name)?);
        }
        files.sort();
        files.dedup();
        let item = |path: PathBuf| match ArchiveFormat::of(&path).filter(|_| paths.contains(&path)) {
            Some(format) => ScanItem::Archive(path, format),
            None => ScanItem::File(path),
        };
        inputs.items.extend(files.into_iter().map(item));
        Ok(inputs)
    }

    fn add_path(&mut self, path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
        if path.is_file() {
            files.push(path.to_owned());
            return Ok(());
        }
        if !path.is_dir() {
            return Err(
                UsageError(format!("cannot scan {}: it is not a file or folder", path.display())).into()
            );
        }
        if ScannedRepository::is_bare(path) {
            return self.add_revision(path, "HEAD");
        }
        // Links are not followed: they lead out of the tree, or in a circle.
        for entry in WalkBuilder::new(path).require_git(false).build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    files.push(entry.into_path());
                }
                Ok(_) => {}
                Err(error) => self.faults.push(error.to_string()),
            }
        }
        Ok(())
    }

    fn add_revision(&mut self, path: &Path, revision: &str) -> Result<()> {
        let repository = ScannedRepository::open(path)?;
        let commit = repository
            .commit(revision)
            .map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        let files = repository.source_files(commit).with_context(|| path.display().to_string())?;
        let number = self.repositories.len();
        let prefix = format!("{revision}:");
        let blob = |file| ScanItem::Blob { repository: number, prefix: prefix.clone(), file };
        self.items.extend(files.into_iter().map(blob));
        self.repositories.push(repository);
        Ok(())
    }
}

/// Splits `PATH@REVISION`, where the path exists.
fn revision_of(path: &Path) -> Option<(PathBuf, String)> {
    let text = path.to_str()?;
    let (path, revision) = text.rsplit_once('@').filter(|(path, _)| Path::new(path).is_dir())?;
    (!revision.is_empty()).then(|| (PathBuf::from(path), revision.to_owned()))
}

fn standard_input(name: &str) -> Result<ScanItem> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(UsageError(format!("standard input has more than {} MiB", MAX_FILE_BYTES >> 20)).into());
    }
    Ok(ScanItem::Text { name: name.to_owned(), bytes })
}
