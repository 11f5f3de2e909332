//! Folders inside of a folder that this program writes.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::own_file::refuse_link;

/// Creates `root`, and the folders of a file below it, by the name of the file there, such as `data/train.parquet`.
///
/// # Errors
/// The operating system's error. A symbolic link in the place of such a folder is refused: whoever made the outer folder
/// could lead it to any files of the user.
pub fn create_inner_folders(root: &Path, name: impl AsRef<Path>) -> io::Result<()> {
    fs::create_dir_all(root)?;
    for folder in inner_folders(root, name.as_ref()) {
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => refuse_link(&folder)?,
            created => created?,
        }
    }
    Ok(())
}

/// Returns whether a symbolic link leads from `root` to a file below it.
pub fn is_behind_link(root: &Path, name: impl AsRef<Path>) -> bool {
    inner_folders(root, name.as_ref()).any(|folder| folder.is_symlink())
}

/// Returns the folders between a folder and a file in it, from the outermost to the innermost.
fn inner_folders(root: &Path, name: &Path) -> impl Iterator<Item = PathBuf> {
    let mut folder = root.to_owned();
    let parts = name.parent().into_iter().flat_map(Path::components);
    parts.map(move |part| {
        folder.push(part);
        folder.clone()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn folders_are_made_and_links_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (folder.path().join("root"), folder.path().join("elsewhere"));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        create_inner_folders(&folder.path().join("new/root"), "file").unwrap();
        assert!(folder.path().join("new/root").is_dir());
        symlink(&elsewhere, root.join("link")).unwrap();
        for name in ["file", "a/b/file", "a/c/file"] {
            create_inner_folders(&root, name).unwrap();
            fs::write(root.join(name), "").unwrap();
            assert!(!is_behind_link(&root, name));
        }
        for name in ["link/file", "link/a/file"] {
            assert!(create_inner_folders(&root, name).unwrap_err().to_string().contains("symbolic link"));
            assert!(is_behind_link(&root, name));
        }
        assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
    }
}
