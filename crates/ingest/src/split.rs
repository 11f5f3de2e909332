//! From paths to pieces that can be read side by side.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::source::{Kind, Name, STANDARD_INPUT};

/// Size of the pieces of a large plain file, in bytes.
pub(super) const PIECE: u64 = 32 << 20;

/// So many pieces at most large files are cut in, all together: of more than 300 GB they are larger.
/// Every machine of a cluster reads the whole plan, and all pieces leave files in one folder.
const PIECES: u64 = 10_000;

/// Bytes that the packed times of a run may take, in all shards together: some ten million times
/// that all differ, or any number of them that are whole milliseconds.
const TIMES: u64 = 20 << 20;

/// Words of a kind (paths, user agents) that are counted exactly in a run.
const WORDS: u64 = 100_000;

/// What a compressed byte may become; a guess that only divides memory.
const RATIO: u64 = 10;

/// What a stream counts as when memory is divided, in bytes.
const STREAM: u64 = 1 << 30;

/// Folders deeper than this are not looked into.
const DEPTH: usize = 64;

/// A piece of the input: the payload of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The file.
    pub(super) file: Name,
    /// How it holds its lines.
    pub(super) kind: Kind,
    /// Of a plain file: lines count that begin at this byte or later..
    pub(super) start: u64,
    /// ..and before this one.
    pub(super) end: u64,
    /// Size of a plain file when the run began; what was added later is not read.
    pub(super) size: u64,
    /// How much it may keep.
    pub(super) share: Share,
}

/// What a shard may keep in memory and hand on: its share of what the run may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Share {
    /// Bytes of packed times.
    pub(super) times: usize,
    /// Words of each kind.
    pub(super) words: usize,
}

impl Share {
    /// All that a run may keep.
    pub(super) const WHOLE: Self = Self { times: TIMES as usize, words: WORDS as usize };

    fn of(weight: u64, all: u64) -> Self {
        let part = |whole: u64| (u128::from(whole) * u128::from(weight) / u128::from(all.max(1))) as usize;
        Self { times: part(TIMES).max(1 << 10), words: part(WORDS).max(16) }
    }
}

/// Cuts what is to be read in pieces, in the order of the paths and, within folders, of the
/// names. Hidden files and folders, and what is no regular file, are left out of folders. Files that
/// are not there become pieces too: their shards fail.
///
/// # Errors
/// A folder that cannot be listed.
pub(super) fn pieces(paths: &[PathBuf], piece: u64) -> Result<Vec<Piece>, io::Error> {
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            _ if path.as_os_str() == STANDARD_INPUT => files.push((path.clone(), Kind::Stream, 0)),
            Ok(metadata) if metadata.is_dir() => walk(path, DEPTH, &mut files)?,
            Ok(metadata) if metadata.is_file() => files.push(regular(path.clone(), &metadata)),
            Ok(_) => files.push((path.clone(), Kind::Stream, 0)),
            Err(_) => files.push((path.clone(), Kind::Plain, 0)),
        }
    }
    let weight = |kind: Kind, bytes: u64| match kind {
        Kind::Plain => bytes,
        Kind::Gzip | Kind::Zstandard => bytes.saturating_mul(RATIO),
        Kind::Stream => STREAM,
    };
    let all = files.iter().map(|(_, kind, size)| weight(*kind, *size)).fold(0, u64::saturating_add);
    let plain = files.iter().filter(|(_, kind, _)| *kind == Kind::Plain).map(|(_, _, size)| size);
    let piece = piece.max(plain.fold(0, |sum: u64, size| sum.saturating_add(*size)).div_ceil(PIECES));
    let mut pieces = Vec::new();
    for (path, kind, size) in files {
        let file = Name::new(&path);
        let whole = if kind == Kind::Plain { piece.max(1) } else { u64::MAX };
        // A file without a byte is read all the same: perhaps it cannot be.
        for start in (0..size.max(1)).step_by(usize::try_from(whole).unwrap_or(usize::MAX)) {
            let end = size.min(start.saturating_add(whole));
            let share = Share::of(weight(kind, end - start.min(end)), all);
            pieces.push(Piece { file: file.clone(), kind, start, end, size, share });
        }
    }
    Ok(pieces)
}

/// The regular files below a folder, sorted by name.
fn walk(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, Kind, u64)>) -> io::Result<()> {
    let mut entries: Vec<fs::DirEntry> =
        fs::read_dir(folder).and_then(Iterator::collect).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot list {}: {error}", folder.display()))
        })?;
    entries.retain(|entry| !entry.file_name().as_bytes().starts_with(b"."));
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links to files are followed, links to folders are not: they may lead in circles.
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

fn regular(path: PathBuf, metadata: &Metadata) -> (PathBuf, Kind, u64) {
    let kind = Kind::of(&path);
    (path, kind, metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_end_become_no_more_pieces_but_larger_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.log");
        let file = fs::File::create(&path).unwrap();
        let sizes = [1, PIECE * 300 + 1, PIECE * 20_000];
        let counts = sizes.map(|size| {
            // It holds nothing, and takes no room.
            file.set_len(size).unwrap();
            let pieces = pieces(std::slice::from_ref(&path), PIECE).unwrap();
            assert!(pieces.windows(2).all(|two| two[0].end == two[1].start));
            assert_eq!(pieces.last().unwrap().end, size);
            pieces.len()
        });
        assert_eq!(counts, [1, 301, 10_000]);
    }
}
