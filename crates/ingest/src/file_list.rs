//! The list of inputs that paths stand for.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use streamguard_engine::LogLevel;

use crate::encoding::{Encoding, HEAD_BYTES};
use crate::file_format::FormatChoice;
use crate::file_preview::{Preview, preview};
use crate::log_source::{
    FileIdentity, FilePart, InputError, InputKind, STANDARD_INPUT, head_checksum, open_regular,
};
use crate::shared_inputs::SharedInputs;

/// Deepest level of folders that is read.
const MAX_FOLDER_DEPTH: usize = 64;

/// File names that a note lists.
const MAX_NOTED_FILES: usize = 20;

/// An input: a file, a stream, or a path that could not be read.
#[derive(Debug)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    pub(crate) kind: InputKind,
    pub(crate) size: u64,
    pub(crate) identity: Option<FileIdentity>,
    /// Whether the path was named, not found in a folder.
    pub(crate) is_named: bool,
    /// Checksum of its first bytes.
    pub(crate) head: Option<u32>,
    /// Whether the lines can only be read in order, from the first on.
    pub(crate) is_sequential: bool,
}

/// A remark about the list of inputs, for the log of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListNote {
    /// Files that are not logs.
    Skipped(String),
    /// A file that was found twice.
    SameFile(String),
}

impl ListNote {
    /// Returns the remark.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Skipped(text) | Self::SameFile(text) => text,
        }
    }

    /// Returns the severity of the remark.
    pub(crate) fn level(&self) -> LogLevel {
        match self {
            Self::Skipped(_) => LogLevel::Warning,
            Self::SameFile(_) => LogLevel::Info,
        }
    }
}

/// Collects inputs, each file once.
pub(crate) struct FileList<'a> {
    pub(crate) files: Vec<InputFile>,
    inputs: &'a SharedInputs,
    choice: &'a FormatChoice,
    /// Index of each file by device and inode, and whether its path is a link.
    seen: BTreeMap<(u64, u64), (usize, bool)>,
    /// Paths that could not be read, and why.
    pub(crate) unreadable: BTreeMap<PathBuf, io::Error>,
    /// Files of folders that are not logs.
    skipped: Vec<String>,
    same: Vec<String>,
}

impl<'a> FileList<'a> {
    /// Creates an empty list.
    pub(crate) fn new(choice: &'a FormatChoice, inputs: &'a SharedInputs) -> Self {
        Self {
            files: Vec::new(),
            inputs,
            choice,
            seen: BTreeMap::new(),
            unreadable: BTreeMap::new(),
            skipped: Vec::new(),
            same: Vec::new(),
        }
    }

    /// Returns remarks about files that were left out.
    pub(crate) fn notes(&self) -> Vec<ListNote> {
        let mut notes = Vec::new();
        if !self.skipped.is_empty() {
            let is = if self.skipped.len() == 1 { "file is not a log" } else { "files are not logs" };
            let names = listed(&self.skipped);
            notes.push(ListNote::Skipped(format!("skipped: {} {is}: {names}", self.skipped.len())));
        }
        if !self.same.is_empty() {
            notes.push(ListNote::SameFile(listed(&self.same)));
        }
        notes
    }

    /// Adds what a path stands for. A path that cannot be read is added as it is, so that its shard reports it.
    pub(crate) fn add_path(&mut self, path: &Path, is_named: bool) {
        if path.as_os_str() == STANDARD_INPUT {
            return self.add_stream(path, is_named);
        }
        let added = fs::metadata(path).and_then(|metadata| {
            if metadata.is_dir() {
                return self.walk(path, MAX_FOLDER_DEPTH);
            }
            match metadata.is_file() {
                true => self.add_file(path, &metadata, is_named)?,
                false => self.add_stream(path, is_named),
            }
            Ok(())
        });
        if let Err(error) = added {
            self.add_unreadable(path, is_named, error);
        }
    }

    /// Adds the regular files below a folder, sorted by name.
    ///
    /// Hidden files and folders, and everything that is not a regular file, are left out.
    fn walk(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)
            .and_then(Iterator::collect::<io::Result<Vec<fs::DirEntry>>>)
            .map_err(|error| InputError::io(format!("cannot be listed: {error}")))?;
        entries.retain(|entry| !entry.file_name().as_bytes().starts_with(b"."));
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // Links to files are followed, but not links to folders, which may form circles.
            let added = match (entry.file_type()?.is_dir(), fs::metadata(&path)) {
                (true, _) if depth == 0 => Err(InputError::io("lies too deep")),
                (true, _) => self.walk(&path, depth - 1),
                (false, Ok(metadata)) if metadata.is_file() => self.add_file(&path, &metadata, false),
                (false, Ok(_)) => Ok(()),
                // A link to nothing, or a file that was removed since the folder was listed.
                (false, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                    self.skipped.push(format!("{} (a link to nothing)", path.display()));
                    Ok(())
                }
                (false, Err(error)) => Err(error),
            };
            if let Err(error) = added {
                self.add_unreadable(&path, false, error);
            }
        }
        Ok(())
    }

    fn add_stream(&mut self, path: &Path, is_named: bool) {
        self.files.push(InputFile {
            path: path.to_owned(),
            kind: InputKind::Stream,
            size: 0,
            identity: None,
            head: None,
            is_named,
            is_sequential: true,
        });
    }

    fn add_unreadable(&mut self, path: &Path, is_named: bool, error: io::Error) {
        if self.unreadable.insert(path.to_owned(), error).is_none() {
            self.files.push(InputFile {
                path: path.to_owned(),
                kind: InputKind::Unplanned,
                size: 0,
                identity: None,
                head: None,
                is_named,
                is_sequential: true,
            });
        }
    }

    fn add_file(&mut self, path: &Path, metadata: &Metadata, is_named: bool) -> io::Result<()> {
        if self.is_known(path, metadata, is_named) {
            return Ok(());
        }
        let file = Arc::new(open_regular(path)?);
        let metadata = file.metadata()?;
        let size = metadata.len();
        let kind = kind_of(&file)?;
        let Preview { other_kind, is_sequential } = preview(&file, kind, size, self.choice)?;
        if let (false, Some(other_kind)) = (is_named, other_kind) {
            self.skipped.push(format!("{} ({other_kind})", path.display()));
            return Ok(());
        }
        self.inputs.keep(path, &file);
        let is_link = fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink());
        self.seen.insert((metadata.dev(), metadata.ino()), (self.files.len(), is_link));
        self.files.push(InputFile {
            path: path.to_owned(),
            kind,
            size,
            identity: Some(FileIdentity::new(&metadata)),
            head: head_checksum(&file, size)?,
            is_named,
            is_sequential,
        });
        Ok(())
    }

    /// Returns whether the file is in the list under this name or another one, and notes it.
    fn is_known(&mut self, path: &Path, metadata: &Metadata, is_named: bool) -> bool {
        let Some((index, is_link)) = self.seen.get_mut(&(metadata.dev(), metadata.ino())) else {
            return false;
        };
        let known = &mut self.files[*index];
        let mut other = path.to_owned();
        // Of a link and the file itself, the file gives the name.
        if *is_link && !fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink()) {
            *is_link = false;
            std::mem::swap(&mut known.path, &mut other);
        }
        // A file that was named has to be a log, wherever else it was found.
        known.is_named |= is_named;
        self.same.push(match known.path == other {
            true => format!("{} is given twice: counted once", other.display()),
            false => {
                format!("{} is the same file as {}: counted once", other.display(), known.path.display())
            }
        });
        true
    }
}

/// Returns the kind of a regular file.
///
/// # Errors
/// Errors of the file system, or an encoding that is not read.
fn kind_of(file: &Arc<File>) -> io::Result<InputKind> {
    let mut head = Vec::new();
    let size = file.metadata()?.len();
    FilePart::new(Arc::clone(file), 0, size.min(HEAD_BYTES as u64)).read_to_end(&mut head)?;
    match Encoding::detect(&head) {
        Encoding::Plain => Ok(InputKind::Plain),
        Encoding::Gzip => Ok(InputKind::Gzip),
        Encoding::Zstandard => Ok(InputKind::Zstandard),
        Encoding::Unsupported(encoding) => Err(encoding.error()),
    }
}

/// Joins texts, up to a limit.
fn listed(texts: &[String]) -> String {
    let first = texts.iter().take(MAX_NOTED_FILES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(MAX_NOTED_FILES) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
