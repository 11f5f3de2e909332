//! Digests of all files that a run left, by which a damaged one is found later.
//!
//! The manifest is a text file in the format of the program `b3sum`: a line has the BLAKE3 digest of a file, two spaces
//! and its name in the folder. `b3sum --check` reads it too.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use streamguard_durable::{WriteError, open_regular, read_regular, write_atomic};

use crate::run_dir_error::RunDirError;
use crate::run_outputs::read_outputs;
use crate::run_paths::RunPaths;

/// Digests of files, by their names in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    digests: BTreeMap<String, String>,
}

/// File that is not as the manifest says.
#[derive(Debug)]
pub struct FileFault {
    /// Name in the folder.
    pub name: String,
    /// What is wrong with it.
    pub kind: FileFaultKind,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum FileFaultKind {
    /// It is not there.
    Missing,
    /// Its content is another.
    Changed,
    /// It cannot be read.
    Unreadable(io::Error),
    /// It belongs to the run, and the manifest does not list it, so lines of that are missing.
    Unlisted,
}

impl fmt::Display for FileFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is gone"),
            Self::Changed => f.write_str("is not as it was written"),
            Self::Unreadable(error) => write!(f, "cannot be read ({error})"),
            Self::Unlisted => f.write_str("is not in the list of the run's files, which is damaged"),
        }
    }
}

/// Largest file that is searched for a flipped bit, since that takes a digest of it for every bit.
const MAX_SEARCHED_BYTES: u64 = 64 << 10;

/// Largest manifest that is read, in bytes: some million names.
const MAX_MANIFEST_BYTES: u64 = 1 << 30;

impl Manifest {
    /// Reads the manifest of a run; `None` if there is none.
    ///
    /// # Errors
    /// [`RunDirError::Damaged`] if a line is not in the format, [`RunDirError::Unreadable`].
    pub fn read(paths: &RunPaths) -> Result<Option<Self>, RunDirError> {
        let path = paths.manifest();
        let bytes = match read_regular(&path, MAX_MANIFEST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(source) => return Err(RunDirError::Unreadable { path, source }),
        };
        let damaged =
            |number: usize| RunDirError::Damaged { path: path.clone(), reason: format!("line {number}") };
        let text = String::from_utf8(bytes).map_err(|_| damaged(1))?;
        let mut digests = BTreeMap::new();
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let (digest, name) = line
                .strip_suffix('\n')
                .and_then(|line| line.split_once("  "))
                .ok_or_else(|| damaged(number))?;
            digests.insert(name.to_owned(), digest.to_owned());
        }
        Ok(Some(Self { digests }))
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether it lists no file.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Checks the files of a run that are chosen by their names. A run without a manifest, which has not ended, passes.
    ///
    /// # Errors
    /// [`RunDirError::FileFault`] for the first file that is not as it was, or [`RunDirError::Unreadable`]; errors of
    /// [`Manifest::read`].
    pub fn check(paths: &RunPaths, is_chosen: impl Fn(&str) -> bool) -> Result<(), RunDirError> {
        let Some(manifest) = Self::read(paths)? else { return Ok(()) };
        let mut chosen = manifest.names().filter(|name| is_chosen(name));
        let Some(FileFault { name, kind }) = chosen.find_map(|name| manifest.file_fault(paths.root(), name))
        else {
            return Ok(());
        };
        let path = paths.root().join(name);
        Err(match kind {
            FileFaultKind::Unreadable(source) => RunDirError::Unreadable { path, source },
            kind => RunDirError::FileFault { path, kind },
        })
    }

    /// Returns the names of the files in the folder of the run, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.digests.keys().map(String::as_str)
    }

    /// Compares the files of a run with their digests. Returns those that differ, in the order of their names, and then
    /// those that should be listed.
    pub fn verify(&self, paths: &RunPaths) -> Vec<FileFault> {
        let differing = self.names().filter_map(|name| self.file_fault(paths.root(), name));
        differing.chain(self.unlisted(paths)).collect()
    }

    /// Compares a file in a folder with its digest; one that is not listed has no fault.
    pub fn file_fault(&self, folder: &Path, name: &str) -> Option<FileFault> {
        let recorded = self.digests.get(name)?;
        let kind = match digest_file(&folder.join(name)) {
            Ok(digest) if digest == *recorded => return None,
            Ok(_) => FileFaultKind::Changed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => FileFaultKind::Missing,
            Err(error) => FileFaultKind::Unreadable(error),
        };
        Some(FileFault { name: name.to_owned(), kind })
    }

    /// Returns the outputs and the files of the state that every run has, as far as they are not listed.
    fn unlisted(&self, paths: &RunPaths) -> impl Iterator<Item = FileFault> {
        let state = [paths.run_info(), paths.outputs_list(), paths.journal()].into_iter();
        let outputs = read_outputs(paths).into_iter().map(|name| paths.root().join(name));
        let files = state.chain(outputs).filter(|path| path.is_file());
        let names = files.filter_map(|path| name_in(paths, &path));
        names
            .filter(|name| !paths.is_kept(name) && !self.digests.contains_key(name))
            .map(|name| FileFault { name, kind: FileFaultKind::Unlisted })
    }

    /// Whether a small file differs from what was recorded in a single bit: as damage does, and hardly an edit. Files of
    /// more than 64 KiB are not looked at.
    pub fn differs_in_one_bit(&self, folder: &Path, name: &str) -> bool {
        let Some(recorded) = self.digests.get(name) else { return false };
        let path = folder.join(name);
        if path.metadata().map_or(true, |file| file.len() > MAX_SEARCHED_BYTES) {
            return false;
        }
        let Ok(mut bytes) = read_regular(&path, MAX_SEARCHED_BYTES) else { return false };
        (0..bytes.len() * 8).any(|position| {
            let (byte, bit) = (position / 8, 1 << (position % 8));
            bytes[byte] ^= bit;
            let is_found = blake3::hash(&bytes).to_hex().as_str() == recorded;
            bytes[byte] ^= bit;
            is_found
        })
    }

    /// Records the files of a run whose content was written anew on purpose, such as reports. Does nothing if the run
    /// has no manifest.
    ///
    /// # Errors
    /// A manifest that is damaged, a file that cannot be read, or a folder that cannot be written.
    pub fn renew(paths: &RunPaths, files: &[PathBuf]) -> Result<(), RunDirError> {
        let Some(mut manifest) = Self::read(paths)? else { return Ok(()) };
        for path in files {
            let Some(name) = name_in(paths, path) else { continue };
            let digest =
                digest_file(path).map_err(|source| RunDirError::Unreadable { path: path.clone(), source })?;
            manifest.digests.insert(name, digest);
        }
        manifest.write(paths)
    }

    /// Lists the outputs of a run and its state, except outputs of single shards, which go when a run is finished.
    /// `run_info` is the content that `run.json` is about to get.
    pub(crate) fn of_run(paths: &RunPaths, outputs: &[String], run_info: &[u8]) -> Result<Self, RunDirError> {
        let unreadable = |path: &Path, source| RunDirError::Unreadable { path: path.to_owned(), source };
        let mut files: Vec<PathBuf> = outputs.iter().map(|name| paths.root().join(name)).collect();
        let passing = paths.passing_state();
        let mut folders = vec![paths.state().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))? {
                let entry = entry.map_err(|error| unreadable(&folder, error))?;
                let path = entry.path();
                if passing.contains(&path) || path == paths.run_info() {
                    continue;
                }
                match entry.file_type().map_err(|error| unreadable(&path, error))? {
                    kind if kind.is_dir() => folders.push(path),
                    kind if kind.is_file() => files.push(path),
                    _ => {}
                }
            }
        }
        let mut digests = BTreeMap::new();
        let run_info_digest = blake3::hash(run_info).to_hex().to_string();
        digests.extend(name_in(paths, &paths.run_info()).map(|name| (name, run_info_digest)));
        for path in files {
            match digest_file(&path) {
                Ok(digest) => digests.extend(name_in(paths, &path).map(|name| (name, digest))),
                // An output that this run does not have.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(&path, error)),
            }
        }
        Ok(Self { digests })
    }

    pub(crate) fn write(&self, paths: &RunPaths) -> Result<(), RunDirError> {
        let mut text = String::new();
        for (name, digest) in &self.digests {
            let _ = writeln!(text, "{digest}  {name}");
        }
        let path = paths.manifest();
        write_atomic(&path, text.as_bytes()).map_err(WriteError::at(&path))?;
        Ok(())
    }
}

/// Returns the name of a file in the folder of a run.
fn name_in(paths: &RunPaths, path: &Path) -> Option<String> {
    path.strip_prefix(paths.root()).ok()?.to_str().map(str::to_owned)
}

/// Computes BLAKE3 of a file, in hexadecimal digits.
fn digest_file(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open_regular(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run_dir::{OnExistingRun, RunDir};

    fn finished(root: &Path) -> RunPaths {
        let paths = RunPaths::new(root, "test").with_outputs(["a.jsonl", "tables/b"].map(str::to_owned));
        let mut run = RunDir::open(paths.clone(), json!({"seed": 7}), OnExistingRun::Refuse).unwrap();
        fs::create_dir(root.join("tables")).unwrap();
        for (name, text) in [("a.jsonl", "one\n"), ("tables/b", "two"), (".test/journal.jsonl", "three\n")] {
            fs::write(root.join(name), text).unwrap();
        }
        fs::write(root.join("notes.txt"), "of the user").unwrap();
        run.finish().unwrap();
        drop(run);
        paths
    }

    /// Reads the manifest of a run, and what it finds.
    fn verify(paths: &RunPaths) -> Result<Vec<String>, RunDirError> {
        let faults = Manifest::read(paths)?.unwrap().verify(paths);
        Ok(faults.into_iter().map(|fault| format!("{}: {:?}", fault.name, fault.kind)).collect())
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let paths = finished(folder.path());
        assert!(verify(&paths).unwrap().is_empty());
        let names = Manifest::read(&paths).unwrap().unwrap().digests.into_keys();
        let files: Vec<PathBuf> =
            names.map(|name| folder.path().join(name)).chain([paths.manifest()]).collect();
        assert_eq!(files.len(), 6, "{files:?}");
        for file in files {
            let bytes = fs::read(&file).unwrap();
            for position in 0..bytes.len() {
                for bit in 0..8 {
                    let mut flipped = bytes.clone();
                    flipped[position] ^= 1 << bit;
                    fs::write(&file, flipped).unwrap();
                    let found = verify(&paths);
                    assert!(
                        found.is_err() || found.is_ok_and(|faults| !faults.is_empty()),
                        "{file:?} {position} {bit}"
                    );
                }
            }
            fs::write(&file, bytes).unwrap();
        }
        assert!(verify(&paths).unwrap().is_empty());
        assert_eq!(fs::read(paths.lock()).unwrap(), b"", "the lock of a run that ended has no bits");
    }

    #[test]
    fn a_list_that_lost_lines_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let paths = finished(folder.path());
        let lines = fs::read_to_string(paths.manifest()).unwrap();
        for kept in 0..lines.lines().count() {
            let text: String = lines.split_inclusive('\n').take(kept).collect();
            fs::write(paths.manifest(), text).unwrap();
            let found = verify(&paths).unwrap();
            assert!(
                found.iter().all(|fault| fault.ends_with("Unlisted")) && !found.is_empty(),
                "{kept}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_written_anew_on_purpose_is_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let paths = finished(folder.path());
        let (a, b) = (folder.path().join("a.jsonl"), folder.path().join("tables/b"));
        fs::write(&a, "new").unwrap();
        fs::remove_file(&b).unwrap();
        assert_eq!(verify(&paths).unwrap(), ["a.jsonl: Changed", "tables/b: Missing"]);
        Manifest::renew(&paths, std::slice::from_ref(&a)).unwrap();
        assert_eq!(verify(&paths).unwrap(), ["tables/b: Missing"]);
    }
}
