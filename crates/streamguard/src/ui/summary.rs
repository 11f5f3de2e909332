//! Summary at the end of a run, for a terminal of 80 columns.

mod rows;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use streamguard_dataset::Rejection;
use streamguard_dataset::changes::{CHANGE_LOG_NAME, CHANGES_NAME};
use streamguard_engine::{CompletionStatus, JobState, RunState};
use streamguard_facade::{CollectionResults, UpdateOutcome};
use streamguard_report::{RecordUnit, SampleCount, group_digits};

use super::escape::escape;
use super::format::{format_duration, plural};
use super::print::print as print_text;
use super::terminal::has_utf8;
use crate::shell::quote_path;
use rows::{SummaryRows, shortfall};

/// Prints the results of a collection.
pub fn print(results: &CollectionResults) {
    print_text(&text(results, None, has_utf8()));
}

/// Prints the results of an update of the dataset in `folder`.
pub fn print_update(results: &CollectionResults, folder: &Path, outcome: &UpdateOutcome) {
    print_text(&text(results, Some((folder, outcome)), has_utf8()));
}

/// Prints the status of jobs.
pub fn print_jobs(state: &RunState) {
    let mut text = String::new();
    SummaryRows { state, has_utf8: has_utf8() }.append(&mut text);
    print_text(&text);
}

/// Prints where the records of jobs are, and how to get those that are missing: `rest` ends the command that continues
/// the run. `outputs` has the names of the files of
/// each job.
pub fn print_records(state: &RunState, folder: &Path, outputs: &[Vec<String>], rest: &str) {
    let mut text = "\n".to_owned();
    let has_file =
        |job: &&JobState| matches!(job.status, Some(CompletionStatus::Complete | CompletionStatus::Partial));
    let of_jobs = state.jobs.iter().zip(outputs).filter(|(job, _)| has_file(job));
    for name in of_jobs.flat_map(|(_, names)| names) {
        let path = folder.join(name);
        let _ = writeln!(text, "Records: {}", escape(&path.display().to_string()));
    }
    let what = match state.status {
        Some(CompletionStatus::Complete) => None,
        Some(CompletionStatus::Cancelled) => {
            Some("Stopped; records of finished shards are kept, not yet written")
        }
        _ => Some("Some records are missing, for the reasons above"),
    };
    if let Some(what) = what {
        let folder = escape(&quote_path(folder));
        let _ =
            writeln!(text, "{what}. Continue by:\n  streamguard run --resume --output-dir {folder}{rest}");
    }
    print_text(&text);
}

fn text(results: &CollectionResults, update: Option<(&Path, &UpdateOutcome)>, has_utf8: bool) -> String {
    let mut text = String::new();
    head(&mut text, results);
    text.push_str("\nBy Collector\n");
    SummaryRows { state: &results.state, has_utf8 }.append(&mut text);
    if let Some((folder, outcome @ (UpdateOutcome::Unfinished | UpdateOutcome::Unchanged))) = update {
        text.push_str(&as_it_was(folder, outcome));
        return text;
    }
    let folder = escape(&quote_path(&results.folder));
    if let Some(union) = &results.dataset {
        let rejected = |reason| -> u64 {
            union.collectors.iter().filter_map(|source| source.rejected.get(&reason)).sum()
        };
        let (duplicates, refuted) = (rejected(Rejection::Duplicate), rejected(Rejection::Refuted));
        let refuted = match refuted {
            0 => String::new(),
            count => format!(", {} that readers call wrong", group_digits(count)),
        };
        let _ = writeln!(
            text,
            "\nDataset: {} {} ({} {}); {} {}{refuted} left out\n  {folder}/samples.jsonl\n  {folder}/samples.parquet",
            group_digits(union.stats.samples),
            plural(union.stats.samples as usize, "sample"),
            group_digits(union.stats.pairs),
            plural(union.stats.pairs as usize, "pair"),
            group_digits(duplicates),
            plural(duplicates as usize, "duplicate"),
        );
    }
    if results.dataset.is_none() {
        text.push('\n');
    }
    text.push_str(&reports(&results.reports));
    if let Some((
        _,
        UpdateOutcome::Installed { version, added_changed_withdrawn: [added, changed, withdrawn] },
    )) = update
    {
        let [added, changed, withdrawn] =
            [*added, *changed, *withdrawn].map(|count| group_digits(count as u64));
        let _ = writeln!(
            text,
            "Version {version}: {added} added, {changed} changed, {withdrawn} withdrawn\n  {folder}/{CHANGES_NAME}\n  {folder}/{CHANGE_LOG_NAME}"
        );
    }
    let next = match results.status {
        CompletionStatus::Complete if results.samples() == 0 => {
            "Nothing was collected: all sources answered, but nothing fits these settings.".to_owned()
        }
        CompletionStatus::Complete => format!("Look at some samples: streamguard examples {folder}"),
        CompletionStatus::Cancelled => format!(
            "Stopped; finished work is kept. Continue by:\n  streamguard collect --resume --output-dir {folder}"
        ),
        // A replay answers the same way for ever.
        CompletionStatus::Partial | CompletionStatus::Failed if results.is_replay() => {
            "Some results are missing. The snapshot has no more: change the settings, or collect online."
                .to_owned()
        }
        CompletionStatus::Partial | CompletionStatus::Failed => {
            format!(
                "Some results are missing. Once the reasons above are mended, get them by:\n  streamguard collect --resume --output-dir {folder}"
            )
        }
    };
    let _ = writeln!(text, "{next}");
    text
}

/// Says that an update left the dataset alone.
fn as_it_was(folder: &Path, outcome: &UpdateOutcome) -> String {
    let folder = escape(&quote_path(folder));
    match outcome {
        UpdateOutcome::Unchanged => {
            format!("\n{folder}: up to date, no sample and no advisory changed. Nothing was replaced.\n")
        }
        _ => format!(
            "\n{folder}: still the version before, because the newer one is not whole. Continue by:\n  \
             streamguard collect --update --output-dir {folder}\n"
        ),
    }
}

/// Appends the figures of the whole run.
fn head(text: &mut String, results: &CollectionResults) {
    let state = &results.state;
    let successful = state.jobs.iter().filter(|job| job.status == Some(CompletionStatus::Complete)).count();
    let counts = || state.jobs.iter().map(|job| (job, SampleCount::of(state, job)));
    let collected: u64 =
        counts().filter(|(_, count)| !count.is_shared).map(|(_, count)| count.collected).sum();
    let wanted: u64 = counts().filter_map(|(_, count)| count.target).sum();
    // As in the rows: where a source had no more, the target is what there was.
    let target: u64 = counts()
        .filter_map(|(job, count)| shortfall(job, count).map_or(count.target, |_| Some(count.collected)))
        .sum();
    let order = if results.parallel { "parallel" } else { "sequential" };
    let _ = writeln!(text, "Total Duration: {}", format_duration(state.elapsed_ms + results.assembled_ms));
    let _ = writeln!(
        text,
        "Mode: {order} ({}, {} {})",
        state.mode,
        state.workers,
        plural(state.workers, "worker")
    );
    let _ = writeln!(text, "Collectors: {successful}/{} successful", state.jobs.len());
    let _ = write!(text, "Total Samples: {}", group_digits(collected));
    // A stopped run has not counted how many samples of each source of advisories there are.
    if wanted > 0 && counts().all(|(_, count)| !count.is_shared || count.target.is_some()) {
        let percent = if target == 0 { 100.0 } else { collected as f64 * 100.0 / target as f64 };
        let _ = write!(text, "/{} ({percent:.1}%)", group_digits(target));
        if wanted > target {
            let _ = write!(text, "; {} wanted, some sources had no more", group_digits(wanted));
        }
    }
    text.push('\n');
}

/// Lists the paths of reports, one a line; tables share one line.
pub fn reports(reports: &[PathBuf]) -> String {
    let mut text = String::new();
    let is_table = |path: &&PathBuf| path.parent().is_some_and(|folder| folder.ends_with("tables"));
    let (tables, reports): (Vec<&PathBuf>, Vec<_>) = reports.iter().partition(is_table);
    for report in reports {
        let _ = writeln!(text, "  {}", escape(&report.display().to_string()));
    }
    if let Some(folder) = tables.first().and_then(|table| table.parent()) {
        let _ = writeln!(text, "  {}/ ({} tables)", escape(&folder.display().to_string()), tables.len());
    }
    text
}

/// Whether a run makes a dataset, and not other records.
fn collects(state: &RunState) -> bool {
    state.jobs.iter().any(|job| RecordUnit::from(job.unit.as_str()).leads_to_samples())
}
