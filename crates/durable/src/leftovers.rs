//! Removal of temporary files that were never committed.

use std::fs;
use std::io;
use std::path::Path;

use crate::temporary_name::{TEMPORARY_SUFFIX, is_temporary, writer_is_dead};

/// Removes the temporary files of this program from a folder that no other process of it writes to. Files of others
/// stay, whatever their names end in.
///
/// # Errors
/// The operating system's error if the folder cannot be read or a file cannot be removed.
pub fn remove_all_leftovers(folder: &Path) -> io::Result<()> {
    remove_where(folder, is_temporary)
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
        assert_eq!(left, [true, false, true, true, true, true]);
    }

    #[test]
    fn files_of_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let own = AtomicFile::create(&folder.path().join("samples.jsonl")).unwrap();
        let own = own.temporary().file_name().unwrap().to_str().unwrap().replace("-0.part", "-9.part");
        let others =
            ["thesis.tex.part", ".part", "a.b-c.part", "a.b-1-2-3.part", "a.b-1-x.part", "video-1-2.part"];
        for name in others.into_iter().chain([own.as_str()]) {
            fs::write(folder.path().join(name), "").unwrap();
        }
        remove_all_leftovers(folder.path()).unwrap();
        assert!(!folder.path().join(own).exists());
        others.iter().for_each(|name| assert!(folder.path().join(name).exists(), "{name}"));
    }
}
