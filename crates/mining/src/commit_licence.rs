//! The licence of a repository at a commit.

use std::collections::HashMap;

use gix::ObjectId;
use streamguard_dataset::Rejection;
use streamguard_git::{OpenRepository, licence_files};
use streamguard_licence::{FoundLicence, StatedFile, repository_licence};

/// Largest file that is read to find a licence, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Licences of the commits of one repository. Most commits have the same files, which are read once.
#[derive(Debug, Default)]
pub(super) struct CommitLicences {
    known: HashMap<Vec<(String, ObjectId)>, Option<FoundLicence>>,
}

impl CommitLicences {
    /// Returns the licence at a commit, if a file states one. Files that a partial clone lacks state nothing.
    ///
    /// # Errors
    /// [`Rejection::UnreadableObject`] for a damaged object.
    pub(super) fn at(
        &mut self,
        repository: &OpenRepository,
        commit: ObjectId,
    ) -> Result<Option<FoundLicence>, Rejection> {
        let damaged_before = repository.damaged_reads();
        let files = licence_files(repository, commit).map_err(|_| Rejection::UnreadableObject)?;
        if let Some(licence) = self.known.get(&files) {
            return Ok(licence.clone());
        }
        let licence = read_licence(repository, &files)?;
        if repository.damaged_reads() > damaged_before {
            return Err(Rejection::UnreadableObject);
        }
        self.known.insert(files, licence.clone());
        Ok(licence)
    }
}

fn read_licence(
    repository: &OpenRepository,
    files: &[(String, ObjectId)],
) -> Result<Option<FoundLicence>, Rejection> {
    let mut texts = Vec::new();
    for (path, id) in files {
        texts.push((&**path, read_text(repository, *id)?));
    }
    let files: Vec<StatedFile<'_>> = texts.iter().map(|(path, text)| StatedFile { path, text }).collect();
    Ok(repository_licence(&files))
}

/// Returns the text of a file; an empty one, which states nothing, where a partial clone lacks it or it is too large.
fn read_text(repository: &OpenRepository, id: ObjectId) -> Result<String, Rejection> {
    if !repository.has_object(id) {
        return Ok(String::new());
    }
    let bytes = repository.read_blob(id, MAX_FILE_BYTES).map_err(|_| Rejection::UnreadableObject)?;
    Ok(bytes.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
