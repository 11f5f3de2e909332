//! Removal of temporary files that were never committed.

use std::fs;
use std::io;
use std::path::Path;

use crate::temporary_name::{TEMPORARY_SUFFIX, writer_is_dead};

/// Removes all temporary files from a folder that only this process writes to.
///
/// # Errors
/// The operating system's error if the folder cannot be read or a file cannot be removed.
pub fn remove_all_leftovers(folder: &Path) -> io::Result<()> {
    remove_where(folder, |_| true)
}

/// Removes the temporary files of dead processes of this machine (or this container) from a folder that other
/// processes write to as well. Temporary files of other machines stay.
///
/// # Errors
/// The operating system's error if the folder cannot be read or a file cannot be removed.
pub fn remove_dead_leftovers(folder: &Path) -> io::Result<()> {
    remove_where(folder, writer_is_dead)
}

fn remove_where(folder: &Path, is_leftover: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.strip_suffix(TEMPORARY_SUFFIX).is_some_and(&is_leftover) {
            continue;
        }
        let removed = entry.file_type().and_then(|kind| match kind.is_file() {
            true => fs::remove_file(entry.path()),
            false => Ok(()),
        });
        match removed {
            // Its writer committed or dropped it after the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AtomicFile;

    #[test]
    fn only_files_of_dead_processes_of_this_machine_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let own = std::process::id();
        let dead = std::process::Command::new("true").spawn().and_then(|mut child| {
            child.wait()?;
            Ok(child.id())
        });
        let dead = dead.unwrap();
        let living = AtomicFile::create(&folder.path().join("a.jsonl")).unwrap();
        let name = living.temporary().file_name().unwrap().to_str().unwrap().to_owned();
        let names = [
            name.clone(),
            name.replace(&format!("-{own}-"), &format!("-{dead}-")),
            // Another PID namespace.
            name.replace(&format!("-{own}-"), &format!("7-{dead}-")),
            // Another host.
            format!("a.jsonl.elsewhere-{dead}-0.part"),
            "a.jsonl.part".to_owned(),
            "a.jsonl".to_owned(),
        ];
        names.iter().for_each(|name| fs::write(folder.path().join(name), "").unwrap());
        remove_dead_leftovers(folder.path()).unwrap();
        let left = names.each_ref().map(|name| folder.path().join(name).exists());
        assert_eq!(left, [true, false, true, true, false, true]);
    }
}
