//! Folders of objects: that of a repository, and those that it borrows objects from (`objects/info/alternates`).

use std::path::{Path, PathBuf};

use streamguard_durable::read_regular;

use crate::repository_files::{LARGEST_FILE_BYTES, irregular_entry, problem};

/// Most folders of objects of a repository, and most that one of them names.
const MAX_OBJECT_FOLDERS: usize = 100;

/// Largest list of folders, in bytes.
const MAX_LIST_BYTES: u64 = 1 << 20;

/// Files of a folder of objects that are read as a whole, each with the most bytes that it may have.
pub(crate) const OBJECT_FILES: [(&str, u64); 2] =
    [("info/alternates", MAX_LIST_BYTES), ("info/commit-graph", LARGEST_FILE_BYTES)];

/// Returns the reason why a folder of objects, or one that it borrows from, cannot be read.
pub(crate) fn endless_object_file(objects: PathBuf) -> Option<String> {
    let mut folders = vec![objects.clone()];
    let mut checked = 0;
    while let Some(folder) = folders.get(checked).cloned() {
        checked += 1;
        let listed =
            OBJECT_FILES.iter().find_map(|(name, max_bytes)| problem(&folder.join(name), *max_bytes));
        // Packs have any size: they are mapped, and not read as a whole.
        let found = listed.or_else(|| irregular_entry(&folder.join("pack"), ""));
        if found.is_some() {
            return found;
        }
        // The library takes paths in the list of a borrowed folder for relative to the first folder, too.
        let alternates = alternates(&objects, &folder);
        let is_long = alternates.len() > MAX_OBJECT_FOLDERS;
        let new: Vec<PathBuf> = alternates
            .into_iter()
            .take(MAX_OBJECT_FOLDERS)
            .filter(|folder| !folders.contains(folder))
            .collect();
        folders.extend(new);
        if is_long || folders.len() > MAX_OBJECT_FOLDERS {
            return Some(format!("it borrows objects from more than {MAX_OBJECT_FOLDERS} folders"));
        }
    }
    None
}

/// Returns the folders that a folder names, which are relative to `objects`. They may be missing.
pub(crate) fn alternates(objects: &Path, folder: &Path) -> Vec<PathBuf> {
    let list = read_regular(&folder.join("info/alternates"), MAX_LIST_BYTES).unwrap_or_default();
    let folders = gix::odb::alternate::parse(&list).unwrap_or_default();
    folders.into_iter().map(|folder| objects.join(folder)).collect()
}
