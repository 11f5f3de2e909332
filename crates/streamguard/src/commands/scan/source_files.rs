//! Files to scan, and their scan on several threads.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ignore::WalkBuilder;
use streamguard::exit::UsageError;
use streamguard_dataset::Language;
use streamguard_scan::{FileScanner, Finding, MAX_FILE_BYTES, SignatureIndex};

/// Result of a scan, in the order of the paths, whatever the number of threads.
#[derive(Debug, Default)]
pub(super) struct ScannedTree {
    pub(super) findings: Vec<Finding>,
    /// Files that could not be read or parsed, and why.
    pub(super) faults: Vec<String>,
    pub(super) source_files: u64,
    bytes: u64,
}

impl ScannedTree {
    pub(super) fn size_text(&self) -> String {
        format!("{:.1} MB", self.bytes as f64 / 1e6)
    }
}

/// Files that were found, and what could not be looked into.
#[derive(Debug, Default)]
pub(super) struct ListedFiles {
    pub(super) files: Vec<PathBuf>,
    pub(super) faults: Vec<String>,
}

/// Lists the files below the paths, each once, in the order of their names.
///
/// # Errors
/// [`UsageError`] if a path does not exist or is neither a folder nor a regular file.
pub(super) fn list(paths: &[PathBuf]) -> Result<ListedFiles, UsageError> {
    let mut listed = ListedFiles::default();
    for path in paths {
        let metadata = path
            .metadata()
            .map_err(|error| UsageError(format!("cannot scan {}: {error}", path.display())))?;
        if metadata.is_file() {
            listed.files.push(path.clone());
            continue;
        }
        if !metadata.is_dir() {
            return Err(UsageError(format!("cannot scan {}: it is not a file or folder", path.display())));
        }
        // Links are not followed: they lead out of the tree, or in a circle.
        for entry in WalkBuilder::new(path).require_git(false).build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    listed.files.push(entry.into_path());
                }
                Ok(_) => {}
                Err(error) => listed.faults.push(error.to_string()),
            }
        }
    }
    listed.files.sort();
    listed.files.dedup();
    Ok(listed)
}

/// Scans files on several threads.
pub(super) fn scan(files: &[PathBuf], index: &SignatureIndex, workers: usize) -> ScannedTree {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut scanner = FileScanner::new(index);
        let mut results = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = files.get(at) else { return results };
            // A file that a parser cannot bear costs itself only. The scanner is not used again.
            let scanned = catch_unwind(AssertUnwindSafe(|| scan_file(&mut scanner, path)));
            results.push((
                at,
                scanned.unwrap_or_else(|_| {
                    scanner = FileScanner::new(index);
                    fault(&shown(path), "its scan failed; please report this")
                }),
            ));
        }
    };
    let mut results: Vec<(usize, ScannedTree)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.clamp(1, files.len().max(1))).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("panics are caught")).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    let mut tree = ScannedTree::default();
    for (_, file) in results {
        tree.findings.extend(file.findings);
        tree.faults.extend(file.faults);
        tree.source_files += file.source_files;
        tree.bytes += file.bytes;
    }
    tree
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn fault(shown: &str, what: &str) -> ScannedTree {
    ScannedTree { faults: vec![format!("{shown}: {what}")], ..ScannedTree::default() }
}

fn scan_file(scanner: &mut FileScanner, path: &Path) -> ScannedTree {
    let shown = shown(path);
    // Most files of most trees are not source code, and some of those are large.
    if Language::from_path(&shown).is_none() {
        return ScannedTree::default();
    }
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)) {
        Err(error) => return fault(&shown, &error.to_string()),
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => {
            return fault(&shown, &format!("larger than {} MiB, not scanned", MAX_FILE_BYTES >> 20));
        }
        Ok(_) => {}
    }
    let result = scanner.scan(&shown, &bytes);
    if !result.is_source {
        return ScannedTree::default();
    }
    let faults = match result.failed {
        true => vec![format!("{shown}: the parser took too many steps, its functions were not compared")],
        false => Vec::new(),
    };
    ScannedTree { findings: result.findings, faults, source_files: 1, bytes: bytes.len() as u64 }
}
