//! What a scan shows, finding by finding, and the exit code that follows.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Deserialize;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::escape::{escape, escape_json};
use streamguard::ui::{self, format_bytes, group_digits};
use streamguard_durable::read_regular_text;
use streamguard_scan::{Finding, Grade, Verdict};

use super::documents::DocumentArgs;
use super::finding_text;

/// Largest baseline that is read. A finding takes about 1 kB.
const MAX_BASELINE_BYTES: u64 = 1 << 30;

/// Findings that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Functions that are close to the vulnerable side of an advisory's fix
    High,
    /// All functions that are reported
    Any,
}

/// Choice of what is shown, and how.
#[derive(Clone, Debug)]
pub(super) struct OutputChoice {
    pub(super) json: bool,
    pub(super) explain: bool,
    pub(super) all: bool,
    pub(super) fail_on: FailOn,
    /// Fingerprints of findings that are known.
    pub(super) baseline: BTreeSet<String>,
    pub(super) documents: DocumentArgs,
}

/// Shows the findings of a scan.
pub(super) struct ScanOutput {
    choice: OutputChoice,
    /// Findings for the documents, and whether each is shown; none if no document is asked for.
    kept: Vec<(Finding, bool)>,
    faults: Vec<String>,
    vulnerable: usize,
    /// Whether a finding counts for the exit code.
    fails: bool,
    /// Whether somebody still reads standard output.
    is_read: bool,
}

impl ScanOutput {
    pub(super) fn new(choice: OutputChoice) -> Self {
        Self { choice, kept: Vec::new(), faults: Vec::new(), vulnerable: 0, fails: false, is_read: true }
    }

    /// Prints a line that is not a finding, where it is in nobody's way.
    pub(super) fn say(&self, text: &str) {
        match self.choice.json {
            true => ui::print_notice(text),
            false => ui::print(&format!("{text}\n")),
        }
    }

    /// Shows a finding, if it is one to be shown.
    pub(super) fn show(&mut self, finding: Finding) -> Result<()> {
        let choice = &self.choice;
        let is_vulnerable = finding.verdict == Verdict::Vulnerable;
        let is_shown = (choice.all || is_vulnerable) && !choice.baseline.contains(&finding.fingerprint);
        if is_shown && self.is_read {
            let text = match choice.json {
                true => escape_json(&serde_json::to_string(&finding)?),
                false => finding_text::describe(&finding, choice.explain),
            };
            self.is_read = ui::print_line(&text)?;
        }
        if is_shown && is_vulnerable {
            self.vulnerable += 1;
            self.fails |= choice.fail_on == FailOn::Any || finding.grade == Grade::High;
        }
        if choice.documents.are_wanted() {
            self.kept.push((finding, is_shown));
        }
        Ok(())
    }

    /// Warns of what was not scanned.
    pub(super) fn show_fault(&mut self, fault: String) {
        ui::print_notice(&format!("warning: {}", escape(&fault)));
        self.faults.push(fault);
    }

    /// Writes the documents, and returns the exit code.
    pub(super) fn finish(mut self, source_files: u64, bytes: u64) -> Result<Exit> {
        let (all, is_shown): (Vec<Finding>, Vec<bool>) = std::mem::take(&mut self.kept).into_iter().unzip();
        let pairs = all.iter().zip(is_shown);
        let shown: Vec<&Finding> =
            pairs.filter(|(_, is_shown)| *is_shown).map(|(finding, _)| finding).collect();
        self.choice.documents.write(&all, &shown, &self.faults)?;
        self.say(&format!(
            "{} {} of source code, {}: {} {} with a known weakness",
            group_digits(source_files),
            ui::plural(source_files as usize, "file"),
            format_bytes(bytes),
            group_digits(self.vulnerable as u64),
            ui::plural(self.vulnerable, "function")
        ));
        Ok(match self.fails {
            true => Exit::Findings,
            false if !self.faults.is_empty() => Exit::Partial,
            false => Exit::Complete,
        })
    }
}

/// Reads the fingerprints of the findings of an earlier scan.
pub(super) fn fingerprints(path: &Path) -> Result<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct KnownFinding {
        fingerprint: String,
    }
    let shown = path.display();
    let text = read_regular_text(path, MAX_BASELINE_BYTES)
        .map_err(|error| UsageError(format!("cannot read {shown}: {error}")))?;
    let parse = |(number, line): (usize, &str)| {
        let parsed: KnownFinding = serde_json::from_str(line)
            .with_context(|| format!("{shown}, line {}: not a finding of scan --json", number + 1))?;
        Ok(parsed.fingerprint)
    };
    text.lines().enumerate().map(parse).collect()
}
