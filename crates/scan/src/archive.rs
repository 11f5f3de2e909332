//! Source files in archives, read one at a time. Nothing is written to disk, and the names in an archive are only shown.

mod budget;
mod tar_members;
mod zip_members;

use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use streamguard_dataset::Language;
use streamguard_durable::open_regular;
use thiserror::Error;

use budget::UnpackBudget;

use crate::file_scanner::MAX_FILE_BYTES;

/// Most members of an archive.
const MAX_MEMBERS: usize = 1_000_000;

/// Longest name of a member, in bytes: PATH_MAX of Linux.
const MAX_NAME_BYTES: u64 = 4096;

/// Most faults of an archive that are told one by one.
const MAX_FAULTS: usize = 20;

/// Format of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// tar.
    Tar,
    /// tar in gzip; packages of Cargo too.
    TarGzip,
    /// tar in zstd.
    TarZstd,
    /// ZIP; wheels, JARs and packages of NuGet too.
    Zip,
}

impl ArchiveFormat {
    /// Recognises an archive by its name.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let ends_with = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends_with(&[".tar"]) {
            Some(Self::Tar)
        } else if ends_with(&[".tar.gz", ".tgz", ".crate"]) {
            Some(Self::TarGzip)
        } else if ends_with(&[".tar.zst"]) {
            Some(Self::TarZstd)
        } else if ends_with(&[".zip", ".whl", ".jar", ".war", ".aar", ".nupkg"]) {
            Some(Self::Zip)
        } else {
            None
        }
    }
}

/// Reason why an archive cannot be read to its end.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The operating system failed.
    #[error("{0}")]
    Read(#[source] io::Error),
    /// It is damaged, or not an archive of its format.
    #[error("is damaged, or not an archive of its kind: {0}")]
    Damaged(String),
    /// It unpacks to too much.
    #[error("unpacks to more than {0} MiB, as a decompression bomb does")]
    Bomb(u64),
    /// It has too many members.
    #[error("has more than {MAX_MEMBERS} members")]
    TooManyMembers,
    /// A member would be written elsewhere than below the folder that it is unpacked to.
    #[error("has a member whose path leads out of it: {0:?}")]
    LeadsOut(String),
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        if let Some(limit) = UnpackBudget::limit_of(&error) {
            return Self::Bomb(limit >> 20);
        }
        // Only errors of the operating system have a number; all others are about the archive.
        match error.raw_os_error() {
            Some(_) => Self::Read(error),
            None => Self::Damaged(error.to_string()),
        }
    }
}

/// Reads the source files of an archive in their order, and gives each with its name to `visit`. Returns what was left
/// out, and why.
///
/// # Errors
/// [`ArchiveError`]; what was visited before stays visited.
pub fn read_archive(
    path: &Path,
    format: ArchiveFormat,
    visit: &mut dyn FnMut(&str, &[u8]),
) -> Result<Vec<String>, ArchiveError> {
    let file = open_regular(path).map_err(ArchiveError::Read)?;
    let packed_bytes = file.metadata().map_err(ArchiveError::Read)?.len();
    let budget = UnpackBudget::new(packed_bytes);
    let mut members = MemberVisitor::new(visit);
    match format {
        ArchiveFormat::Tar => tar_members::read(budget.bound(file), &mut members)?,
        ArchiveFormat::TarGzip => tar_members::read(budget.bound(MultiGzDecoder::new(file)), &mut members)?,
        ArchiveFormat::TarZstd => {
            tar_members::read(budget.bound(zstd::Decoder::new(file)?), &mut members)?;
        }
        ArchiveFormat::Zip => zip_members::read(file, budget, &mut members)?,
    }
    Ok(members.finish())
}

/// Reads the source files of a ZIP archive in memory, as [`read_archive`] does, up to a size of all of them. One that
/// names a path outside of itself is refused: whoever sends it means harm.
///
/// # Errors
/// [`ArchiveError`]; what was visited before stays visited.
pub fn read_zip(
    bytes: &[u8],
    max_unpacked_bytes: u64,
    visit: &mut dyn FnMut(&str, &[u8]),
) -> Result<Vec<String>, ArchiveError> {
    let budget = UnpackBudget::at_most(max_unpacked_bytes);
    let mut members = MemberVisitor { refuses_escapes: true, ..MemberVisitor::new(visit) };
    zip_members::read(Cursor::new(bytes), budget, &mut members)?;
    Ok(members.finish())
}

/// Members of an archive on their way to the visitor.
struct MemberVisitor<'v> {
    visit: &'v mut dyn FnMut(&str, &[u8]),
    faults: Vec<String>,
    count: usize,
    buffer: Vec<u8>,
    /// Whether a path that leads out ends the reading.
    refuses_escapes: bool,
}

impl<'v> MemberVisitor<'v> {
    fn new(visit: &'v mut dyn FnMut(&str, &[u8])) -> Self {
        Self { visit, faults: Vec::new(), count: 0, buffer: Vec::new(), refuses_escapes: false }
    }

    /// Counts a member. Returns whether its content is wanted.
    fn begin(&mut self, name: &str) -> Result<bool, ArchiveError> {
        self.count += 1;
        if self.count > MAX_MEMBERS {
            return Err(ArchiveError::TooManyMembers);
        }
        let leads_out = name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..");
        if leads_out && self.refuses_escapes {
            return Err(ArchiveError::LeadsOut(name.to_owned()));
        }
        if Language::from_path(name).is_none() {
            return Ok(false);
        }
        if leads_out {
            self.faults.push(format!("{name}: its path leads out of the archive, not scanned"));
        }
        Ok(!leads_out)
    }

    /// Reads a member, and hands it on if it is not too large.
    fn read(&mut self, name: &str, member: impl Read) -> io::Result<()> {
        self.buffer.clear();
        member.take(MAX_FILE_BYTES + 1).read_to_end(&mut self.buffer)?;
        if self.buffer.len() as u64 > MAX_FILE_BYTES {
            self.faults.push(format!("{name}: larger than {} MiB, not scanned", MAX_FILE_BYTES >> 20));
        } else {
            (self.visit)(name, &self.buffer);
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<String> {
        if let Some(more @ 1..) = self.faults.len().checked_sub(MAX_FAULTS) {
            self.faults.truncate(MAX_FAULTS);
            self.faults.push(format!("{more} more members were left out"));
        }
        self.faults
    }
}
