//! The vulnerable code as findings (SARIF 2.1.0), for code scanning and other readers of the format. A log, as SARIF
//! calls its file, contains as many findings as code scanning accepts and readers can load, the most severe first. It
//! says how many are left out.

mod finding;
mod invocation;
mod log_buffer;
mod revisions;
mod rules;
mod selection;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use streamguard_dataset::{Sample, Severity};
use streamguard_sarif::{MAX_RESULTS, SCHEMA_URL, SarifNotification, SarifTool, ToolComponent, escaped_json};

use finding::{FindingPlace, finding};
use log_buffer::{JsonSize, LogBuffer};
use revisions::RevisionIndex;
use rules::{RuleIndex, RuleKey};
use selection::{FindingSelection, SeverityCounts};

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::run::StoredRun;

/// Name of the log file.
const LOG_NAME: &str = "collection_report.sarif";

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let selection = FindingSelection::of(run)?;
    let mut invocation = invocation::invocation(&run.report);
    let mut findings = FindingWriter::new(log_buffer::size(&invocation));
    // Results are written first: rules and revisions are only known after the last result.
    findings.output.push(
        format!("{{\"$schema\":\"{SCHEMA_URL}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":[").as_bytes(),
    );
    for sample in selection.samples(run) {
        if !findings.add(&sample?) {
            break;
        }
    }
    let FindingWriter { mut output, rules, revisions, written, with_code_left_out, .. } = findings;
    let left_out = left_out(&selection, &written);
    if let Some(text) = left_out_text(&left_out, with_code_left_out) {
        invocation.tool_execution_notifications.push(SarifNotification::new("warning", &text));
    }
    let (bases, provenance) = revisions.finish();
    let tool = SarifTool {
        driver: ToolComponent {
            name: "StreamGuard",
            version: run.report.version.clone(),
            rules: rules.finish(),
        },
    };
    let properties = json!({
        "results": written.values().sum::<u64>(),
        "left_out": left_out.values().sum::<u64>(),
        "left_out_by_severity": counts_by_name(&left_out),
        // Counted over the whole dataset, so that `results`, `left_out` and this add up to the number of its samples.
        "without_vulnerable_code": selection.without_code,
        // Among the results: those whose vulnerable or fixed code is too long.
        "without_their_code": with_code_left_out,
    });
    output.push(b"\n]");
    let members = [
        ("tool", escaped_json(&tool)),
        ("invocations", escaped_json(&[invocation])),
        ("originalUriBaseIds", escaped_json(&bases)),
        ("versionControlProvenance", escaped_json(&provenance)),
        // End columns count UTF-16 units, as in editors; this member tells readers so.
        ("columnKind", escaped_json(&"utf16CodeUnits")),
        ("properties", escaped_json(&properties)),
    ];
    for (name, json) in members {
        output.push(format!(",\n\"{name}\":").as_bytes());
        output.push(&json);
    }
    output.push(b"}]}\n");
    Ok(vec![(LOG_NAME.to_owned(), output.finish())])
}

/// Writes findings until the log is full.
struct FindingWriter {
    output: LogBuffer,
    rules: RuleIndex,
    revisions: RevisionIndex,
    written: SeverityCounts,
    /// Number of findings whose vulnerable or fixed code is left out, because it is too long.
    with_code_left_out: u64,
    /// Size of the invocation, which is written after the last result.
    invocation_size: JsonSize,
}

impl FindingWriter {
    fn new(invocation_size: JsonSize) -> Self {
        Self {
            output: LogBuffer::new(),
            rules: RuleIndex::default(),
            revisions: RevisionIndex::default(),
            written: SeverityCounts::new(),
            with_code_left_out: 0,
            invocation_size,
        }
    }

    /// Writes the finding of a sample. Returns false if there is no room left.
    fn add(&mut self, sample: &Sample) -> bool {
        let place = FindingPlace::of(sample);
        let Some(finding) = finding(sample, &place, &self.rules, &self.revisions) else { return true };
        let json = escaped_json(&finding);
        let JsonSize { plain, compressed } = self.invocation_size;
        // Rules and revisions are written after the last result, so their room is kept free while results are
        // added. They are repetitive text: compressed, they take less than a quarter.
        let max_bytes = self.rules.max_bytes() + self.revisions.max_bytes();
        if !self.output.has_room_for(json.len(), plain + max_bytes, compressed + max_bytes / 4) {
            return false;
        }
        // One result per line, so that tools that read line by line can handle a log of this size.
        self.output.push(if self.written.is_empty() { b"\n" } else { b",\n" });
        self.output.push(&json);
        *self.written.entry(sample.severity).or_default() += 1;
        self.with_code_left_out += u64::from(finding::is_code_left_out(sample));
        // Added only now, so that a finding that did not fit leaves no rule or revision without a result.
        self.rules.add(RuleKey::of(sample), sample);
        self.revisions.add(place.revision);
        true
    }
}

/// Counts samples with vulnerable code that did not become findings.
fn left_out(selection: &FindingSelection, written: &SeverityCounts) -> SeverityCounts {
    let rest = |(severity, n): (&Option<Severity>, &u64)| {
        (*severity, n - written.get(severity).copied().unwrap_or(0))
    };
    selection.candidates.iter().map(rest).filter(|(_, n)| *n > 0).collect()
}

/// Returns a text about the samples and the code that are left out; `None` if nothing is.
fn left_out_text(left_out: &SeverityCounts, with_code_left_out: u64) -> Option<String> {
    let mut sentences = Vec::new();
    let samples = |count: u64| if count == 1 { "1 sample".to_owned() } else { format!("{count} samples") };
    if !left_out.is_empty() {
        let by = left_out.iter().rev().map(|(severity, n)| format!("{n} {}", severity_name(*severity)));
        sentences.push(format!(
            "Left out: {} ({}). A log holds {} results and {} MB compressed, which is what code scanning \
             accepts, and {} MiB in all. The dataset has all samples.",
            samples(left_out.values().sum()),
            by.collect::<Vec<_>>().join(", "),
            MAX_RESULTS,
            log_buffer::MAX_COMPRESSED_BYTES / 1_000_000,
            log_buffer::MAX_PLAIN_BYTES / (1024 * 1024),
        ));
    }
    if with_code_left_out > 0 {
        sentences.push(format!(
            "Vulnerable or fixed code left out, because it is too long: {}.",
            samples(with_code_left_out)
        ));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Returns counts by the name of the severity, as JSON.
fn counts_by_name(counts: &SeverityCounts) -> Value {
    let counts = counts.iter().map(|(severity, n)| (severity_name(*severity), *n));
    json!(counts.collect::<BTreeMap<_, _>>())
}

fn severity_name(severity: Option<Severity>) -> &'static str {
    severity.map_or(streamguard_dataset::sample_stats::UNKNOWN_NAME, Severity::name)
}
