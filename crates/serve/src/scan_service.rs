//! Scans of what is sent, a few at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;
use serde_json::json;
use streamguard_scan::{
    ArchiveError, FileScanner, Finding, MAX_FILE_BYTES, SignatureIndex, Verdict, read_zip,
};

use crate::metrics::{ServerMetrics, add};
use crate::response::Response;
use crate::server::ServerLimits;
use crate::token::AccessToken;

/// First bytes of a ZIP archive: a member, or the end of an empty one.
const ZIP_MAGICS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// What all connections share.
pub(crate) struct ScanService<'i> {
    index: &'i SignatureIndex,
    pub(crate) limits: ServerLimits,
    pub(crate) token: Option<AccessToken>,
    pub(crate) metrics: ServerMetrics,
    /// Scanners that nobody uses now. Who scans holds one, so that no more scan at a time.
    idle: Mutex<Vec<FileScanner<'i>>>,
    returned: Condvar,
}

/// Result of a scan.
#[derive(Debug, Default, Serialize)]
struct ScanAnswer {
    findings: Vec<Finding>,
    /// What was not scanned, and why.
    faults: Vec<String>,
    source_files: u64,
    bytes: u64,
}

/// Reason why something is not scanned to its end.
enum ScanRefusal {
    Archive(ArchiveError),
    Late,
}

impl<'i> ScanService<'i> {
    pub(crate) fn new(index: &'i SignatureIndex, limits: ServerLimits, token: Option<AccessToken>) -> Self {
        let scanners = (0..limits.max_scans.max(1)).map(|_| FileScanner::new(index)).collect();
        Self {
            index,
            limits,
            token,
            metrics: ServerMetrics::default(),
            idle: Mutex::new(scanners),
            returned: Condvar::new(),
        }
    }

    /// Scans a file, or the members of a ZIP archive.
    pub(crate) fn scan(&self, name: &str, bytes: &[u8]) -> Response {
        let is_zip = ZIP_MAGICS.iter().any(|magic| bytes.starts_with(magic));
        if name.is_empty() && !is_zip {
            return Response::error(400, "say by ?name=src/file.c what the file is called");
        }
        if !is_zip && bytes.len() as u64 > MAX_FILE_BYTES {
            return Response::error(
                413,
                &format!("a file of more than {MAX_FILE_BYTES} bytes is not scanned"),
            );
        }
        let start = Instant::now();
        let Some(mut scanner) = self.take_scanner(start) else {
            return Response::error(503, "too many scans are waiting: try again")
                .with_header("Retry-After", "5");
        };
        let scan = || match is_zip {
            true => self.scan_zip(&mut scanner, bytes, start),
            false => Ok(scan_file(&mut scanner, name, bytes)),
        };
        let scanned = catch_unwind(AssertUnwindSafe(scan));
        let scanner = match scanned {
            Ok(_) => scanner,
            // Its state may be half changed.
            Err(_) => FileScanner::new(self.index),
        };
        self.idle_scanners().push(scanner);
        self.returned.notify_one();
        match scanned {
            Ok(Ok(answer)) => self.respond(&answer),
            Ok(Err(ScanRefusal::Archive(error))) => Response::error(422, &format!("the archive {error}")),
            Ok(Err(ScanRefusal::Late)) => Response::error(422, "the scan took too long, send less at a time"),
            Err(_) => Response::error(500, "the scan failed; please report this"),
        }
    }

    fn respond(&self, answer: &ScanAnswer) -> Response {
        add(&self.metrics.scans, 1);
        add(&self.metrics.files, answer.source_files);
        add(&self.metrics.bytes, answer.bytes);
        add(&self.metrics.findings, answer.findings.len() as u64);
        Response::json(answer)
    }

    fn scan_zip(
        &self,
        scanner: &mut FileScanner<'i>,
        bytes: &[u8],
        start: Instant,
    ) -> Result<ScanAnswer, ScanRefusal> {
        let mut answer = ScanAnswer::default();
        let mut is_late = false;
        let faults = read_zip(bytes, self.limits.max_unpacked_bytes, &mut |member, content| {
            is_late |= start.elapsed() > self.limits.max_duration;
            if !is_late {
                answer.append(scan_file(scanner, member, content));
            }
        });
        if is_late {
            return Err(ScanRefusal::Late);
        }
        answer.faults.extend(faults.map_err(ScanRefusal::Archive)?);
        Ok(answer)
    }

    /// Waits for a scanner; `None` if that takes too long.
    fn take_scanner(&self, start: Instant) -> Option<FileScanner<'i>> {
        let mut idle = self.idle_scanners();
        loop {
            if let Some(scanner) = idle.pop() {
                return Some(scanner);
            }
            let left = self.limits.max_duration.checked_sub(start.elapsed())?;
            idle = self.returned.wait_timeout(idle, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn idle_scanners(&self) -> MutexGuard<'_, Vec<FileScanner<'i>>> {
        // Nothing panics while the lock is held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the fixes of an advisory.
    pub(crate) fn advisory(&self, id: &str) -> Response {
        let fixes = self.index.fixes_of(id);
        match fixes.is_empty() {
            true => Response::error(404, "no fix of this advisory is known"),
            false => Response::json(&json!({ "advisory": id, "fixes": fixes })),
        }
    }
}

impl ScanAnswer {
    fn append(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.faults.extend(other.faults);
        self.source_files += other.source_files;
        self.bytes += other.bytes;
    }
}

/// Scans a file. Only functions that lack a fix are told.
fn scan_file(scanner: &mut FileScanner<'_>, name: &str, bytes: &[u8]) -> ScanAnswer {
    let mut result = scanner.scan(name, bytes);
    if !result.is_source {
        return ScanAnswer {
            faults: vec![format!("{name}: is not in a language whose functions can be found")],
            ..ScanAnswer::default()
        };
    }
    result.findings.retain(|finding| finding.verdict == Verdict::Vulnerable);
    let faults = match result.failed {
        true => vec![format!("{name}: the parser took too many steps, its functions were not compared")],
        false => Vec::new(),
    };
    ScanAnswer { findings: result.findings, faults, source_files: 1, bytes: bytes.len() as u64 }
}
