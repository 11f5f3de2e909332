//! Files that are changed in place.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::regular_file::check_regular;

/// Opens a file to read and change it in place, such as a lock or a journal, and creates it if it is missing. Only its
/// owner may read it.
///
/// # Errors
/// The operating system's error. A symbolic link is refused: whoever made the folder could lead it to any file of the
/// user. So is what is not a regular file.
pub fn open_own_file(path: &Path) -> io::Result<File> {
    // Not blocking, so that a FIFO in its place is opened, and refused.
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or(0);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true).mode(0o600).custom_flags(flags);
    let file = options.open(path).map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::LOOP.raw_os_error() => refused_link(),
        _ => error,
    })?;
    check_regular(&file)?;
    Ok(file)
}

/// Returns an error if a path is a symbolic link.
///
/// # Errors
/// That it is one, or the operating system's error.
pub fn refuse_link(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_symlink() { Err(refused_link()) } else { Ok(()) }
}

fn refused_link() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is a symbolic link, which is not followed; remove it")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("victim"), "kept").unwrap();
        symlink("victim", at("link")).unwrap();
        symlink("missing", at("dangling")).unwrap();
        for name in ["link", "dangling"] {
            let error = open_own_file(&at(name)).unwrap_err();
            assert!(error.to_string().contains("symbolic link"), "{error}");
            assert!(refuse_link(&at(name)).is_err());
        }
        assert_eq!(fs::read(at("victim")).unwrap(), b"kept");
        assert!(!at("missing").exists());
        assert!(open_own_file(&at("new")).is_ok() && refuse_link(&at("new")).is_ok());
        assert!(open_own_file(&at("new")).is_ok(), "it may be there already");
    }
}
