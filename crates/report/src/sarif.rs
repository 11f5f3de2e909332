//! The vulnerable code as findings (SARIF 2.1.0), for code scanning and for whatever else reads
//! the format. A log holds the most severe findings that code scanning takes; what is left out is
//! said in it.

mod choice;
mod finding;
mod invocation;
mod json;
mod limits;
mod object;
mod origins;
mod rules;
mod text;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use streamguard_dataset::{Sample, Severity};

use choice::{BySeverity, Choice};
use finding::{Place, finding};
use invocation::notification;
use limits::Output;
use object::{Driver, Tool};
use origins::Origins;
use rules::{Flaw, Rules};

use crate::format::Rendered;
use crate::{ReportError, Run};

/// Name of the log.
const NAME: &str = "findings.sarif";

/// The schema of the log, as OASIS publishes it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) fn render(run: &Run) -> Result<Rendered, ReportError> {
    let choice = Choice::of(run)?;
    let mut invocation = invocation::invocation(&run.report);
    let mut findings = Findings::new(limits::size(&invocation));
    // Results come before all that is only known after them.
    findings.output.push(
        format!("{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":[").as_bytes(),
    );
    for sample in choice.samples(run) {
        if !findings.add(&sample?) {
            break;
        }
    }
    let Findings { mut output, rules, origins, written, shortened, .. } = findings;
    let left_out = left_out(&choice, &written);
    if let Some(text) = said(&left_out, shortened) {
        invocation.tool_execution_notifications.push(notification("warning", &text));
    }
    let (bases, provenance) = origins.finish();
    let tool = Tool {
        driver: Driver { name: "StreamGuard", version: run.report.version.clone(), rules: rules.finish() },
    };
    let properties = json!({
        "results": written.values().sum::<u64>(),
        "left_out": left_out.values().sum::<u64>(),
        "left_out_by_severity": named(&left_out),
        "without_vulnerable_code": choice.without_code,
        "without_their_code": shortened,
    });
    output.push(b"\n]");
    let members = [
        ("tool", json::json(&tool)),
        ("invocations", json::json(&[invocation])),
        ("originalUriBaseIds", json::json(&bases)),
        ("versionControlProvenance", json::json(&provenance)),
        ("columnKind", json::json(&"utf16CodeUnits")),
        ("properties", json::json(&properties)),
    ];
    for (name, json) in members {
        output.push(format!(",\n\"{name}\":").as_bytes());
        output.push(&json);
    }
    output.push(b"}]}\n");
    Ok((NAME, output.finish()))
}

/// The findings that have been written.
struct Findings {
    output: Output,
    rules: Rules,
    origins: Origins,
    written: BySeverity,
    /// Those whose code is too long to stand there.
    shortened: u64,
    /// How long the invocation is going to be: as it is, and compressed.
    invocation: (usize, usize),
}

impl Findings {
    fn new(invocation: (usize, usize)) -> Self {
        Self {
            output: Output::new(),
            rules: Rules::default(),
            origins: Origins::default(),
            written: BySeverity::new(),
            shortened: 0,
            invocation,
        }
    }

    /// Writes the finding of a sample; says whether there was room for it.
    fn add(&mut self, sample: &Sample) -> bool {
        let place = Place::of(sample);
        let Some(finding) = finding(sample, &place, &self.rules, &self.origins) else { return true };
        let json = json::json(&finding);
        let (plain, compressed) = self.invocation;
        // Rules and origins repeat each other: compressed they are less than a quarter.
        let weight = self.rules.weight() + self.origins.weight();
        if !self.output.takes(json.len(), plain + weight, compressed + weight / 4) {
            return false;
        }
        self.output.push(if self.written.is_empty() { b"\n" } else { b",\n" });
        self.output.push(&json);
        *self.written.entry(sample.severity).or_default() += 1;
        self.shortened += u64::from(finding::is_shortened(sample));
        self.rules.add(Flaw::of(sample), sample);
        self.origins.add(place.origin);
        true
    }
}

/// Samples with vulnerable code that became no findings.
fn left_out(choice: &Choice, written: &BySeverity) -> BySeverity {
    let rest = |(severity, n): (&Option<Severity>, &u64)| {
        (*severity, n - written.get(severity).copied().unwrap_or(0))
    };
    choice.candidates.iter().map(rest).filter(|(_, n)| *n > 0).collect()
}

/// What is left out, in words; `None` if nothing is.
fn said(left_out: &BySeverity, shortened: u64) -> Option<String> {
    let mut sentences = Vec::new();
    if !left_out.is_empty() {
        let by = left_out.iter().rev().map(|(severity, n)| format!("{n} {}", name(*severity)));
        sentences.push(format!(
            "{} samples are left out: {}. A log holds {} results and {} MB compressed, which is what code \
             scanning takes, and {} MiB in all. They are in the dataset.",
            left_out.values().sum::<u64>(),
            by.collect::<Vec<_>>().join(", "),
            limits::RESULTS,
            limits::COMPRESSED / 1_000_000,
            limits::PLAIN / (1024 * 1024),
        ));
    }
    if shortened > 0 {
        sentences.push(format!(
            "The code of {shortened} samples is too long to stand here; it is in the dataset."
        ));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn named(counts: &BySeverity) -> Value {
    let counts = counts.iter().map(|(severity, n)| (name(*severity), *n));
    json!(counts.collect::<BTreeMap<_, _>>())
}

fn name(severity: Option<Severity>) -> &'static str {
    severity.map_or(streamguard_dataset::stats::UNKNOWN, Severity::name)
}
