//! `streamguard scan`: functions that still have a weakness whose fix is known.

mod documents;
mod finding_text;
mod inputs;
mod known_fixes;
mod releases;
mod scan_threads;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::escape::{escape, escape_json};
use streamguard::ui::{self, group_digits};
use streamguard_scan::{Finding, Grade, Verdict};

use documents::DocumentArgs;
use inputs::ScanInputs;
pub(super) use known_fixes::signatures;
use scan_threads::ScannedTree;

/// Finds functions that still are the vulnerable side of a known fix
///
/// Each pair of a dataset tells which statements its fix removes and adds. A function that has the former and lacks the
/// latter is reported, wherever it was copied to: with the advisory and the commit that fixes it. Nothing is fetched,
/// and nothing of the tree is run.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 nothing found, 1 error, 2 usage, 3 some files could not be read or parsed, the others \
                  hold nothing, 6 a file cannot be written, 8 something found"
)]
pub(crate) struct ScanArgs {
    /// What to scan: folders, files, archives (tar, zip, wheel, jar, crate), PATH@REVISION of a git repository, and bare
    /// repositories [default: the folder at hand]. What .gitignore excludes, and hidden files, are passed over; vendored
    /// code is not
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Known fixes: a dataset, or an index that `streamguard known build` wrote [default: the dataset in data/raw, or else
    /// the demo world]
    #[arg(long, value_name = "DATASET|FILE")]
    known: Option<PathBuf>,
    /// Scan what standard input gives, as a file of this name
    #[arg(long, value_name = "NAME")]
    stdin_name: Option<String>,
    /// Scan all tags of one repository, and tell which of them lack a fix
    #[arg(long, conflicts_with_all = ["stdin_name", "explain", "all", "fail_on", "baseline", "sarif", "openvex", "cyclonedx"])]
    all_tags: bool,
    /// Print a JSON object a line for each finding
    #[arg(long)]
    json: bool,
    /// Show the statements that the fix removes, and those that it adds
    #[arg(long, conflicts_with = "json")]
    explain: bool,
    /// Show functions that have the fix as well, and those that are neither side
    #[arg(long)]
    all: bool,
    /// Findings that make the exit code 8
    #[arg(long, value_enum, value_name = "GRADE", default_value_t = FailOn::Any)]
    fail_on: FailOn,
    /// Output of an earlier scan with --json, whose findings are known and not shown again
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Number of threads [default: the number of processors]
    #[arg(long, value_name = "N")]
    workers: Option<NonZeroUsize>,
    #[command(flatten)]
    documents: DocumentArgs,
}

/// Findings that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Functions that are close to the vulnerable side of an advisory's fix
    High,
    /// All functions that are reported
    Any,
}

pub(super) fn run(arguments: &ScanArgs) -> Result<Exit> {
    let baseline = arguments.baseline.as_deref().map(fingerprints).transpose()?.unwrap_or_default();
    let known = known_fixes::open(arguments.known.as_deref())?;
    let index = &known.index;
    let head = format!(
        "Known fixes: {} of {}, {} of them from advisories",
        group_digits(index.len() as u64),
        escape(&known.source),
        group_digits(index.with_advisory() as u64)
    );
    let say = |text: &str| match arguments.json {
        true => ui::print_notice(text),
        false => ui::print(&format!("{text}\n")),
    };
    let workers = arguments.workers.or_else(|| std::thread::available_parallelism().ok());
    let workers = workers.map_or(1, NonZeroUsize::get);
    let paths = match arguments.paths.as_slice() {
        [] if arguments.stdin_name.is_none() => &[PathBuf::from(".")][..],
        paths => paths,
    };
    if arguments.all_tags {
        let [path] = paths else {
            return Err(UsageError("--all-tags is about one repository".to_owned()).into());
        };
        say(&head);
        return releases::run(path, index, workers, arguments.json);
    }
    let mut inputs = ScanInputs::list(paths, arguments.stdin_name.as_deref())?;
    say(&head);
    let mut scanned = ScannedTree::of_faults(std::mem::take(&mut inputs.faults));
    scan_threads::scan(&inputs, index, workers).into_iter().for_each(|result| scanned.append(result));
    let is_shown = |finding: &&Finding| {
        (arguments.all || finding.verdict == Verdict::Vulnerable) && !baseline.contains(&finding.fingerprint)
    };
    let shown: Vec<&Finding> = scanned.findings.iter().filter(is_shown).collect();
    for finding in &shown {
        let text = match arguments.json {
            true => escape_json(&serde_json::to_string(finding)?),
            false => finding_text::describe(finding, arguments.explain),
        };
        if !ui::print_line(&text)? {
            break;
        }
    }
    let faults = &scanned.faults;
    for fault in faults {
        ui::print_notice(&format!("warning: {}", escape(fault)));
    }
    arguments.documents.write(&scanned.findings, &shown, faults)?;
    let vulnerable = |finding: &&&Finding| finding.verdict == Verdict::Vulnerable;
    let found = shown.iter().filter(vulnerable).count();
    say(&format!(
        "{} {} of source code, {}: {} {} with a known weakness",
        group_digits(scanned.source_files),
        ui::plural(scanned.source_files as usize, "file"),
        scanned.size_text(),
        group_digits(found as u64),
        ui::plural(found, "function")
    ));
    let counts = |finding: &&&Finding| arguments.fail_on == FailOn::Any || finding.grade == Grade::High;
    Ok(match shown.iter().filter(vulnerable).any(|finding| counts(&finding)) {
        true => Exit::Findings,
        false if !faults.is_empty() => Exit::Partial,
        false => Exit::Complete,
    })
}

/// Reads the fingerprints of the findings of an earlier scan.
fn fingerprints(path: &Path) -> Result<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct KnownFinding {
        fingerprint: String,
    }
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| UsageError(format!("cannot read {shown}: {error}")))?;
    let parse = |(number, line): (usize, &str)| {
        let parsed: KnownFinding = serde_json::from_str(line)
            .with_context(|| format!("{shown}, line {}: not a finding of scan --json", number + 1))?;
        Ok(parsed.fingerprint)
    };
    text.lines().enumerate().map(parse).collect()
}
