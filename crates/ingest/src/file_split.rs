//! From paths to shards that can be read side by side.

use serde::{Deserialize, Serialize};

use crate::file_list::{FileList, InputFile, ListNote};
use crate::log_source::{FileIdentity, InputKind, InputPath};

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
    /// Identity of the file when the run began.
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<FileIdentity>,
    /// Checksum of the first bytes of the file when the run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) head: Option<u32>,
    /// Whether the file was named, not found in a folder. A named file has to be a log.
    #[serde(rename = "named", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_named: bool,
    /// Whether the shard belongs to the inputs that the others are compared with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_compared: bool,
    /// Remarks about the list of files. The first shard logs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<ListNote>,
}

impl LogShard {
    /// Returns the shard of a run that follows logs, with the path of the first.
    pub(crate) fn followed(file: InputPath) -> Self {
        Self {
            file,
            kind: InputKind::Followed,
            start: 0,
            end: 0,
            size: 0,
            share: MemoryShare::WHOLE,
            identity: None,
            head: None,
            is_named: true,
            is_compared: false,
            notes: Vec::new(),
        }
    }
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

    /// The least that a shard may keep.
    pub(crate) const LEAST: Self = Self { latency_bytes: 1 << 10, keys: 16 };

    /// Returns the smaller share.
    pub(crate) fn min(self, other: Self) -> Self {
        Self { latency_bytes: self.latency_bytes.min(other.latency_bytes), keys: self.keys.min(other.keys) }
    }

    /// Returns an equal share for each of some inputs.
    pub(crate) fn equal(inputs: usize) -> Self {
        Self::of(1, inputs as u64)
    }

    /// Divides the memory of a run in proportion to the weight of a shard.
    fn of(weight: u64, all: u64) -> Self {
        let part = |whole: u64| (u128::from(whole) * u128::from(weight) / u128::from(all.max(1))) as usize;
        Self {
            latency_bytes: part(MAX_LATENCY_BYTES).max(Self::LEAST.latency_bytes),
            keys: part(MAX_EXACT_KEYS).max(Self::LEAST.keys),
        }
    }
}

/// Cuts the inputs into shards, in the order of the list.
pub(crate) fn plan_shards(list: FileList<'_>, chunk_bytes: u64) -> Vec<LogShard> {
    let weight = |kind: InputKind, bytes: u64| match kind {
        InputKind::Plain => bytes,
        InputKind::Gzip | InputKind::Zstandard => bytes.saturating_mul(ASSUMED_COMPRESSION_RATIO),
        InputKind::Stream | InputKind::Unplanned | InputKind::Followed => ASSUMED_STREAM_BYTES,
    };
    let mut notes = list.notes();
    let files = list.files;
    let all = files.iter().map(|file| weight(file.kind, file.size)).fold(0, u64::saturating_add);
    let plain = files.iter().filter(|file| file.kind == InputKind::Plain).map(|file| file.size);
    let chunk_bytes = chunk_bytes.max(plain.fold(0, u64::saturating_add).div_ceil(MAX_CHUNKS)).max(1);
    let mut shards = Vec::new();
    for input in files {
        let InputFile { kind, size, identity, head, is_named, .. } = input;
        let file = InputPath::new(&input.path);
        let chunk = if kind == InputKind::Plain && !input.is_sequential { chunk_bytes } else { u64::MAX };
        // An empty file gets a shard too: if it cannot be read, that shard reports it.
        for start in (0..size.max(1)).step_by(usize::try_from(chunk).unwrap_or(usize::MAX)) {
            let end = size.min(start.saturating_add(chunk));
            shards.push(LogShard {
                file: file.clone(),
                kind,
                start,
                end,
                size,
                share: MemoryShare::of(weight(kind, end - start.min(end)), all),
                identity,
                head,
                is_named,
                is_compared: false,
                notes: std::mem::take(&mut notes),
            });
        }
    }
    shards
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::file_format::FormatChoice;
    use crate::shared_inputs::SharedInputs;

    #[test]
    fn the_largest_files_are_cut_into_larger_chunks_not_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.log");
        let file = fs::File::create(&path).unwrap();
        let sizes = [1, DEFAULT_CHUNK_BYTES * 300 + 1, DEFAULT_CHUNK_BYTES * 20_000];
        let counts = sizes.map(|size| {
            // A sparse file: no disk space is used.
            file.set_len(size).unwrap();
            let inputs = SharedInputs::default();
            let choice = FormatChoice::default();
            let mut list = FileList::new(&choice, &inputs);
            list.add_path(&path, true);
            let shards = plan_shards(list, DEFAULT_CHUNK_BYTES);
            assert!(shards.windows(2).all(|two| two[0].end == two[1].start));
            assert_eq!(shards.last().unwrap().end, size);
            shards.len()
        });
        assert_eq!(counts, [1, 301, 10_000]);
    }
}
