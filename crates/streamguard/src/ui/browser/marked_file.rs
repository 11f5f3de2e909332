//! The file of the marked samples.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use streamguard_dataset::jsonl::MAX_LINE_BYTES;
use streamguard_durable::AtomicFile;

use super::sample_file::SampleFile;

/// Result of an attempt to write the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum WriteResult {
    /// All samples are in the file.
    Written,
    /// There is such a file, and nobody agreed to replace it.
    Exists,
    /// The reason in words why it is not written.
    Failed(String),
}

/// Writes the lines at some offsets into a file, which is complete or absent. One that exists is replaced only
/// if that `is_agreed`.
pub(super) fn write(file: &SampleFile, marks: &BTreeSet<u64>, path: &Path, is_agreed: bool) -> WriteResult {
    let is_dataset = || Some(path.canonicalize().ok()? == file.path.canonicalize().ok()?);
    if is_dataset() == Some(true) {
        return WriteResult::Failed("this is the dataset itself: choose another name".to_owned());
    }
    if path.is_dir() {
        return WriteResult::Failed("this is a folder: name a file".to_owned());
    }
    // A link counts as a file, wherever it leads.
    if !is_agreed && path.symlink_metadata().is_ok() {
        return WriteResult::Exists;
    }
    match write_lines(file, marks, path) {
        Ok(()) => WriteResult::Written,
        Err(error) => WriteResult::Failed(error.to_string()),
    }
}

fn write_lines(file: &SampleFile, marks: &BTreeSet<u64>, path: &Path) -> io::Result<()> {
    let mut output = AtomicFile::create(path)?;
    for offset in marks {
        let line = file.line(*offset)?;
        // Only its beginning was read.
        if line.len() > MAX_LINE_BYTES {
            let reason = format!("a marked line is longer than {MAX_LINE_BYTES} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        output.write_all(&line)?;
        output.write_all(b"\n")?;
    }
    output.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_without_a_yes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("samples.jsonl"), "one\ntwo\nlast").unwrap();
        std::os::unix::fs::symlink("samples.jsonl", path("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", path("dangling")).unwrap();
        let file = SampleFile::open(&path("samples.jsonl")).unwrap();
        let write = |name: &str, is_agreed| write(&file, &BTreeSet::from([8, 0]), &path(name), is_agreed);
        assert_eq!(write("new", false), WriteResult::Written);
        assert_eq!(std::fs::read_to_string(path("new")).unwrap(), "one\nlast\n");
        assert_eq!(write("new", false), WriteResult::Exists);
        assert_eq!(write("dangling", false), WriteResult::Exists);
        assert_eq!(write("new", true), WriteResult::Written);
        for name in ["samples.jsonl", "link", "", "none/file"] {
            assert!(matches!(write(name, true), WriteResult::Failed(_)), "{name}");
        }
        assert_eq!(std::fs::read_to_string(path("samples.jsonl")).unwrap(), "one\ntwo\nlast");
    }

    #[test]
    fn a_line_that_is_too_long_is_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (dataset, marked) = (folder.path().join("samples.jsonl"), folder.path().join("marked.jsonl"));
        std::fs::write(&dataset, format!("one\n{}\n", "x".repeat(MAX_LINE_BYTES + 1))).unwrap();
        let file = SampleFile::open(&dataset).unwrap();
        let written = write(&file, &BTreeSet::from([0, 4]), &marked, false);
        assert!(matches!(&written, WriteResult::Failed(why) if why.contains("longer than")), "{written:?}");
        assert!(!marked.exists());
    }
}
