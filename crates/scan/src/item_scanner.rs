//! One item against all signatures, wherever its content lies.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use streamguard_dataset::Language;
use streamguard_durable::open_regular;

use crate::archive::{ArchiveFormat, read_archive};
use crate::file_scanner::{FileScanner, MAX_FILE_BYTES};
use crate::finding::Finding;
use crate::index::SignatureIndex;
use crate::inputs::ScanItem;
use crate::revision::ScannedRepository;

/// Result of a scan: of one item, or of several in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScannedTree {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Files that could not be read or parsed, and why.
    pub faults: Vec<String>,
    /// Number of files in a language whose functions can be found.
    pub source_files: u64,
    /// Size of these files.
    pub bytes: u64,
}

impl ScannedTree {
    /// Appends the result of what comes next.
    pub fn append(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.faults.extend(other.faults);
        self.source_files += other.source_files;
        self.bytes += other.bytes;
    }

    /// Creates the result of what could not be scanned.
    pub fn of_faults(faults: Vec<String>) -> Self {
        Self { faults, ..Self::default() }
    }

    fn fault(shown: &str, what: &str) -> Self {
        Self::of_faults(vec![format!("{shown}: {what}")])
    }
}

/// Scans items one after the other. Each thread needs its own.
pub struct ItemScanner<'i> {
    index: &'i SignatureIndex,
    scanner: FileScanner<'i>,
    repositories: Vec<ScannedRepository>,
}

impl<'i> ItemScanner<'i> {
    /// Creates a scanner for items of these repositories, and of none.
    pub fn new(index: &'i SignatureIndex, repositories: Vec<ScannedRepository>) -> Self {
        Self { index, scanner: FileScanner::new(index), repositories }
    }

    /// Scans an item.
    pub fn scan(&mut self, item: &ScanItem) -> ScannedTree {
        let name = item.name();
        // A file that a parser cannot bear costs itself only.
        catch_unwind(AssertUnwindSafe(|| self.scan_named(&name, item))).unwrap_or_else(|_| {
            // Its state may be half changed.
            self.scanner = FileScanner::new(self.index);
            ScannedTree::fault(&name, "its scan failed; please report this")
        })
    }

    fn scan_named(&mut self, name: &str, item: &ScanItem) -> ScannedTree {
        match item {
            ScanItem::File(path) => self.scan_file(name, path),
            ScanItem::Archive(path, format) => self.scan_archive(name, path, *format),
            ScanItem::Blob(blob) => match self.repositories[blob.repository].read(blob.file.blob) {
                Ok(Some(bytes)) => self.scan_bytes(name, &bytes),
                Ok(None) => too_large(name),
                Err(error) => ScannedTree::fault(name, &error.to_string()),
            },
            ScanItem::Text(text) => self.scan_bytes(name, &text.bytes),
        }
    }

    fn scan_file(&mut self, name: &str, path: &Path) -> ScannedTree {
        if Language::from_path(name).is_none() {
            return ScannedTree::default();
        }
        match read_source(path) {
            Err(error) => ScannedTree::fault(name, &error.to_string()),
            Ok(bytes) if bytes.len() as u64 > MAX_FILE_BYTES => too_large(name),
            Ok(bytes) => self.scan_bytes(name, &bytes),
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

/// Reads a file, and at most a byte more than is scanned. What was a file when it was listed may be a pipe by now.
fn read_source(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn too_large(name: &str) -> ScannedTree {
    ScannedTree::fault(name, &format!("larger than {} MiB, not scanned", MAX_FILE_BYTES >> 20))
}
