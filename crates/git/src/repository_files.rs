//! Files of a repository that are read as a whole: they must be regular, and not too large.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use streamguard_durable::read_regular_text;

/// Largest file of a repository that is read as a whole, in bytes. The largest is `packed-refs`, with 70 bytes for each
/// branch or tag.
pub(crate) const MAX_FILE_BYTES: u64 = 256 << 20;

/// Most references that are looked at.
const MAX_REFERENCES: usize = 1_000_000;

/// Files beside the objects, by their paths in the folder of git ("gitrepository-layout").
const FILES: [&str; 9] = [
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "gitdir",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "packed-refs",
    "shallow",
];

/// The folders of a repository: its own, and the one that its worktrees share.
pub(crate) fn git_folders(path: &Path) -> Option<[PathBuf; 2]> {
    let inner = path.join(".git");
    let git_dir = if inner.is_file() {
        gix::discover::path::from_gitdir_file(&inner).ok()?
    } else if inner.is_dir() {
        inner
    } else {
        path.to_owned()
    };
    let common = match read_regular_text(&git_dir.join("commondir"), MAX_FILE_BYTES) {
        Ok(common) => git_dir.join(common.trim_end()),
        Err(_) => git_dir.clone(),
    };
    Some([git_dir, common])
}

/// Returns the reason why a file of a repository cannot be read, if it has no end: a device, a FIFO, a socket, or a file
/// of absurd size. Whoever made the folder may have put it there, or a link to it.
pub(crate) fn endless_file(path: &Path) -> Option<String> {
    let pointer = path.join(".git");
    if let Some(reason) = fs::metadata(&pointer).ok().and_then(|file| problem(&pointer, &file)) {
        return Some(reason);
    }
    for folder in git_folders(path)? {
        let listed = FILES.iter().map(|name| folder.join(name));
        let packs = fs::read_dir(folder.join("objects/pack")).into_iter().flatten().flatten();
        // Packs have any size: they are mapped, and not read as a whole.
        let packs =
            packs.map(|entry| entry.path()).filter_map(|path| irregular(&path, &path.metadata().ok()?));
        let files = listed.filter_map(|path| problem(&path, &path.metadata().ok()?));
        if let Some(reason) = files.chain(packs).next().or_else(|| endless_reference(folder.join("refs"))) {
            return Some(reason);
        }
    }
    None
}

/// Looks for a reference below a folder that cannot be read.
fn endless_reference(folder: PathBuf) -> Option<String> {
    let (mut folders, mut seen) = (vec![folder], 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            seen += 1;
            if seen > MAX_REFERENCES {
                return Some(format!("it has more than {MAX_REFERENCES} references that are not packed"));
            }
            let path = entry.path();
            // Links are followed to files only: a folder of references is never one.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if let Some(reason) = path.metadata().ok().and_then(|file| problem(&path, &file)) {
                return Some(reason);
            }
        }
    }
    None
}

fn problem(path: &Path, file: &Metadata) -> Option<String> {
    irregular(path, file).or_else(|| {
        let is_large = file.is_file() && file.len() > MAX_FILE_BYTES;
        is_large.then(|| format!("{} has more than {} MiB", path.display(), MAX_FILE_BYTES >> 20))
    })
}

fn irregular(path: &Path, file: &Metadata) -> Option<String> {
    let is_known = file.is_file() || file.is_dir();
    (!is_known).then(|| format!("{} is not a regular file", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::open_repository::open_repository;

    #[test]
    fn a_repository_with_an_endless_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        gix::init(folder.path()).unwrap();
        assert!(open_repository(folder.path()).is_ok());
        for name in FILES.into_iter().chain(["refs/heads/a", "objects/pack/pack-a.idx"]) {
            let file = folder.path().join(".git").join(name);
            let kept = folder.path().join("kept");
            let was_there = fs::rename(&file, &kept).is_ok();
            symlink("/dev/zero", &file).unwrap();
            let error = open_repository(folder.path()).unwrap_err().to_string();
            assert!(error.contains("is not a regular file"), "{name}: {error}");
            fs::remove_file(&file).unwrap();
            if was_there {
                fs::rename(&kept, &file).unwrap();
            }
        }
        assert!(open_repository(folder.path()).is_ok());
    }
}
