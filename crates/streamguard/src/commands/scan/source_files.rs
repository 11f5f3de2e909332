//! Files to scan, and their scan on several threads.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;
use ignore::WalkBuilder;
use streamguard::exit::UsageError;
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

/// Lists the files below the paths, each once, in the order of their names.
///
/// # Errors
/// [`UsageError`] if a path does not exist or is neither a folder nor a regular file.
pub(super) fn list(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = path
            .metadata()
            .map_err(|error| UsageError(format!("cannot scan {}: {error}", path.display())))?;
        if !metadata.is_dir() && !metadata.is_file() {
            return Err(
                UsageError(format!("cannot scan {}: it is not a file or folder", path.display())).into()
            );
        }
        // Links are not followed: they lead out of the tree, or in a circle.
        for entry in WalkBuilder::new(path).require_git(false).build() {
            let entry = entry?;
            if entry.file_type().is_some_and(|kind| kind.is_file())
                || entry.path() == path && metadata.is_file()
            {
                files.push(entry.into_path());
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
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
            results.push((at, scan_file(&mut scanner, path)));
        }
    };
    let mut results: Vec<(usize, ScannedTree)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.clamp(1, files.len().max(1))).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("scanning does not panic")).collect()
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

fn scan_file(scanner: &mut FileScanner, path: &Path) -> ScannedTree {
    let shown = path.strip_prefix(".").unwrap_or(path).display().to_string();
    let fault =
        |what: &str| ScannedTree { faults: vec![format!("{shown}: {what}")], ..ScannedTree::default() };
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)) {
        Err(error) => return fault(&error.to_string()),
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => {
            return fault(&format!("larger than {} MiB, not scanned", MAX_FILE_BYTES >> 20));
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
