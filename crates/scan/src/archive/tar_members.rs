//! Members of tar archives.

use std::io::Read;

use tar::{Archive, Entry, EntryType};

use super::{ArchiveError, MAX_NAME_BYTES, MemberVisitor};

/// Largest extended header, in bytes.
const MAX_HEADER_BYTES: u64 = 64 << 10;

/// Reads all regular files. Links and devices hold nothing to read.
pub(super) fn read(reader: impl Read, members: &mut MemberVisitor) -> Result<(), ArchiveError> {
    let mut archive = Archive::new(reader);
    let mut long_name = None;
    // Raw, because the library would read names and headers into memory whatever their length.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                let mut name = content(&mut entry, MAX_NAME_BYTES + 1)?;
                name.pop_if(|last| *last == 0);
                long_name = Some(name);
            }
            EntryType::XHeader => {
                long_name = pax_path(&content(&mut entry, MAX_HEADER_BYTES)?).or(long_name);
            }
            EntryType::Regular | EntryType::Continuous => {
                let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                let name = String::from_utf8_lossy(&name).into_owned();
                let name = name.strip_prefix("./").unwrap_or(&name);
                if members.begin(name)? {
                    members.read(name, &mut entry)?;
                }
            }
            // It is about all members, and has no name.
            EntryType::XGlobalHeader => {}
            _ => long_name = None,
        }
    }
    Ok(())
}

/// Reads a name or header, which is not much.
fn content(entry: &mut Entry<'_, impl Read>, limit: u64) -> Result<Vec<u8>, ArchiveError> {
    if entry.size() > limit {
        return Err(ArchiveError::Damaged("a name or header in it is too long".to_owned()));
    }
    let mut content = Vec::new();
    entry.take(limit).read_to_end(&mut content)?;
    Ok(content)
}

/// Returns the path that an extended header gives to the next member
/// ([POSIX.1-2024, pax](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html)): `<length> path=<path>\n`.
fn pax_path(header: &[u8]) -> Option<Vec<u8>> {
    let mut rest = header;
    while let Some(space) = memchr::memchr(b' ', rest) {
        let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;
        let record = rest.get(space + 1..length)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            return Some(path.strip_suffix(b"\n").unwrap_or(path).to_vec());
        }
        rest = &rest[length..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_headers_name_long_paths() {
        assert_eq!(pax_path(b"11 mtime=1\n14 path=a/b.c\n").as_deref(), Some(&b"a/b.c"[..]));
        for hostile in [&b"99 path=a\n"[..], b"0 path=a\n", b"x path=a\n", b"3 path=a\n", b"", b" "] {
            assert_eq!(pax_path(hostile), None);
        }
    }
}
