//! Sizes of the cache's entries, and their removal.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::bucket::CacheBucket;
use crate::file_lock::{FileLock, LockMode};

/// Size of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketUsage {
    /// The bucket.
    pub bucket: CacheBucket,
    /// Number of answers, mirrors, snapshots, listings or budgets.
    pub entries: u64,
    /// Size of all files, in bytes.
    pub bytes: u64,
}

/// Result of a removal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovedEntries {
    /// Number of entries that were removed.
    pub entries: u64,
    /// Size of their files, in bytes.
    pub bytes: u64,
    /// Number of entries that stayed because they are in use.
    pub in_use: u64,
}

/// Measures each bucket.
///
/// # Errors
/// The file system's answer.
pub fn usage(cache: &Path) -> io::Result<Vec<BucketUsage>> {
    CacheBucket::ALL
        .into_iter()
        .map(|bucket| {
            let entries = entries(bucket, cache)?;
            let bytes = entries.iter().map(|entry| entry.bytes).sum();
            let entries = entries.iter().filter(|entry| !entry.is_lock()).count() as u64;
            Ok(BucketUsage { bucket, entries, bytes })
        })
        .collect()
}

/// Buckets that may be emptied. Budgets stay: they are small, and without them a limit could be exceeded.
fn removable() -> impl Iterator<Item = CacheBucket> {
    CacheBucket::ALL.into_iter().filter(|bucket| *bucket != CacheBucket::Budgets)
}

/// Removes the entries that have not changed for so long, unless they are in use. Budgets stay.
///
/// # Errors
/// The file system's answer.
pub fn prune(cache: &Path, older_than: Duration) -> io::Result<RemovedEntries> {
    let mut removed = RemovedEntries::default();
    // `None` is a time before the earliest that the system knows: nothing is that old.
    let Some(before) = SystemTime::now().checked_sub(older_than) else { return Ok(removed) };
    for bucket in removable() {
        for entry in entries(bucket, cache)? {
            if entry.changed < before {
                entry.remove(&mut removed)?;
            }
        }
    }
    Ok(removed)
}

/// Removes all entries that are not in use, but nothing else that lies in the cache's folder. Budgets stay.
///
/// # Errors
/// The file system's answer.
pub fn clear(cache: &Path) -> io::Result<RemovedEntries> {
    let mut removed = RemovedEntries::default();
    for bucket in removable() {
        for entry in entries(bucket, cache)? {
            entry.remove(&mut removed)?;
        }
        let folder = bucket.folder(cache);
        for (inner, _) in list(&folder)?.into_iter().filter(|(_, metadata)| metadata.is_dir()) {
            // Fails for folders that still hold something, as it should.
            let _ = fs::remove_dir(inner);
        }
        let _ = fs::remove_dir(folder);
    }
    Ok(removed)
}

/// Something that is kept or removed as a whole: a folder, or files whose names differ in their ends only.
struct CacheEntry {
    /// Path without the end of the name; the lock of the entry is this with `.lock`.
    stem: PathBuf,
    paths: Vec<PathBuf>,
    bytes: u64,
    changed: SystemTime,
}

impl CacheEntry {
    fn is_lock(&self) -> bool {
        self.paths.iter().all(|path| is_lock(path))
    }

    /// Lists the locks that a user of the entry holds.
    fn locks(&self) -> impl Iterator<Item = PathBuf> {
        let own = self.paths.iter().filter(|path| is_lock(path)).cloned();
        own.chain(Some(self.stem.with_added_extension("lock"))).filter(|path| path.exists())
    }

    /// Removes the entry, unless somebody uses it.
    fn remove(&self, removed: &mut RemovedEntries) -> io::Result<()> {
        // All locks are held until the files are gone, so that nobody begins to use the entry meanwhile.
        let mut held = Vec::new();
        let locks: BTreeSet<PathBuf> = self.locks().collect();
        for path in locks {
            match FileLock::try_take(&path, LockMode::Exclusive)? {
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

/// Lists the entries of a bucket in the order of their names.
fn entries(bucket: CacheBucket, cache: &Path) -> io::Result<Vec<CacheEntry>> {
    let mut files = Vec::new();
    for (path, metadata) in list(&bucket.folder(cache))? {
        if bucket == CacheBucket::Answers && metadata.is_dir() {
            files.extend(list(&path)?);
        } else {
            files.push((path, metadata));
        }
    }
    let mut entries: Vec<CacheEntry> = Vec::new();
    for (path, metadata) in files {
        let stem = stem(bucket, &path);
        let bytes = size(&path, &metadata)?;
        let changed = metadata.modified()?;
        match entries.last_mut().filter(|entry| entry.stem == stem) {
            Some(entry) => {
                entry.paths.push(path);
                entry.bytes += bytes;
                entry.changed = entry.changed.max(changed);
            }
            None => entries.push(CacheEntry { stem, paths: vec![path], bytes, changed }),
        }
    }
    Ok(entries)
}

/// Returns the part of a path that all files of an entry share. The files of an answer differ in what follows
/// the first point; elsewhere points are part of the name, as in `github.com`.
fn stem(bucket: CacheBucket, path: &Path) -> PathBuf {
    match (bucket, path.file_prefix()) {
        (CacheBucket::Answers, Some(prefix)) => path.with_file_name(prefix),
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
            // Another process removed it in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// Returns the size of a file, or of all files below a folder. Links are not followed.
fn size(path: &Path, metadata: &Metadata) -> io::Result<u64> {
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    list(path)?.iter().try_fold(0, |sum, (path, metadata)| Ok(sum + size(path, metadata)?))
}
