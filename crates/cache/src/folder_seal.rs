//! Seals of folders: digests of their files, by which damage is noticed before the files are used again.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use streamguard_durable::{open_regular, read_regular, write_atomic};

/// Name of the file in a folder that holds its seal.
pub const SEAL_NAME: &str = "streamguard-seal.json";

/// Largest seal that is read, in bytes: some million paths.
const MAX_SEAL_BYTES: u64 = 1 << 30;

/// Digests of the files of a folder, as they are on the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderSeal {
    /// BLAKE3 digests by path, in hexadecimal digits.
    files: BTreeMap<String, String>,
}

impl FolderSeal {
    /// Returns whether a folder has a seal, and all files that the seal names are as they were.
    pub fn is_intact(folder: &Path) -> bool {
        let is_same = |(path, digest): (&String, &String)| {
            file_digest(&folder.join(path)).is_ok_and(|found| found == *digest)
        };
        Self::read(folder).is_some_and(|seal| seal.files.iter().all(is_same))
    }

    /// Takes files off the seal of a folder, so that they may change: all but those that `is_constant` names.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn open(folder: &Path, is_constant: impl Fn(&str) -> bool) -> io::Result<()> {
        let mut seal = Self::read(folder).unwrap_or_default();
        seal.files.retain(|path, _| is_constant(path));
        seal.write(folder)
    }

    /// Seals a folder as it is now. Files that `is_constant` names, and that the seal names already, are not read again.
    /// Files that are being written are left out: their names end in `.lock` or `.part`.
    ///
    /// # Errors
    /// The operating system's error.
    pub fn renew(folder: &Path, is_constant: impl Fn(&str) -> bool) -> io::Result<()> {
        let old = Self::read(folder).unwrap_or_default().files;
        let mut files = BTreeMap::new();
        for path in list(folder)? {
            let digest = match old.get(&path).filter(|_| is_constant(&path)) {
                Some(known) => known.clone(),
                None => file_digest(&folder.join(&path))?,
            };
            files.insert(path, digest);
        }
        Self { files }.write(folder)
    }

    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&read_regular(&folder.join(SEAL_NAME), MAX_SEAL_BYTES).ok()?).ok()
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        write_atomic(&folder.join(SEAL_NAME), &serde_json::to_vec(self)?)
    }
}

fn file_digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open_regular(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Lists the files below a folder by their paths.
fn list(root: &Path) -> io::Result<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            // The paths are keys of JSON. The files of a cache have names of plain text.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{folder}{name}");
            if entry.file_type()?.is_dir() {
                folders.push(format!("{path}/"));
            } else if !(path == SEAL_NAME || name.ends_with(".lock") || name.ends_with(".part")) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_covers_all_files_but_those_that_may_change() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        fs::create_dir_all(folder.join("a/b")).unwrap();
        write("a/b/c", "one");
        write("d", "two");
        write("e.part", "three");
        assert!(!FolderSeal::is_intact(folder), "without a seal");
        FolderSeal::renew(folder, |_| false).unwrap();
        assert!(FolderSeal::is_intact(folder));
        write("e.part", "four");
        assert!(FolderSeal::is_intact(folder));
        write("a/b/c", "onf");
        assert!(!FolderSeal::is_intact(folder));
        write("a/b/c", "one");
        FolderSeal::open(folder, |path| path.starts_with("a/")).unwrap();
        write("d", "changed");
        assert!(FolderSeal::is_intact(folder));
        fs::remove_file(folder.join("a/b/c")).unwrap();
        assert!(!FolderSeal::is_intact(folder));
    }

    #[test]
    fn a_damaged_seal_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("a"), "one").unwrap();
        FolderSeal::renew(folder, |_| false).unwrap();
        let seal = fs::read(folder.join(SEAL_NAME)).unwrap();
        for at in 0..seal.len() * 8 {
            let mut bytes = seal.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            fs::write(folder.join(SEAL_NAME), bytes).unwrap();
            assert!(!FolderSeal::is_intact(folder), "bit {at}");
        }
    }
}
