//! `streamguard scan`: functions that still have a weakness whose fix is known.

mod documents;
mod finding_text;
mod known_fixes;
mod releases;
mod scan_output;
mod scan_run;
mod scan_threads;

use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Arg, Args};
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::escape::escape;
use streamguard::ui::group_digits;
use streamguard_scan::{InputError, MAX_FILE_BYTES, NamedText, RevisionError, ScanInputs};

use crate::args::execution::ExecutionArgs;
use documents::DocumentArgs;
pub(super) use known_fixes::{DatasetSignatures, open as open_known_fixes};
use scan_output::{FailOn, OutputChoice, ScanOutput};

/// Finds functions that still are the vulnerable side of a known fix
///
/// Each pair of a dataset tells which statements its fix removes and adds. A function that has the former and lacks the
/// latter is reported, wherever it was copied to: with the advisory and the commit that fixes it. Nothing is fetched,
/// and nothing of the tree is run.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 nothing found, 1 error, 2 usage, 3 some files could not be read or parsed, the others \
                  hold nothing, 6 a file cannot be written, 8 something found. With --output-dir also 4 nothing was \
                  scanned, 5 another run holds the directory, 7 damaged state, 130 stopped by Ctrl+C (resumable)",
    mut_args(for_runs_only)
)]
pub(crate) struct ScanArgs {
    /// What to scan: folders, files, archives (tar, zip, wheel, jar, crate), PATH@REVISION of a git repository, and bare
    /// repositories [default: the folder at hand]. What .gitignore excludes, and hidden files, are passed over; vendored
    /// code is not
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Known fixes: a dataset, an index that `streamguard known build` wrote, or `demo` for the index of the demo world
    /// that is part of the program [default: the dataset in data/raw, or else demo]
    #[arg(long, value_name = "DATASET|FILE|demo")]
    known: Option<PathBuf>,
    /// Scan what standard input gives, as a file of this name
    #[arg(long, value_name = "NAME")]
    stdin_name: Option<String>,
    /// Scan all tags of one repository, and tell which of them lack a fix
    #[arg(long, conflicts_with_all = ["stdin_name", "explain", "all", "fail_on", "baseline", "sarif", "html", "openvex", "cyclonedx"])]
    all_tags: bool,
    /// Also find copies whose variables have other names, as findings of low grade; needs a dataset, or an index that was
    /// built with --renamed
    #[arg(long)]
    renamed: bool,
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
    #[command(flatten)]
    documents: DocumentArgs,
    /// Directory of a run that can be resumed, for trees that take long; without it, threads scan at once
    #[arg(long, value_name = "DIR", conflicts_with_all = ["stdin_name", "all_tags"], help_heading = "Run")]
    output_dir: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Run")]
    execution: ExecutionArgs,
}

/// Lets the flags of runs need `--output-dir`: a scan without it has no workers, dashboard or cluster.
fn for_runs_only(flag: Arg) -> Arg {
    let is_of_runs =
        flag.get_help_heading().is_some_and(|heading| heading == "Run" || heading.starts_with("Cluster"));
    let is_of_both = ["output_dir", "workers"].contains(&flag.get_id().as_str());
    if is_of_runs && !is_of_both { flag.requires("output_dir") } else { flag }
}

pub(super) fn run(arguments: &ScanArgs) -> Result<Exit> {
    let baseline =
        arguments.baseline.as_deref().map(scan_output::fingerprints).transpose()?.unwrap_or_default();
    let workers = usize::from(arguments.execution.workers);
    let paths = match arguments.paths.as_slice() {
        [] if arguments.stdin_name.is_none() => &[PathBuf::from(".")][..],
        paths => paths,
    };
    // Listed before the known fixes are read: that may take seconds, and a name that is wrong is told at once.
    let inputs = match arguments.all_tags || arguments.output_dir.is_some() {
        true => ScanInputs::default(),
        false => {
            let text = arguments.stdin_name.as_deref().map(standard_input).transpose()?;
            ScanInputs::list(paths, text).map_err(input_error)?
        }
    };
    let known = known_fixes::open(arguments.known.as_deref(), arguments.renamed)?;
    let head = format!(
        "Known fixes: {} of {}, {} of them from advisories",
        group_digits(known.index.len() as u64),
        escape(&known.source),
        group_digits(known.index.with_advisory() as u64)
    );
    let mut output = ScanOutput::new(OutputChoice {
        json: arguments.json,
        explain: arguments.explain,
        all: arguments.all,
        fail_on: arguments.fail_on,
        baseline,
        documents: arguments.documents.clone(),
    });
    if arguments.all_tags {
        let [path] = paths else {
            return Err(UsageError("--all-tags is about one repository".to_owned()).into());
        };
        output.say(&head);
        return releases::run(path, &known.index, workers, arguments.json);
    }
    if let Some(folder) = &arguments.output_dir {
        output.say(&head);
        return scan_run::run(paths, known, folder, &arguments.execution, output);
    }
    output.say(&head);
    inputs.faults.iter().for_each(|fault| output.show_fault(fault.clone()));
    let (mut source_files, mut bytes) = (0, 0);
    let mut faults = Vec::new();
    for scanned in scan_threads::scan(&inputs, &known.index, workers) {
        source_files += scanned.source_files;
        bytes += scanned.bytes;
        faults.extend(scanned.faults);
        scanned.findings.into_iter().try_for_each(|finding| output.show(finding))?;
    }
    faults.into_iter().for_each(|fault| output.show_fault(fault));
    output.finish(source_files, bytes)
}

/// Tells what is wrong with the command line from what is wrong with a repository.
fn input_error(error: InputError) -> anyhow::Error {
    match error {
        InputError::Missing { .. }
        | InputError::NotAFile(_)
        | InputError::Revision { source: RevisionError::Unknown { .. }, .. } => {
            UsageError(error.to_string()).into()
        }
        InputError::Revision { path, source } => {
            anyhow::Error::new(source).context(path.display().to_string())
        }
    }
}

/// Reads standard input as a file of this name.
fn standard_input(name: &str) -> Result<NamedText> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock().take(MAX_FILE_BYTES + 1);
    input.read_to_end(&mut bytes).context("cannot read standard input")?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(UsageError(format!("standard input has more than {} MiB", MAX_FILE_BYTES >> 20)).into());
    }
    Ok(NamedText { name: name.to_owned(), bytes })
}
