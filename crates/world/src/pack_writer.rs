//! Packs of git objects, written without the git program: version 2 of the pack and of its
//! index, as gitformat-pack(5) describes them. Objects are stored whole, never as differences:
//! what compresses a whole snapshot does that better.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use gix::ObjectId;
use gix::hash;
use gix::objs::{self, Kind, WriteTo};

use crate::error::WorldError;

/// Bytes of a pack before its first object: signature, version, number of objects.
const PACK_HEADER_BYTES: usize = 12;

/// A finished pack with its index.
#[derive(Clone, Debug)]
pub(crate) struct PackFile {
    /// Name without suffix, from the pack's checksum: `pack-0123..`.
    pub(crate) name: String,
    /// Content of the pack.
    pub(crate) objects: Vec<u8>,
    /// Content of the index.
    pub(crate) index: Vec<u8>,
}

/// Position and checksum of an object in the pack.
#[derive(Clone, Copy, Debug)]
struct PackedObject {
    offset: u64,
    crc: u32,
}

/// Collects objects into a pack.
#[derive(Debug)]
pub(crate) struct PackWriter {
    level: Compression,
    bytes: Vec<u8>,
    places: BTreeMap<ObjectId, PackedObject>,
    encoded: Vec<u8>,
}

impl PackWriter {
    /// Starts a pack that compresses objects at `level`: 0 stores them as they are.
    pub(crate) fn new(level: u32) -> Self {
        Self {
            level: Compression::new(level),
            // Filled in at the end, when the number of objects is known.
            bytes: vec![0; PACK_HEADER_BYTES],
            places: BTreeMap::new(),
            encoded: Vec::new(),
        }
    }

    /// Adds an object, unless the pack has it. Returns the id.
    pub(crate) fn add(&mut self, kind: Kind, data: &[u8]) -> Result<ObjectId, WorldError> {
        let id = objs::compute_hash(hash::Kind::Sha1, kind, data).map_err(WorldError::git)?;
        let Entry::Vacant(vacant) = self.places.entry(id) else { return Ok(id) };
        let start = self.bytes.len();
        header(kind, data.len(), &mut self.bytes);
        // Writing into memory cannot fail, but the interface has an error.
        let mut encoder = ZlibEncoder::new(&mut self.bytes, self.level);
        encoder.write_all(data).and_then(|()| encoder.finish().map(drop)).map_err(WorldError::git)?;
        // The index has the checksum of the entry as it is stored, header included.
        let mut crc = flate2::Crc::new();
        crc.update(&self.bytes[start..]);
        vacant.insert(PackedObject { offset: start as u64, crc: crc.sum() });
        Ok(id)
    }

    /// Adds a tree, a commit or a tag. Returns the id.
    pub(crate) fn add_object(&mut self, object: &impl WriteTo) -> Result<ObjectId, WorldError> {
        let mut encoded = std::mem::take(&mut self.encoded);
        encoded.clear();
        object.write_to(&mut encoded).map_err(WorldError::git)?;
        let id = self.add(object.kind(), &encoded);
        self.encoded = encoded;
        id
    }

    /// Finishes the pack. Returns nothing if there is no object.
    pub(crate) fn finish(self) -> Result<Option<PackFile>, WorldError> {
        let Self { mut bytes, places, .. } = self;
        if places.is_empty() {
            return Ok(None);
        }
        bytes[..4].copy_from_slice(b"PACK");
        bytes[4..8].copy_from_slice(&2u32.to_be_bytes());
        bytes[8..PACK_HEADER_BYTES].copy_from_slice(&(places.len() as u32).to_be_bytes());
        let checksum = checksum(&bytes)?;
        bytes.extend(checksum.as_bytes());
        let index = index(&places, &checksum)?;
        Ok(Some(PackFile { name: format!("pack-{checksum}"), objects: bytes, index }))
    }
}

/// Writes the header of an object: type and size, in seven bits a byte after the first four.
fn header(kind: Kind, size: usize, out: &mut Vec<u8>) {
    let number: u8 = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    // The top bit of each byte says that another one follows.
    let mut byte = number << 4 | (size & 0x0f) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        out.push(byte | 0x80);
        byte = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    out.push(byte);
}

/// Returns the index: fan-out, ids, CRC-32 of each entry, offsets, large offsets, checksums.
fn index(places: &BTreeMap<ObjectId, PackedObject>, pack: &ObjectId) -> Result<Vec<u8>, WorldError> {
    const LARGE: u64 = 1 << 31;
    let mut out = Vec::with_capacity(1072 + places.len() * 28);
    // Signature and version 2. An index of version 1 has no signature.
    out.extend(b"\xfftOc\0\0\0\x02");
    let mut fan = [0u32; 256];
    // The map is sorted by id, as the index has to be.
    for id in places.keys() {
        fan[usize::from(id.first_byte())] += 1;
    }
    let mut total = 0;
    for count in fan {
        // Cumulative: each entry counts the ids whose first byte is at most its own number.
        total += count;
        out.extend(u32::to_be_bytes(total));
    }
    for id in places.keys() {
        out.extend(id.as_bytes());
    }
    for place in places.values() {
        out.extend(place.crc.to_be_bytes());
    }
    let mut large = Vec::new();
    for place in places.values() {
        if place.offset < LARGE {
            out.extend((place.offset as u32).to_be_bytes());
        } else {
            // The top bit marks an index into the table of large offsets.
            out.extend((LARGE as u32 | large.len() as u32).to_be_bytes());
            large.push(place.offset);
        }
    }
    for offset in large {
        out.extend(offset.to_be_bytes());
    }
    out.extend(pack.as_bytes());
    let own = checksum(&out)?;
    out.extend(own.as_bytes());
    Ok(out)
}

fn checksum(bytes: &[u8]) -> Result<ObjectId, WorldError> {
    let mut hasher = hash::hasher(hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().map_err(WorldError::git)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_in_groups_of_bits() {
        let written = |size| {
            let mut out = Vec::new();
            header(Kind::Blob, size, &mut out);
            out
        };
        assert_eq!(written(0), [0x30]);
        assert_eq!(written(15), [0x3f]);
        assert_eq!(written(16), [0xb0, 0x01]);
        assert_eq!(written(4096), [0xb0, 0x80, 0x02]);
    }

    #[test]
    fn an_object_is_there_once() {
        let mut writer = PackWriter::new(0);
        let ids = [writer.add(Kind::Blob, b"a\n").unwrap(), writer.add(Kind::Blob, b"a\n").unwrap()];
        assert_eq!(ids[0], ids[1]);
        assert_eq!(ids[0].to_string(), "78981922613b2afb6025042ff6bd878ac1994e85");
        let pack = writer.finish().unwrap().unwrap();
        assert_eq!(pack.objects[8..12], [0, 0, 0, 1]);
        assert!(PackWriter::new(0).finish().unwrap().is_none());
    }
}
