//! Files that the user names as destinations.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::atomic_file::write_atomic;

/// Writes a file that the user names. A regular file is complete or absent, as by [`write_atomic`]; a device, a pipe, or
/// what a link leads to, such as `/dev/stdout`, is written as it is, and stays what it is.
///
/// # Errors
/// The operating system's error.
pub fn write_named_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            OpenOptions::new().write(true).create(true).truncate(true).open(path)?.write_all(bytes)
        }
        _ => write_atomic(path, bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("target", at("link")).unwrap();
        for text in ["longer", "short"] {
            write_named_file(&at("link"), text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(at("target")).unwrap(), text);
        }
        symlink("/dev/null", at("null")).unwrap();
        write_named_file(&at("null"), b"text").unwrap();
        for name in ["link", "null"] {
            assert!(fs::symlink_metadata(at(name)).unwrap().is_symlink(), "{name}");
        }
        write_named_file(&at("plain"), b"text").unwrap();
        assert_eq!(fs::read(at("plain")).unwrap(), b"text");
        assert!(write_named_file(folder.path(), b"text").is_err());
    }
}
