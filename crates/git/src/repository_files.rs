//! Files of a repository that are read as a whole: they must be regular, and not too large.

use std::fs;
use std::path::{Path, PathBuf};

use streamguard_durable::{read_regular, read_regular_text};

use crate::object_folders::endless_object_file;

/// Largest file of a repository that is read as a whole, in bytes. The largest is `packed-refs`, with 70 bytes for each
/// branch or tag.
pub(crate) const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// Largest configuration, in bytes: 100 for each of 40,000 branches. In memory it takes 50 times as much.
pub(crate) const MAX_CONFIG_BYTES: u64 = 4 << 20;

/// Largest file that holds one reference, id or path, in bytes.
const MAX_REFERENCE_BYTES: u64 = 64 << 10;

/// Most references that are looked at.
const MAX_REFERENCES: usize = 1_000_000;

/// Files beside the objects, by their paths in the folder of git ("gitrepository-layout"), each with the most bytes that it
/// may have.
const FILES: [(&str, u64); 9] = [
    ("HEAD", MAX_REFERENCE_BYTES),
    ("commondir", MAX_REFERENCE_BYTES),
    ("config", MAX_CONFIG_BYTES),
    ("config.worktree", MAX_CONFIG_BYTES),
    ("gitdir", MAX_REFERENCE_BYTES),
    // It has any size: it is mapped.
    ("index", u64::MAX),
    ("info/attributes", MAX_CONFIG_BYTES),
    ("packed-refs", LARGEST_FILE_BYTES),
    ("shallow", LARGEST_FILE_BYTES),
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
    let common = match read_regular_text(&git_dir.join("commondir"), MAX_REFERENCE_BYTES) {
        Ok(common) => git_dir.join(common.trim_end()),
        Err(_) => git_dir.clone(),
    };
    Some([git_dir, common])
}

/// Returns the reason why a file of a repository cannot be read, if it has no end: a device, a FIFO, a socket, or a file
/// of absurd size. Whoever made the folder may have put it there, or a link to it.
pub(crate) fn endless_file(path: &Path) -> Option<String> {
    if let Some(reason) = problem(&path.join(".git"), MAX_REFERENCE_BYTES) {
        return Some(reason);
    }
    git_folders(path)?.into_iter().find_map(|folder| {
        FILES
            .iter()
            .find_map(|(name, max_bytes)| problem(&folder.join(name), *max_bytes))
            // An index may be split in two files.
            .or_else(|| irregular_entry(&folder, "sharedindex."))
            .or_else(|| stray_reference(&folder.join("HEAD")))
            .or_else(|| endless_reference(folder.join("refs")))
            .or_else(|| endless_object_file(folder.join("objects")))
    })
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
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.is_dir() {
                // A name could lead through it to what was not looked at.
                return Some(format!("{} is a link to a folder", path.display()));
            } else {
                let found = problem(&path, MAX_REFERENCE_BYTES).or_else(|| stray_reference(&path));
                if found.is_some() {
                    return found;
                }
            }
        }
    }
    None
}

/// Returns the reason why a reference cannot be read that names a file outside the folder of references, as those that git
/// writes by itself never do: any file of the repository would be read as a reference.
fn stray_reference(path: &Path) -> Option<String> {
    let content = read_regular(path, MAX_REFERENCE_BYTES).ok()?;
    let name = content.strip_prefix(b"ref:")?.trim_ascii_start();
    (!name.starts_with(b"refs/")).then(|| format!("{} names what is not a reference", path.display()))
}

/// Returns the reason why a file cannot be read as a whole, if it is there.
pub(crate) fn problem(path: &Path, max_bytes: u64) -> Option<String> {
    irregular_file(path).or_else(|| {
        let is_large = path.metadata().is_ok_and(|file| file.is_file() && file.len() > max_bytes);
        is_large.then(|| format!("{} has more than {max_bytes} bytes", path.display()))
    })
}

/// Returns the reason why a file cannot be read, if it is there and neither a file nor a folder.
fn irregular_file(path: &Path) -> Option<String> {
    let is_irregular = path.metadata().is_ok_and(|file| !file.is_file() && !file.is_dir());
    is_irregular.then(|| format!("{} is not a regular file", path.display()))
}

/// Returns the reason why a file of a folder cannot be read whose name begins with `prefix`, whatever its size.
pub(crate) fn irregular_entry(folder: &Path, prefix: &str) -> Option<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut meant =
        entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()));
    meant.find_map(|entry| irregular_file(&entry.path()))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::object_folders::OBJECT_FILES;
    use crate::open_repository::open_repository;

    /// Puts something in the place of a file of git, and returns why the repository cannot be opened then.
    fn problem_with(root: &Path, name: &str, put: impl FnOnce(&Path)) -> String {
        let file = root.join(".git").join(name);
        let kept = root.join("kept");
        let was_there = fs::rename(&file, &kept).is_ok();
        put(&file);
        let opened = open_repository(root);
        fs::remove_file(&file).unwrap();
        if was_there {
            fs::rename(&kept, &file).unwrap();
        }
        opened.map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn a_repository_with_an_endless_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        gix::init(root).unwrap();
        let objects = OBJECT_FILES.map(|(name, max_bytes)| (format!("objects/{name}"), max_bytes));
        let files = FILES.map(|(name, max_bytes)| (name.to_owned(), max_bytes)).into_iter().chain(objects);
        let others = [
            ("refs/heads/a", MAX_REFERENCE_BYTES),
            ("objects/pack/pack-a.idx", u64::MAX),
            ("sharedindex.a", u64::MAX),
        ];
        for (name, max_bytes) in files.chain(others.map(|(name, max_bytes)| (name.to_owned(), max_bytes))) {
            let error = problem_with(root, &name, |file| symlink("/dev/zero", file).unwrap());
            assert!(error.contains("is not a regular file"), "{name}: {error}");
            let Some(long) = max_bytes.checked_add(1) else { continue };
            let error = problem_with(root, &name, |file| File::create(file).unwrap().set_len(long).unwrap());
            assert!(error.contains(&format!("has more than {max_bytes} bytes")), "{name}: {error}");
        }
        assert!(open_repository(root).is_ok());
    }

    #[test]
    fn references_that_lead_out_of_their_folder_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        gix::init(root).unwrap();
        for name in ["HEAD", "refs/heads/a"] {
            for target in ["FETCH_HEAD", "hooks/a", "main-worktree/FETCH_HEAD"] {
                let put = |file: &Path| fs::write(file, format!("ref: {target}\n")).unwrap();
                let error = problem_with(root, name, put);
                assert!(error.contains("names what is not a reference"), "{name} {target}: {error}");
            }
        }
        let error = problem_with(root, "refs/heads/a", |file| symlink("..", file).unwrap());
        assert!(error.contains("is a link to a folder"), "{error}");
        assert_eq!(problem_with(root, "HEAD", |file| fs::write(file, "ref: refs/heads/b\n").unwrap()), "");
    }

    #[test]
    fn borrowed_folders_are_checked_too() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        gix::init(root).unwrap();
        for name in ["a/info", "b/info", "b/pack"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let list =
            |folders: &[&str]| folders.iter().map(|folder| format!("../../{folder}\n")).collect::<String>();
        let open = |folders: &[&str]| {
            let put = |file: &Path| fs::write(file, list(folders)).unwrap();
            problem_with(root, "objects/info/alternates", put)
        };
        fs::write(root.join("a/info/alternates"), list(&["b"])).unwrap();
        assert_eq!(open(&["a", "a", "gone"]), "");
        for name in ["b/info/alternates", "b/pack/pack-a.idx"] {
            symlink("/dev/zero", root.join(name)).unwrap();
            let error = open(&["gone", "a"]);
            assert!(error.contains("is not a regular file"), "{name}: {error}");
            fs::remove_file(root.join(name)).unwrap();
        }
        let many: Vec<String> = (0..100).map(|folder| folder.to_string()).collect();
        let error = open(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(error.contains("more than 100 folders"), "{error}");
    }
}
