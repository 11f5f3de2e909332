//! Source files of a revision of a git repository, read without a checkout.

use std::path::Path;

use gix::ObjectId;
use streamguard_dataset::Language;
use streamguard_git::{
    OpenRepository, RepositorySourceError, RevisionFile, RevisionReadError, open_repository, peel_reference,
    peel_tags,
};
use thiserror::Error;

use crate::file_scanner::MAX_FILE_BYTES;

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
    /// An object cannot be read, or the tree has too many entries.
    #[error(transparent)]
    Read(#[from] RevisionReadError),
}

/// Repository whose files are scanned. Each thread needs its own clone.
#[derive(Clone, Debug)]
pub struct ScannedRepository {
    inner: OpenRepository,
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
    /// [gitrevisions](https://git-scm.com/docs/gitrevisions): a reference, an id, and steps to ancestors behind it.
    /// Searches in messages are not made, and names of files are not commits.
    ///
    /// # Errors
    /// [`RevisionError::Unknown`].
    pub fn commit(&self, name: &str) -> Result<ObjectId, RevisionError> {
        let unknown = |reason: String| RevisionError::Unknown { name: name.to_owned(), reason };
        let read = |name: &str| {
            let id = self.inner.rev_parse_single(name).map_err(|error| unknown(error.to_string()))?;
            let commit = peel_tags(&self.inner, id.detach()).and_then(gix::Object::try_into_commit);
            commit.map(|commit| commit.id).map_err(|error| unknown(error.to_string()))
        };
        // Where a tag has steps behind it, the library follows tags without end: so they begin at its commit.
        let (start, steps) = name.split_at(name.find(['~', '^']).unwrap_or(name.len()));
        let steps = steps.replace("^{commit}", "").replace("^{}", "");
        if start.contains(':') || !steps.bytes().all(|byte| byte.is_ascii_digit() || b"~^".contains(&byte)) {
            return Err(unknown("it is not the name of a commit".to_owned()));
        }
        let commit = read(start)?;
        if steps.is_empty() { Ok(commit) } else { read(&format!("{commit}{steps}")) }
    }

    /// Returns all tags of commits, the oldest commit first.
    ///
    /// # Errors
    /// [`RevisionError::Read`], also for a tag whose object is missing or damaged: without it, the history would look
    /// whole and is not.
    pub fn tags(&self) -> Result<Vec<CommitTag>, RevisionError> {
        let damaged = self.inner.damaged_reads();
        let platform = self.inner.references().map_err(object_error)?;
        let mut tags = Vec::new();
        for reference in platform.tags().map_err(object_error)? {
            let reference = reference.map_err(object_error)?;
            let name = reference.name().shorten().to_string();
            let object = peel_reference(&self.inner, reference)
                .map_err(|error| object_error(format!("tag {name}: {error}")))?;
            // Tags of files or folders name no release.
            let Ok(commit) = object.try_into_commit() else { continue };
            let seconds = commit.time().map(|time| time.seconds).unwrap_or_default();
            tags.push(CommitTag { name, commit: commit.id, seconds });
        }
        self.inner.check_reads(damaged)?;
        tags.sort_by(|a, b| (a.seconds, &a.name).cmp(&(b.seconds, &b.name)));
        Ok(tags)
    }

    /// Returns the source files of a commit, sorted by path. Links and submodules are not files.
    ///
    /// # Errors
    /// [`RevisionError::Read`].
    pub fn source_files(&self, commit: ObjectId) -> Result<Vec<RevisionFile>, RevisionError> {
        Ok(self.inner.revision_files(commit, &|path| Language::from_path(path).is_some())?)
    }

    /// Reads a file; `None` if it is larger than the scan reads.
    ///
    /// # Errors
    /// [`RevisionError::Read`].
    pub fn read(&self, blob: ObjectId) -> Result<Option<Vec<u8>>, RevisionError> {
        Ok(self.inner.read_blob(blob, MAX_FILE_BYTES)?)
    }
}

fn object_error(error: impl std::fmt::Display) -> RevisionError {
    RevisionReadError::Object(error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use gix::objs::{Commit, Kind, Write};

    use super::*;

    #[test]
    fn names_of_commits_are_read_and_tags_without_end_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let repository = gix::init_bare(folder.path()).unwrap();
        let tree = repository.write_object(gix::objs::Tree::empty()).unwrap().detach();
        let commit = |parents: &[ObjectId]| {
            let author = gix::actor::Signature {
                name: "a".into(),
                email: "a@example.org".into(),
                time: gix::date::Time::new(0, 0),
            };
            let commit = Commit {
                tree,
                parents: parents.iter().copied().collect(),
                author: author.clone(),
                committer: author,
                encoding: None,
                message: "a".into(),
                extra_headers: Vec::new(),
            };
            repository.write_object(&commit).unwrap().detach()
        };
        let first = commit(&[]);
        let second = commit(&[first]);
        let itself = ObjectId::from_hex("ab".repeat(20).as_bytes()).unwrap();
        let tag = format!("object {itself}\ntype tag\ntag a\ntagger A <a@example.org> 0 +0000\n\na\n");
        repository.objects.write_buf_with_known_id(Kind::Tag, tag.as_bytes(), itself).unwrap();
        for (name, id) in [("heads/main", second), ("tags/v1", itself)] {
            fs::create_dir_all(folder.path().join("refs").join(name).parent().unwrap()).unwrap();
            fs::write(folder.path().join("refs").join(name), format!("{id}\n")).unwrap();
        }
        let scanned = ScannedRepository::open(folder.path()).unwrap();
        for (name, id) in [("main", second), ("main~1", first), ("main^", first), ("main^{commit}~", first)] {
            assert_eq!(scanned.commit(name).ok(), Some(id), "{name}");
        }
        for name in ["v1", "v1~1", "v1^{}", "v1:a.c", ":/a", "main^{/a}", "main~2", "none"] {
            assert!(scanned.commit(name).is_err(), "{name}");
        }
    }
}
