//! Scan of many files on several threads.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use streamguard::ui::{ProgressLine, format_bytes, group_digits};
use streamguard_dataset::Language;
use streamguard_scan::{
    ArchiveFormat, FileScanner, Finding, MAX_FILE_BYTES, ScannedRepository, SignatureIndex, read_archive,
};

use super::inputs::{ScanInputs, ScanItem};

/// Pause between two looks at the progress.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Result of a scan: of one item, or of several in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct ScannedTree {
    pub(super) findings: Vec<Finding>,
    /// Files that could not be read or parsed, and why.
    pub(super) faults: Vec<String>,
    pub(super) source_files: u64,
    bytes: u64,
}

impl ScannedTree {
    pub(super) fn size_text(&self) -> String {
        format_bytes(self.bytes)
    }

    pub(super) fn append(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.faults.extend(other.faults);
        self.source_files += other.source_files;
        self.bytes += other.bytes;
    }

    /// Creates the result of what could not be scanned.
    pub(super) fn of_faults(faults: Vec<String>) -> Self {
        Self { faults, ..Self::default() }
    }

    fn fault(shown: &str, what: &str) -> Self {
        Self::of_faults(vec![format!("{shown}: {what}")])
    }
}

/// Scans items on several threads. Returns the result of each in their order, whatever the number of threads.
pub(super) fn scan(inputs: &ScanInputs, index: &SignatureIndex, workers: usize) -> Vec<ScannedTree> {
    let items = &inputs.items;
    let next = AtomicUsize::new(0);
    // Nothing is sent: the channel closes when the last thread has ended.
    let (working, ended) = mpsc::channel::<()>();
    let work = |_working: mpsc::Sender<()>, repositories: Vec<ScannedRepository>| {
        let mut scanner = ItemScanner { scanner: FileScanner::new(index), repositories };
        let mut results = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return results };
            // A file that a parser cannot bear costs itself only. The scanner is not used again.
            let scanned = catch_unwind(AssertUnwindSafe(|| scanner.scan(item)));
            results.push((
                at,
                scanned.unwrap_or_else(|_| {
                    scanner.scanner = FileScanner::new(index);
                    ScannedTree::fault(&shown_name(item), "its scan failed; please report this")
                }),
            ));
        }
    };
    let mut results: Vec<(usize, ScannedTree)> = thread::scope(|scope| {
        let start = |_| {
            let (working, repositories) = (working.clone(), inputs.repositories.clone());
            scope.spawn(|| work(working, repositories))
        };
        let threads: Vec<_> = (0..workers.clamp(1, items.len().max(1))).map(start).collect();
        drop(working);
        let mut progress = ProgressLine::default();
        let count = group_digits(items.len() as u64);
        while ended.recv_timeout(POLL_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            let begun = next.load(Ordering::Relaxed).min(items.len());
            progress.update(|| format!("{} of {count} files", group_digits(begun as u64)));
        }
        drop(progress);
        threads.into_iter().flat_map(|thread| thread.join().expect("panics are caught")).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

fn shown_name(item: &ScanItem) -> String {
    match item {
        ScanItem::File(path) | ScanItem::Archive(path, _) => shown(path),
        ScanItem::Blob { prefix, file, .. } => format!("{prefix}{}", file.path),
        ScanItem::Text { name, .. } => name.clone(),
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// Scanner of a thread.
struct ItemScanner<'i> {
    scanner: FileScanner<'i>,
    repositories: Vec<ScannedRepository>,
}

impl ItemScanner<'_> {
    fn scan(&mut self, item: &ScanItem) -> ScannedTree {
        let name = shown_name(item);
        match item {
            ScanItem::File(path) => self.scan_file(&name, path),
            ScanItem::Archive(path, format) => self.scan_archive(&name, path, *format),
            ScanItem::Blob { repository, file, .. } => match self.repositories[*repository].read(file.blob) {
                Ok(Some(bytes)) => self.scan_bytes(&name, &bytes),
                Ok(None) => too_large(&name),
                Err(error) => ScannedTree::fault(&name, &error.to_string()),
            },
            ScanItem::Text { name, bytes } => self.scan_bytes(name, bytes),
        }
    }

    fn scan_file(&mut self, name: &str, path: &Path) -> ScannedTree {
        // Most files of most trees are not source code, and some of those are large.
        if Language::from_path(name).is_none() {
            return ScannedTree::default();
        }
        let mut bytes = Vec::new();
        match File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)) {
            Err(error) => ScannedTree::fault(name, &error.to_string()),
            Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => too_large(name),
            Ok(_) => self.scan_bytes(name, &bytes),
        }
    }

    fn scan_archive(&mut self, name: &str, path: &Path, format: ArchiveFormat) -> ScannedTree {
        let mut tree = ScannedTree::default();
        let read = read_archive(path, format, &mut |member, bytes| {
            tree.append(self.scan_bytes(&format!("{name}!{member}"), bytes));
        });
        match read {
            Ok(faults) => tree.faults.extend(faults.iter().map(|fault| format!("{name}!{fault}"))),
            Err(error) => tree.faults.push(format!("{name}: {error}; the rest of it was not scanned")),
        }
        tree
    }

    fn scan_bytes(&mut self, name: &str, bytes: &[u8]) -> ScannedTree {
        let result = self.scanner.scan(name, bytes);
        if !result.is_source {
            return ScannedTree::default();
        }
        let faults = match result.failed {
            true => {
                vec![format!("{name}: the parser took too many steps, its functions were not compared")]
            }
            false => Vec::new(),
        };
        ScannedTree { findings: result.findings, faults, source_files: 1, bytes: bytes.len() as u64 }
    }
}

fn too_large(name: &str) -> ScannedTree {
    ScannedTree::fault(name, &format!("larger than {} MiB, not scanned", MAX_FILE_BYTES >> 20))
}
