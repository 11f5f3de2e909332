//! Members of ZIP archives.

use std::io::{BufReader, Read, Seek};

use zip::ZipArchive;

use super::budget::UnpackBudget;
use super::{ArchiveError, MemberVisitor};

/// Reads all files. Those that cannot be read, such as encrypted ones, are faults of their own.
pub(super) fn read(
    file: impl Read + Seek,
    budget: UnpackBudget,
    members: &mut MemberVisitor,
) -> Result<(), ArchiveError> {
    let damaged = |error: zip::result::ZipError| ArchiveError::Damaged(error.to_string());
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    for at in 0..archive.len() {
        let Some(name) = archive.name_for_index(at) else { continue };
        let name = name.map_err(damaged)?.into_owned();
        if name.ends_with('/') || !members.begin(&name)? {
            continue;
        }
        match archive.by_index(at) {
            Ok(member) => match members.read(&name, budget.bound(member)) {
                Ok(()) => {}
                Err(error) if UnpackBudget::limit_of(&error).is_some() => return Err(error.into()),
                Err(error) => members.faults.push(format!("{name}: {error}, not scanned")),
            },
            Err(error) => members.faults.push(format!("{name}: {error}, not scanned")),
        }
    }
    Ok(())
}
