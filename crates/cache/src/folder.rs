//! The cache's folder: what lies in it, how large it is, and how it gets smaller.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::CacheError;
use crate::lock::{Hold, Lock};

/// A part of the cache: a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Answers of HTTP upstreams.
    Answers,
    /// What was asked of whom, and how many ask now.
    Budgets,
    /// Mirrors of git repositories.
    Git,
    /// Unpacked snapshots.
    Snapshots,
    /// What the sources of advisories listed.
    Listings,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 5] = [Self::Answers, Self::Budgets, Self::Git, Self::Snapshots, Self::Listings];

    /// Its name, that of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Budgets => "budgets",
            Self::Git => "git",
            Self::Snapshots => "snapshots",
            Self::Listings => "listings",
        }
    }

    /// Its folder in a cache.
    pub fn folder(self, cache: &Path) -> PathBuf {
        cache.join(self.name())
    }

    /// Its folder, made if need be, for nobody else to read: some answers are private.
    pub fn create(self, cache: &Path) -> Result<PathBuf, CacheError> {
        let path = self.folder(cache);
        match DirBuilder::new().recursive(true).mode(0o700).create(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(CacheError::Io { path, source }),
        }
    }
}

/// How large a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Which.
    pub part: Part,
    /// Answers, mirrors, snapshots, listings or budgets.
    pub entries: u64,
    /// Size of all its files, in bytes.
    pub bytes: u64,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
    /// Entries that stayed because somebody uses them.
    pub in_use: u64,
}

/// The size of each part.
///
/// # Errors
/// What the file system says.
pub fn usage(cache: &Path) -> io::Result<Vec<Usage>> {
    Part::ALL
        .into_iter()
        .map(|part| {
            let entries = entries(part, cache)?;
            let bytes = entries.iter().map(|entry| entry.bytes).sum();
            Ok(Usage { part, entries: entries.iter().filter(|entry| !entry.is_lock()).count() as u64, bytes })
        })
        .collect()
}

/// Removes what has not changed for so long, unless it is in use. Budgets stay: they are small, and
/// without them a limit could be exceeded.
///
/// # Errors
/// What the file system says.
pub fn prune(cache: &Path, older_than: Duration) -> io::Result<Removed> {
    let mut removed = Removed::default();
    // A time before the first one there is: nothing is that old.
    let Some(before) = SystemTime::now().checked_sub(older_than) else { return Ok(removed) };
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Budgets) {
        for entry in entries(part, cache)? {
            if entry.changed < before {
                entry.remove(&mut removed)?;
            }
        }
    }
    Ok(removed)
}

/// Removes all parts, but for what is in use, and nothing else that lies in the folder.
///
/// # Errors
/// What the file system says.
pub fn clear(cache: &Path) -> io::Result<Removed> {
    let mut removed = Removed::default();
    // Without the budgets a limit could be exceeded.
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Budgets) {
        for entry in entries(part, cache)? {
            entry.remove(&mut removed)?;
        }
        let folder = part.folder(cache);
        for (inner, _) in list(&folder)?.into_iter().filter(|(_, metadata)| metadata.is_dir()) {
            // Folders that are not empty stay.
            let _ = fs::remove_dir(inner);
        }
        let _ = fs::remove_dir(folder);
    }
    Ok(removed)
}

/// Something that lives and goes as a whole: files of one name with different ends, or a folder.
struct Entry {
    /// Name without the end; its lock is this with `.lock`.
    stem: PathBuf,
    paths: Vec<PathBuf>,
    bytes: u64,
    changed: SystemTime,
}

impl Entry {
    fn is_lock(&self) -> bool {
        self.paths.iter().all(|path| is_lock(path))
    }

    /// Locks that are held by whoever uses it.
    fn locks(&self) -> impl Iterator<Item = PathBuf> {
        let own = self.paths.iter().filter(|path| is_lock(path)).cloned();
        own.chain(Some(self.stem.with_added_extension("lock"))).filter(|path| path.exists())
    }

    /// Removes it, unless somebody uses it.
    fn remove(&self, removed: &mut Removed) -> io::Result<()> {
        let mut held = Vec::new();
        let locks: BTreeSet<PathBuf> = self.locks().collect();
        for path in locks {
            match Lock::try_take(&path, Hold::Alone)? {
                Some(lock) => held.push(lock),
                None => {
                    removed.in_use += 1;
                    return Ok(());
                }
            }
        }
        for path in &self.paths {
            let gone = match fs::symlink_metadata(path) {
                Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
                Ok(_) => fs::remove_file(path),
                Err(error) => Err(error),
            };
            match gone {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        removed.entries += u64::from(!self.is_lock());
        removed.bytes += self.bytes;
        Ok(())
    }
}

fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "lock" || end == "lane")
}

/// What is in a part, in the order of its names.
fn entries(part: Part, cache: &Path) -> io::Result<Vec<Entry>> {
    let mut files = Vec::new();
    for (path, metadata) in list(&part.folder(cache))? {
        if part == Part::Answers && metadata.is_dir() {
            files.extend(list(&path)?);
        } else {
            files.push((path, metadata));
        }
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (path, metadata) in files {
        let stem = stem(part, &path);
        let bytes = size(&path, &metadata)?;
        let changed = metadata.modified()?;
        match entries.last_mut().filter(|entry| entry.stem == stem) {
            Some(entry) => {
                entry.paths.push(path);
                entry.bytes += bytes;
                entry.changed = entry.changed.max(changed);
            }
            None => entries.push(Entry { stem, paths: vec![path], bytes, changed }),
        }
    }
    Ok(entries)
}

/// An answer's files differ in what follows the first point; other names have points in them.
fn stem(part: Part, path: &Path) -> PathBuf {
    match (part, path.file_prefix()) {
        (Part::Answers, Some(prefix)) => path.with_file_name(prefix),
        _ => path.to_owned(),
    }
}

fn list(folder: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry?;
        match entry.metadata() {
            Ok(metadata) => found.push((entry.path(), metadata)),
            // Somebody removed it in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// Size of a file, or of all files below a folder; links are not followed.
fn size(path: &Path, metadata: &Metadata) -> io::Result<u64> {
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    list(path)?.iter().try_fold(0, |sum, (path, metadata)| Ok(sum + size(path, metadata)?))
}
