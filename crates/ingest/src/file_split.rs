//! From paths to shards that can be read side by side.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::log_source::{InputKind, InputPath, STANDARD_INPUT};

/// Default size of the chunks that large plain files are cut into, in bytes.
pub(crate) const DEFAULT_CHUNK_BYTES: u64 = 32 << 20;

/// Most chunks that plain files are cut into, all files together. Above 312 GiB in total the chunks become
/// larger: every machine of a cluster reads the whole plan, and every shard leaves files in one folder.
const MAX_CHUNKS: u64 = 10_000;

/// Bytes that the packed latencies of a run may take, all shards together: some ten million latencies that
/// all differ, or any number of latencies in whole milliseconds.
const MAX_LATENCY_BYTES: u64 = 20 << 20;

/// Keys of one field (paths, user agents) that are counted exactly in a run.
const MAX_EXACT_KEYS: u64 = 100_000;

/// Assumed size of a decompressed byte. The guess only decides how memory is divided.
const ASSUMED_COMPRESSION_RATIO: u64 = 10;

/// Assumed size of a stream when memory is divided, in bytes.
const ASSUMED_STREAM_BYTES: u64 = 1 << 30;

/// Deepest level of folders that is read.
const MAX_FOLDER_DEPTH: usize = 64;

/// A part of the input: the payload of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogShard {
    /// The file.
    pub(crate) file: InputPath,
    /// Encoding of the file.
    pub(crate) kind: InputKind,
    /// First byte of the chunk. In a plain file, a line belongs to the chunk in which the line begins.
    pub(crate) start: u64,
    /// End of the chunk, exclusive.
    pub(crate) end: u64,
    /// Size of a plain file when the run began; bytes that are appended later are not read.
    pub(crate) size: u64,
    /// Memory that the shard may use.
    pub(crate) share: MemoryShare,
}

/// The part of a run's memory that one shard may keep and emit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MemoryShare {
    /// Bytes of packed latencies.
    #[serde(rename = "times")]
    pub(crate) latency_bytes: usize,
    /// Keys of each field.
    #[serde(rename = "words")]
    pub(crate) keys: usize,
}

impl MemoryShare {
    /// Everything that a run may keep.
    pub(crate) const WHOLE: Self =
        Self { latency_bytes: MAX_LATENCY_BYTES as usize, keys: MAX_EXACT_KEYS as usize };

    /// Divides the memory of a run in proportion to the weight of a shard.
    fn of(weight: u64, all: u64) -> Self {
        let part = |whole: u64| (u128::from(whole) * u128::from(weight) / u128::from(all.max(1))) as usize;
        Self { latency_bytes: part(MAX_LATENCY_BYTES).max(1 << 10), keys: part(MAX_EXACT_KEYS).max(16) }
    }
}

/// Cuts the input into shards, in the order of the paths and, within folders, of the names.
///
/// Hidden files and folders, and everything that is not a regular file, are left out of folders. A missing
/// file becomes a shard too, which fails when it runs.
///
/// # Errors
/// A folder that cannot be listed.
pub(crate) fn plan_shards(paths: &[PathBuf], chunk_bytes: u64) -> Result<Vec<LogShard>, io::Error> {
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            _ if path.as_os_str() == STANDARD_INPUT => files.push((path.clone(), InputKind::Stream, 0)),
            Ok(metadata) if metadata.is_dir() => walk(path, MAX_FOLDER_DEPTH, &mut files)?,
            Ok(metadata) if metadata.is_file() => files.push(regular(path.clone(), &metadata)),
            Ok(_) => files.push((path.clone(), InputKind::Stream, 0)),
            Err(_) => files.push((path.clone(), InputKind::Plain, 0)),
        }
    }
    let weight = |kind: InputKind, bytes: u64| match kind {
        InputKind::Plain => bytes,
        InputKind::Gzip | InputKind::Zstandard => bytes.saturating_mul(ASSUMED_COMPRESSION_RATIO),
        InputKind::Stream => ASSUMED_STREAM_BYTES,
    };
    let all = files.iter().map(|(_, kind, size)| weight(*kind, *size)).fold(0, u64::saturating_add);
    let plain = files.iter().filter(|(_, kind, _)| *kind == InputKind::Plain).map(|(_, _, size)| size);
    let chunk_bytes =
        chunk_bytes.max(plain.fold(0, |sum: u64, size| sum.saturating_add(*size)).div_ceil(MAX_CHUNKS));
    let mut shards = Vec::new();
    for (path, kind, size) in files {
        let file = InputPath::new(&path);
        let chunk = if kind == InputKind::Plain { chunk_bytes.max(1) } else { u64::MAX };
        // An empty file gets a shard too: if it cannot be read, that shard reports it.
        for start in (0..size.max(1)).step_by(usize::try_from(chunk).unwrap_or(usize::MAX)) {
            let end = size.min(start.saturating_add(chunk));
            let share = MemoryShare::of(weight(kind, end - start.min(end)), all);
            shards.push(LogShard { file: file.clone(), kind, start, end, size, share });
        }
    }
    Ok(shards)
}

/// Collects the regular files below a folder, sorted by name.
fn walk(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, InputKind, u64)>) -> io::Result<()> {
    let mut entries: Vec<fs::DirEntry> =
        fs::read_dir(folder).and_then(Iterator::collect).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot list {}: {error}", folder.display()))
        })?;
    entries.retain(|entry| !entry.file_name().as_bytes().starts_with(b"."));
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links to files are followed, but not links to folders, which may form circles.
        let is_folder = entry.file_type()?.is_dir();
        if is_folder && depth > 0 {
            walk(&path, depth - 1, files)?;
        } else if let Ok(metadata) = fs::metadata(&path)
            && metadata.is_file()
        {
            files.push(regular(path, &metadata));
        }
    }
    Ok(())
}

fn regular(path: PathBuf, metadata: &Metadata) -> (PathBuf, InputKind, u64) {
    let kind = InputKind::detect(&path);
    (path, kind, metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_files_are_cut_into_larger_chunks_not_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.log");
        let file = fs::File::create(&path).unwrap();
        let sizes = [1, DEFAULT_CHUNK_BYTES * 300 + 1, DEFAULT_CHUNK_BYTES * 20_000];
        let counts = sizes.map(|size| {
            // A sparse file: no disk space is used.
            file.set_len(size).unwrap();
            let shards = plan_shards(std::slice::from_ref(&path), DEFAULT_CHUNK_BYTES).unwrap();
            assert!(shards.windows(2).all(|two| two[0].end == two[1].start));
            assert_eq!(shards.last().unwrap().end, size);
            shards.len()
        });
        assert_eq!(counts, [1, 301, 10_000]);
    }
}
