//! Counters of the server, in the text format of Prometheus.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of what the server did.
#[derive(Debug, Default)]
pub(crate) struct ServerMetrics {
    pub(crate) requests: AtomicU64,
    /// Answers by the hundreds of their status.
    answers: [AtomicU64; 6],
    pub(crate) scans: AtomicU64,
    pub(crate) files: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) findings: AtomicU64,
    pub(crate) connections: AtomicU64,
}

/// Adds to a counter. Counters do not order anything else.
pub(crate) fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

impl ServerMetrics {
    pub(crate) fn count_answer(&self, status: u16) {
        add(&self.answers[usize::from(status / 100).min(5)], 1);
    }

    /// Returns all counters
    /// ([exposition format](https://prometheus.io/docs/instrumenting/exposition_formats/)).
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let counters = [
            ("requests_total", "Requests that were understood.", &self.requests),
            ("scans_total", "Files and archives that were scanned.", &self.scans),
            ("source_files_total", "Source files in them.", &self.files),
            ("source_bytes_total", "Size of these files.", &self.bytes),
            ("findings_total", "Functions that lack a fix.", &self.findings),
        ];
        // Writing to a string cannot fail.
        for (name, help, counter) in counters {
            let value = counter.load(Ordering::Relaxed);
            let _ = writeln!(text, "# HELP streamguard_{name} {help}\n# TYPE streamguard_{name} counter");
            let _ = writeln!(text, "streamguard_{name} {value}");
        }
        let _ = writeln!(text, "# HELP streamguard_answers_total Answers by status.");
        let _ = writeln!(text, "# TYPE streamguard_answers_total counter");
        for (class, counter) in self.answers.iter().enumerate().skip(2) {
            let value = counter.load(Ordering::Relaxed);
            let _ = writeln!(text, "streamguard_answers_total{{status=\"{class}xx\"}} {value}");
        }
        let connections = self.connections.load(Ordering::Relaxed);
        let _ = writeln!(text, "# HELP streamguard_connections Open connections.");
        let _ = writeln!(text, "# TYPE streamguard_connections gauge\nstreamguard_connections {connections}");
        text
    }
}
