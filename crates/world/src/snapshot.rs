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
    writer.repository(&root, &repository.url);
    // Whoever unpacks the snapshot writes a configuration.
    for (path, bytes) in repository.files.iter().filter(|(path, _)| path != "config") {
        writer.file(&format!("{root}/{path}"), bytes.len() as u64, &bytes[..])?;
    }
    Ok(())
}
