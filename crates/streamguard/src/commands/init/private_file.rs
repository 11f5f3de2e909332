//! A file that only its owner can read, at every moment of its life.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use streamguard::exit::UsageError;

/// Mode of the file: its owner reads and writes it.
const PRIVATE_MODE: u32 = 0o600;

/// Longest file that is changed, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Refuses a file that cannot be changed safely: a link leads to a file that somebody else may have chosen.
pub(super) fn check(path: &Path) -> Result<(), UsageError> {
    let shown = path.display();
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => Err(UsageError(format!(
            "{shown} is a symbolic link, and tokens are not written through one: replace it by a file"
        ))),
        Ok(metadata) if !metadata.is_file() => Err(UsageError(format!("{shown} is not a file: remove it"))),
        Ok(metadata) if metadata.len() > MAX_BYTES => {
            Err(UsageError(format!("{shown} is longer than {MAX_BYTES} bytes: is it the right file?")))
        }
        _ => Ok(()),
    }
}

/// Writes the file anew, with a text made of its old one. It is complete or as it was.
pub(super) fn update(
    path: &Path,
    text: impl FnOnce(Option<&str>) -> Result<String, UsageError>,
) -> Result<()> {
    let shown = path.display();
    check(path)?;
    let old = match path.symlink_metadata() {
        Ok(_) => Some(read(path).with_context(|| format!("cannot read {shown}"))?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
    };
    let text = text(old.as_deref())?;
    let written = match old {
        None => create(path, &text),
        Some(_) => replace(path, &text),
    };
    written.with_context(|| format!("cannot write {shown}"))
}

fn read(path: &Path) -> io::Result<String> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(no_follow).open(path)?;
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Creates a file that does not exist; never through a link (`O_EXCL`).
fn create(path: &Path, text: &str) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE_MODE).open(path)?;
    let written = write(file, text);
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Replaces a file by a new one, so that it never holds half of the text. The name is taken, and not what a
/// link at it may lead to.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut temporary = PathBuf::from(path).into_os_string();
    temporary.push(format!(".{}.part", std::process::id()));
    let temporary = PathBuf::from(temporary);
    create(&temporary, text)?;
    fs::rename(&temporary, path).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

fn write(mut file: File, text: &str) -> io::Result<()> {
    // The mask of the process may have taken more rights away than wanted.
    file.set_permissions(Permissions::from_mode(PRIVATE_MODE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_private_and_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
        update(&path("new"), |old| Ok(format!("{old:?}"))).unwrap();
        assert_eq!((fs::read_to_string(path("new")).unwrap().as_str(), mode("new")), ("None", 0o600));
        fs::write(path("old"), "A").unwrap();
        fs::set_permissions(path("old"), Permissions::from_mode(0o644)).unwrap();
        update(&path("old"), |old| Ok(format!("{}B", old.unwrap()))).unwrap();
        assert_eq!((fs::read_to_string(path("old")).unwrap().as_str(), mode("old")), ("AB", 0o600));
        std::os::unix::fs::symlink("old", path("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", path("dangling")).unwrap();
        for name in ["link", "dangling", "."] {
            assert!(update(&path(name), |_| Ok(String::new())).is_err(), "{name}");
        }
        assert!(!path("nowhere").exists());
        assert!(update(&path("new"), |_| Err(UsageError("no".to_owned()))).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left");
    }
}
