//! Files that hold the outputs of many small shards: one for each lease. Two files for each shard would take longer to
//! write, and to remove, than small shards take to run.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use streamguard_durable::{AtomicFile, open_regular};

use crate::clock::micros;
use crate::event::Counters;
use crate::shard_store::{RecordsLocation, ShardStore, StoredOutput};

/// Version of the layout.
const PACK_FORMAT: u32 = 1;

/// End of the name of a pack.
const PACK_SUFFIX: &str = ".pack";

/// Hexadecimal digits of a digest in the name of a pack.
const NAME_DIGITS: usize = 16;

/// First line of a pack. The records of its shards follow, in the same order.
#[derive(Debug, Serialize, Deserialize)]
struct PackHead {
    format: u32,
    plan: String,
    shards: Vec<PackedShard>,
    /// BLAKE3 of all records.
    digest: String,
}

/// A shard of a pack.
#[derive(Debug, Serialize, Deserialize)]
struct PackedShard {
    shard: u32,
    records: u64,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Counters::is_empty")]
    counters: Counters,
    took_us: u64,
}

/// Writes the outputs that are still in memory to one file, if they belong to a folder, and notes their places.
pub(crate) fn write_pack(store: &ShardStore, outputs: Vec<(u32, &mut StoredOutput)>) -> io::Result<()> {
    let ShardStore::Folder { path, plan } = store else { return Ok(()) };
    let is_in_memory =
        |(_, output): &(u32, &mut StoredOutput)| matches!(output.location, RecordsLocation::Memory(_));
    let mut outputs: Vec<_> = outputs.into_iter().filter(is_in_memory).collect();
    let Some((first, _)) = outputs.first() else { return Ok(()) };
    store.check_owner()?;
    let first = *first;
    let mut hasher = blake3::Hasher::new();
    let mut shards = Vec::new();
    for (shard, output) in &outputs {
        let RecordsLocation::Memory(bytes) = &output.location else { continue };
        hasher.update(bytes);
        shards.push(PackedShard {
            shard: *shard,
            records: output.records,
            bytes: bytes.len() as u64,
            counters: output.counters.clone(),
            took_us: micros(output.took),
        });
    }
    let digest = hasher.finalize().to_hex().to_string();
    let mut head = serde_json::to_vec(&PackHead { format: PACK_FORMAT, plan: plan.clone(), shards, digest })?;
    head.push(b'\n');
    // The content is part of the name: a worker that was given up may still write, and must not replace the pack of
    // the worker that ran its shards again, whose places are noted already.
    let name = format!("{first:06}-{}{PACK_SUFFIX}", &blake3::hash(&head).to_hex()[..NAME_DIGITS]);
    let path = path.join(name);
    let mut file = AtomicFile::create(&path)?;
    file.write_all(&head)?;
    let mut offset = head.len() as u64;
    for (_, output) in &mut outputs {
        let RecordsLocation::Memory(bytes) = std::mem::take(&mut output.location) else { continue };
        file.write_all(&bytes)?;
        let bytes = bytes.len() as u64;
        output.location = RecordsLocation::Pack { path: path.clone(), offset, bytes };
        offset += bytes;
    }
    file.commit()
}

/// Reads the heads of all packs of a plan in a folder: the outputs by shard. A pack that is torn or damaged counts as
/// absent.
pub(crate) fn read_packs(store: &ShardStore) -> HashMap<u32, StoredOutput> {
    let mut found = HashMap::new();
    let ShardStore::Folder { path, plan } = store else { return found };
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.ends_with(PACK_SUFFIX)) {
            found.extend(read_pack(&entry.path(), plan).unwrap_or_default());
        }
    }
    found
}

fn read_pack(path: &Path, plan: &str) -> Option<Vec<(u32, StoredOutput)>> {
    let mut reader = BufReader::new(open_regular(path).ok()?);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    let head: PackHead = serde_json::from_slice(&line).ok()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut reader).ok()?;
    let is_valid = head.format == PACK_FORMAT
        && head.plan == plan
        && hasher.count() == head.shards.iter().map(|shard| shard.bytes).sum::<u64>()
        && hasher.finalize().to_hex().as_str() == head.digest;
    if !is_valid {
        return None;
    }
    let mut offset = line.len() as u64;
    let output = |packed: PackedShard| {
        let PackedShard { shard, records, bytes, counters, took_us } = packed;
        let location = RecordsLocation::Pack { path: path.to_owned(), offset, bytes };
        offset += bytes;
        (shard, StoredOutput { records, counters, took: Duration::from_micros(took_us), location })
    };
    Some(head.shards.into_iter().map(output).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::shard_writer::ShardWriter;

    fn text(output: &StoredOutput) -> String {
        let mut text = String::new();
        output.open().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn packed(store: &ShardStore, shards: &[u32]) -> Vec<StoredOutput> {
        let mut outputs: Vec<_> = shards
            .iter()
            .map(|shard| {
                let mut writer = ShardWriter::new(store, *shard).deferred(true);
                for record in 0..*shard {
                    writer.record(format!("[{shard},{record}]").as_bytes()).unwrap();
                }
                writer.count("seen", 1);
                writer.finish().unwrap()
            })
            .collect();
        write_pack(store, shards.iter().copied().zip(&mut outputs).collect()).unwrap();
        outputs
    }

    #[test]
    fn outputs_of_a_lease_share_one_file_and_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::create(folder.path(), "plan").unwrap();
        let written = packed(&store, &[3, 0, 2]);
        packed(&store, &[1]);
        let found = read_packs(&store);
        assert_eq!(found.len(), 4);
        assert_eq!(text(&found[&2]), "[2,0]\n[2,1]\n");
        assert_eq!((text(&found[&0]).as_str(), found[&3].records, found[&3].counters["seen"]), ("", 3, 1));
        assert_eq!(text(&written[0]), text(&found[&3]));
        // The note of the plan, and two packs.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        assert!(read_packs(&ShardStore::create(folder.path(), "other").unwrap()).is_empty());
    }

    #[test]
    fn a_pack_of_the_same_first_shard_replaces_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::create(folder.path(), "plan").unwrap();
        let [first, _, third] = packed(&store, &[2, 3, 4]).try_into().unwrap();
        packed(&store, &[2, 3]);
        assert_eq!((text(&first).lines().count(), text(&third).lines().count()), (2, 4));
        assert_eq!(read_packs(&store).len(), 3);
    }

    #[test]
    fn a_torn_or_changed_pack_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::create(folder.path(), "plan").unwrap();
        packed(&store, &[1, 2]);
        let packs = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let path = packs.into_iter().find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(read_packs(&store).is_empty(), "cut at {cut}");
        }
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert!(read_packs(&store).is_empty());
        fs::write(&path, &whole).unwrap();
        assert_eq!(read_packs(&store).len(), 2);
    }
}
