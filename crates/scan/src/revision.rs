//! Source files of a revision of a git repository, read without a checkout.

use std::path::Path;

use gix::ObjectId;
use streamguard_dataset::Language;
use streamguard_git::{OpenRepository, RepositorySourceError, open_repository};
use thiserror::Error;

use crate::file_scanner::MAX_FILE_BYTES;

/// Most entries of a tree with all its folders. A few objects can stand for more than any disk holds.
const MAX_ENTRIES: usize = 5_000_000;

/// Longest path in a tree, in bytes: PATH_MAX of Linux.
const MAX_PATH_BYTES: usize = 4096;

/// Largest size of all paths that are held, in bytes. Those of Linux take 4 MB.
const MAX_HELD_BYTES: usize = 256 << 20;

/// Reason why a revision or a file of it cannot be read.
#[derive(Debug, Error)]
pub enum RevisionError {
    /// The repository cannot be opened.
    #[error(transparent)]
    Repository(#[from] RepositorySourceError),
    /// No commit has this name.
    #[error("{name} is not a commit, branch or tag of it: {reason}")]
    Unknown {
        /// Name that was asked for.
        name: String,
        /// What git's rules make of it.
        reason: String,
    },
    /// An object is missing or damaged.
    #[error("an object is missing or damaged: {0}")]
    Object(String),
    /// The tree has too many entries.
    #[error("it has more than {MAX_ENTRIES} files and folders, or more than {} MiB of paths", MAX_HELD_BYTES >> 20)]
    TooManyEntries,
}

/// Repository whose files are scanned. Each thread needs its own clone.
#[derive(Clone, Debug)]
pub struct ScannedRepository {
    inner: OpenRepository,
}

/// Source file of a revision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevisionFile {
    /// Path in the repository.
    pub path: String,
    /// Id of its content.
    pub blob: ObjectId,
}

/// Tag of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitTag {
    /// Name of the tag.
    pub name: String,
    /// Commit that it stands for.
    pub commit: ObjectId,
    /// Committer time, in seconds since 1970-01-01 UTC.
    pub seconds: i64,
}

impl ScannedRepository {
    /// Opens a repository: a checkout, or a bare one.
    ///
    /// # Errors
    /// [`RevisionError::Repository`].
    pub fn open(path: &Path) -> Result<Self, RevisionError> {
        Ok(Self { inner: open_repository(path)? })
    }

    /// Whether a folder is a bare repository, which has no files to look at.
    pub fn is_bare(path: &Path) -> bool {
        path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
    }

    /// Returns the commit that a name stands for, by the rules of
    /// [gitrevisions](https://git-scm.com/docs/gitrevisions).
    ///
    /// # Errors
    /// [`RevisionError::Unknown`].
    pub fn commit(&self, name: &str) -> Result<ObjectId, RevisionError> {
        let unknown = |reason: String| RevisionError::Unknown { name: name.to_owned(), reason };
        let id = self.inner.rev_parse_single(name).map_err(|error| unknown(error.to_string()))?;
        let object = id.object().map_err(|error| unknown(error.to_string()))?;
        let commit = object.peel_to_commit().map_err(|error| unknown(error.to_string()))?;
        Ok(commit.id)
    }

    /// Returns all tags of commits, the oldest commit first.
    ///
    /// # Errors
    /// [`RevisionError::Object`], also for a tag whose object is missing or damaged: without it, the history would look
    /// whole and is not.
    pub fn tags(&self) -> Result<Vec<CommitTag>, RevisionError> {
        let damaged = self.inner.damaged_reads();
        let platform = self.inner.references().map_err(object_error)?;
        let mut tags = Vec::new();
        for reference in platform.tags().map_err(object_error)? {
            let mut reference = reference.map_err(object_error)?;
            let name = reference.name().shorten().to_string();
            let lost = |error: &dyn std::fmt::Display| RevisionError::Object(format!("tag {name}: {error}"));
            let id = reference.peel_to_id().map_err(|error| lost(&error))?;
            let object = id.object().map_err(|error| lost(&error))?;
            // Tags of files or folders name no release.
            let Ok(commit) = object.try_into_commit() else { continue };
            let seconds = commit.time().map(|time| time.seconds).unwrap_or_default();
            tags.push(CommitTag { name, commit: commit.id, seconds });
        }
        self.check_reads(damaged)?;
        tags.sort_by(|a, b| (a.seconds, &a.name).cmp(&(b.seconds, &b.name)));
        Ok(tags)
    }

    /// Returns the source files of a commit, sorted by path. Links and submodules are no files.
    ///
    /// # Errors
    /// [`RevisionError::Object`] and [`RevisionError::TooManyEntries`].
    pub fn source_files(&self, commit: ObjectId) -> Result<Vec<RevisionFile>, RevisionError> {
        let damaged = self.inner.damaged_reads();
        let root = self.inner.find_commit(commit).map_err(object_error)?.tree_id().map_err(object_error)?;
        let mut folders = vec![(String::new(), root.detach())];
        let (mut files, mut entries, mut held_bytes) = (Vec::new(), 0_usize, 0);
        while let Some((folder, id)) = folders.pop() {
            let tree = self.inner.find_tree(id).map_err(object_error)?;
            for entry in tree.iter() {
                let entry = entry.map_err(object_error)?;
                entries += 1;
                if entries > MAX_ENTRIES {
                    return Err(RevisionError::TooManyEntries);
                }
                let path = format!("{folder}{}", entry.filename());
                if path.len() > MAX_PATH_BYTES {
                    continue;
                }
                held_bytes += path.len();
                if held_bytes > MAX_HELD_BYTES {
                    return Err(RevisionError::TooManyEntries);
                }
                if entry.mode().is_tree() {
                    folders.push((format!("{path}/"), entry.object_id()));
                } else if entry.mode().is_blob() && Language::from_path(&path).is_some() {
                    files.push(RevisionFile { path, blob: entry.object_id() });
                }
            }
        }
        self.check_reads(damaged)?;
        files.sort();
        Ok(files)
    }

    /// Checks that no object was read since the count was `damaged` that has another content than its id stands for.
    fn check_reads(&self, damaged: u64) -> Result<(), RevisionError> {
        if self.inner.damaged_reads() == damaged {
            return Ok(());
        }
        Err(RevisionError::Object("one does not have the content of its id".to_owned()))
    }

    /// Reads a file; `None` if it is larger than the scan reads.
    ///
    /// # Errors
    /// [`RevisionError::Object`].
    pub fn read(&self, blob: ObjectId) -> Result<Option<Vec<u8>>, RevisionError> {
        let header = self.inner.find_header(blob).map_err(object_error)?;
        if header.size() > MAX_FILE_BYTES {
            return Ok(None);
        }
        let damaged = self.inner.damaged_reads();
        let object = self.inner.find_object(blob).map_err(object_error)?;
        self.check_reads(damaged)?;
        Ok(Some(object.detach().data))
    }
}

fn object_error(error: impl std::fmt::Display) -> RevisionError {
    RevisionError::Object(error.to_string())
}
