//! OSV's archives: read in place, entry by entry, and never extracted.

use std::fs::File;
use std::io::{BufReader, Read};

use zip::ZipArchive;

use super::record;
use crate::ids;
use streamguard_http::{InvalidAnswer, UpstreamAnswer};

/// Most entries of an archive; the archive of all ecosystems has some 700,000.
const MAX_ENTRIES: usize = 2_000_000;

/// Most bytes of an entry after decompression.
const MAX_ENTRY_BYTES: u64 = 64 << 20;

/// Most bytes of all entries after decompression.
const MAX_TOTAL_BYTES: u64 = 8 << 30;

/// Bytes that an entry may have however well it is compressed.
const UNCHECKED_BYTES: u64 = 8 << 20;

/// Highest ratio of compression above [`UNCHECKED_BYTES`]. Text reaches 20, lists of versions more; a
/// bomb of zeros reaches 1000.
const MAX_RATIO: u64 = 200;

/// Archive whose directory was checked.
pub(super) struct OsvArchive {
    zip: ZipArchive<BufReader<File>>,
    buffer: Vec<u8>,
    /// Bytes that were unpacked so far.
    total: u64,
}

/// Entry of an archive.
pub(super) enum ArchiveEntry<'a> {
    /// Bytes of the record with this id; the checksum was verified.
    Record(String, &'a [u8]),
    /// Report of a package that is malicious as a whole, so that nothing in it can be fixed.
    Malware,
    /// Entry that is not a record, with the reason.
    Malformed(String),
}

fn damaged(reason: String) -> InvalidAnswer {
    InvalidAnswer::Damaged(format!("cannot read the archive: {reason}"))
}

impl OsvArchive {
    /// Opens an archive, and checks its directory and all of its entries: one that is damaged is asked for again,
    /// since later runs ask only for changes.
    pub(super) fn open(answer: &UpstreamAnswer, may_be_empty: bool) -> Result<Self, InvalidAnswer> {
        let file = answer.open().map_err(|error| damaged(error.to_string()))?;
        // The directory is at the end, so an archive that was cut off has none.
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(error.to_string()))?;
        if zip.offset() != 0 {
            // There are bytes before the first entry that the directory does not know of.
            return Err(damaged("its directory is not where it should be".to_owned()));
        }
        if zip.len() > MAX_ENTRIES {
            return Err(InvalidAnswer::Refused(format!(
                "the archive has {} entries, more than {MAX_ENTRIES}",
                zip.len()
            )));
        }
        let mut archive = Self { zip, buffer: Vec::new(), total: 0 };
        archive.check(may_be_empty)?;
        Ok(archive)
    }

    fn check(&mut self, may_be_empty: bool) -> Result<(), InvalidAnswer> {
        let mut is_usable = may_be_empty && self.len() == 0;
        for index in 0..self.len() {
            is_usable |= match self.read(index)? {
                // Looked for until there is one: reading all records takes longer than unpacking them.
                ArchiveEntry::Record(id, bytes) => !is_usable && record::read_named(bytes, &id).is_some(),
                ArchiveEntry::Malware => true,
                ArchiveEntry::Malformed(_) => false,
            };
        }
        // They are unpacked once more.
        self.total = 0;
        match is_usable {
            true => Ok(()),
            false => Err(damaged(format!("it has {} entries, of which none can be used", self.len()))),
        }
    }

    /// Returns the number of entries.
    pub(super) fn len(&self) -> usize {
        self.zip.len()
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// [`InvalidAnswer`], if the entry is damaged or the archive unpacks to more than the limit.
    pub(super) fn read(&mut self, index: usize) -> Result<ArchiveEntry<'_>, InvalidAnswer> {
        let mut entry = self.zip.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        // Names are hostile text, and may be long.
        let shown: String = name.chars().take(80).flat_map(char::escape_debug).collect();
        let Some(id) = name.strip_suffix(".json").filter(|id| ids::is_osv(id)) else {
            return Ok(ArchiveEntry::Malformed(format!("{shown:?} is not the name of a record")));
        };
        if !entry.is_file() {
            return Ok(ArchiveEntry::Malformed(format!("{shown} is not a file")));
        }
        if id.starts_with("MAL-") {
            return Ok(ArchiveEntry::Malware);
        }
        let by_ratio = entry.compressed_size().saturating_mul(MAX_RATIO);
        // The size that the entry declares is not trusted: it may be forged.
        let max_bytes = by_ratio.clamp(UNCHECKED_BYTES, MAX_ENTRY_BYTES);
        self.buffer.clear();
        let unpacked = (&mut entry).take(max_bytes + 1).read_to_end(&mut self.buffer);
        let length = self.buffer.len() as u64;
        self.total += length;
        if self.total > MAX_TOTAL_BYTES {
            return Err(InvalidAnswer::Refused(format!(
                "the archive unpacks to more than {MAX_TOTAL_BYTES} bytes"
            )));
        }
        match unpacked {
            // The reader verifies the checksum when it reaches the end, which it has only in this case.
            Ok(_) if length <= max_bytes => Ok(ArchiveEntry::Record(id.to_owned(), &self.buffer)),
            Ok(_) => Ok(ArchiveEntry::Malformed(format!("{shown} has more than {max_bytes} bytes"))),
            Err(error) => Err(damaged(format!("{shown}: {error}"))),
        }
    }
}
