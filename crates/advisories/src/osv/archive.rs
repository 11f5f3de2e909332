//! OSV's archives: read where they lie, entry by entry, and never extracted.

use std::fs::File;
use std::io::{BufReader, Read};

use zip::ZipArchive;

use crate::name;
use streamguard_http::{Answer, Unfit};

/// Most entries; the archive of all ecosystems has some 700,000.
const ENTRIES: usize = 2_000_000;

/// Most bytes of an entry, and of all of them, after decompression.
const ENTRY_BYTES: u64 = 64 << 20;
const TOTAL_BYTES: u64 = 8 << 30;

/// Up to this size an entry may be compressed however well; above it, by [`RATIO`] at most. Text
/// reaches 20, lists of versions more; a bomb of zeros reaches 1000.
const FREE_BYTES: u64 = 8 << 20;
const RATIO: u64 = 200;

/// An archive whose directory is sound.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    buffer: Vec<u8>,
    /// Bytes that were unpacked so far.
    total: u64,
}

/// What an entry is.
pub(super) enum Entry<'a> {
    /// The bytes of the record with this id; their checksum is right.
    Record(String, &'a [u8]),
    /// The report of a package that is malicious as a whole: there is nothing to fix in it.
    Malware,
    /// Something that does not belong there, or is damaged.
    Malformed(String),
}

impl Archive {
    /// Opens an archive.
    pub(super) fn open(answer: &Answer) -> Result<Self, Unfit> {
        let damaged = |reason: String| Unfit::Damaged(format!("an archive that cannot be read: {reason}"));
        let file = answer.open().map_err(|error| damaged(error.to_string()))?;
        // The directory is at the end: an archive that was cut off has none.
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(error.to_string()))?;
        if zip.offset() != 0 {
            // Entries are not where the directory says: bytes came in between.
            return Err(damaged("its directory is not where it should be".to_owned()));
        }
        if zip.len() > ENTRIES {
            return Err(Unfit::Refused(format!("an archive of {} entries, {ENTRIES} at most", zip.len())));
        }
        Ok(Self { zip, buffer: Vec::new(), total: 0 })
    }

    pub(super) fn len(&self) -> usize {
        self.zip.len()
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// In words, if the archive holds more than anybody would put there.
    pub(super) fn read(&mut self, index: usize) -> Result<Entry<'_>, String> {
        let mut entry = match self.zip.by_index(index) {
            Ok(entry) => entry,
            Err(error) => return Ok(Entry::Malformed(error.to_string())),
        };
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        // Names are hostile, and may be long.
        let shown: String = name.chars().take(80).flat_map(char::escape_debug).collect();
        let Some(id) = name.strip_suffix(".json").filter(|id| name::is_osv(id)) else {
            return Ok(Entry::Malformed(format!("{shown:?} is no name of a record")));
        };
        if !entry.is_file() {
            return Ok(Entry::Malformed(format!("{shown} is no file")));
        }
        if id.starts_with("MAL-") {
            return Ok(Entry::Malware);
        }
        let by_ratio = entry.compressed_size().saturating_mul(RATIO);
        // What the entry says of its size is not believed.
        let most = by_ratio.clamp(FREE_BYTES, ENTRY_BYTES);
        self.buffer.clear();
        let unpacked = (&mut entry).take(most + 1).read_to_end(&mut self.buffer);
        let length = self.buffer.len() as u64;
        self.total += length;
        if self.total > TOTAL_BYTES {
            return Err(format!("an archive of more than {TOTAL_BYTES} bytes, unpacked"));
        }
        match unpacked {
            // The end was read, and with it the checksum.
            Ok(_) if length <= most => Ok(Entry::Record(id.to_owned(), &self.buffer)),
            Ok(_) => Ok(Entry::Malformed(format!("{shown} has more than {most} bytes"))),
            Err(error) => Ok(Entry::Malformed(format!("{shown}: {error}"))),
        }
    }
}
