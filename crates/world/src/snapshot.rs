//! Snapshot: all repositories and all answers of upstreams in one file, so that a run needs no network.
//! Paths are those of a cache: repositories lie where mirrors are, and answers beside them.

use std::io::Write;

use streamguard_snapshot::SnapshotWriter;

use crate::repository::WorldRepository;

/// Level of compression: high, because this snapshot is written seldom and read often.
pub(crate) const COMPRESSION_LEVEL: i32 = 19;

/// Adds a repository below `git/`.
pub(crate) fn add<W: Write>(
    writer: &mut SnapshotWriter<W>,
    repository: &WorldRepository,
) -> std::io::Result<()> {
    let root = repository.path();
    let mut entries: Vec<(String, Option<&[u8]>)> =
        repository.files.iter().map(|(path, bytes)| (format!("{root}/{path}"), Some(&bytes[..]))).collect();
    entries.push((root.clone(), None));
    entries.extend(WorldRepository::EMPTY_FOLDERS.iter().map(|folder| (format!("{root}/{folder}"), None)));
    entries.sort();
    for (path, bytes) in entries {
        match bytes {
            Some(bytes) => writer.file(&path, bytes.len() as u64, bytes)?,
            None => writer.folder(&path)?,
        }
    }
    Ok(())
}
