//! Files of a commit that state the licence of its repository.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use streamguard_licence::is_stating_path;

/// Folder of the texts of licences (REUSE specification 3.3).
const REUSE_FOLDER: &str = "LICENSES";

/// Most files that are looked at: more are a collection of texts, and say nothing of the code.
const MAX_LICENCE_FILES: usize = 20;

/// Returns the files of a commit that may state the licence of the repository, with the ids of their blobs, by path.
/// Only trees are read.
///
/// # Errors
/// A commit or tree that cannot be read.
pub fn licence_files(
    repository: &gix::Repository,
    commit: ObjectId,
) -> Result<Vec<(String, ObjectId)>, gix::Error> {
    let mut files = Vec::new();
    let mut folder = None;
    let root = repository.find_commit(commit)?.tree()?;
    for entry in root.iter() {
        let entry = entry.map_err(gix::Error::from_error)?;
        let name = entry.filename().to_str_lossy();
        if entry.mode().is_blob() && is_stating_path(&name) {
            files.push((name.into_owned(), entry.object_id()));
        } else if entry.mode().is_tree() && name == REUSE_FOLDER {
            folder = Some(entry.object_id());
        }
    }
    let texts = folder.map(|id| repository.find_tree(id)).transpose()?;
    for entry in texts.iter().flat_map(gix::Tree::iter) {
        let entry = entry.map_err(gix::Error::from_error)?;
        let path = format!("{REUSE_FOLDER}/{}", entry.filename().to_str_lossy());
        if entry.mode().is_blob() && is_stating_path(&path) {
            files.push((path, entry.object_id()));
        }
    }
    files.truncate(MAX_LICENCE_FILES);
    Ok(files)
}
