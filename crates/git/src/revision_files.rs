//! Files of a commit, read without a checkout.

use gix::ObjectId;
use thiserror::Error;

use crate::open_repository::OpenRepository;

/// Most entries of a tree with all its folders. A few objects can stand for more than any disk holds.
const MAX_ENTRIES: usize = 5_000_000;

/// Longest path in a tree, in bytes: PATH_MAX of Linux.
const MAX_PATH_BYTES: usize = 4096;

/// Largest size of all paths that are held, in bytes. Those of Linux take 4 MB.
const MAX_HELD_BYTES: usize = 256 << 20;

/// Reason why the files of a commit cannot be read.
#[derive(Debug, Error)]
pub enum RevisionReadError {
    /// An object is missing or damaged.
    #[error("an object is missing or damaged: {0}")]
    Object(String),
    /// The tree has too many entries.
    #[error("it has more than {MAX_ENTRIES} files and folders, or more than {} MiB of paths", MAX_HELD_BYTES >> 20)]
    TooManyEntries,
}

/// File of a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevisionFile {
    /// Path in the repository.
    pub path: String,
    /// Id of its content.
    pub blob: ObjectId,
}

impl OpenRepository {
    /// Returns the files of a commit whose paths `keep` accepts, sorted by path. Links and submodules are not files.
    ///
    /// # Errors
    /// [`RevisionReadError`].
    pub fn revision_files(
        &self,
        commit: ObjectId,
        keep: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<RevisionFile>, RevisionReadError> {
        let damaged = self.damaged_reads();
        let root = self.find_commit(commit).map_err(object_error)?.tree_id().map_err(object_error)?;
        let mut folders = vec![(String::new(), root.detach())];
        let (mut files, mut entries, mut held_bytes) = (Vec::new(), 0_usize, 0);
        while let Some((folder, id)) = folders.pop() {
            let tree = self.find_tree(id).map_err(object_error)?;
            for entry in tree.iter() {
                let entry = entry.map_err(object_error)?;
                entries += 1;
                if entries > MAX_ENTRIES {
                    return Err(RevisionReadError::TooManyEntries);
                }
                let path = format!("{folder}{}", entry.filename());
                if path.len() > MAX_PATH_BYTES {
                    continue;
                }
                held_bytes += path.len();
                if held_bytes > MAX_HELD_BYTES {
                    return Err(RevisionReadError::TooManyEntries);
                }
                if entry.mode().is_tree() {
                    folders.push((format!("{path}/"), entry.object_id()));
                } else if entry.mode().is_blob() && keep(&path) {
                    files.push(RevisionFile { path, blob: entry.object_id() });
                }
            }
        }
        self.check_reads(damaged)?;
        files.sort();
        Ok(files)
    }

    /// Reads a file; `None` if it has more than `max_bytes`.
    ///
    /// # Errors
    /// [`RevisionReadError::Object`].
    pub fn read_blob(&self, blob: ObjectId, max_bytes: u64) -> Result<Option<Vec<u8>>, RevisionReadError> {
        let header = self.find_header(blob).map_err(object_error)?;
        if header.size() > max_bytes {
            return Ok(None);
        }
        let damaged = self.damaged_reads();
        let object = self.find_object(blob).map_err(object_error)?;
        self.check_reads(damaged)?;
        Ok(Some(object.detach().data))
    }

    /// Checks that no object was read since [`OpenRepository::damaged_reads`] was `damaged` that has another content than
    /// its id stands for.
    ///
    /// # Errors
    /// [`RevisionReadError::Object`].
    pub fn check_reads(&self, damaged: u64) -> Result<(), RevisionReadError> {
        if self.damaged_reads() == damaged {
            return Ok(());
        }
        Err(RevisionReadError::Object("one does not have the content of its id".to_owned()))
    }
}

fn object_error(error: impl std::fmt::Display) -> RevisionReadError {
    RevisionReadError::Object(error.to_string())
}
