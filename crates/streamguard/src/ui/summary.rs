//! Summary at the end of a run.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use streamguard_engine::{CompletionStatus, JobState, RunState};
use streamguard_report::{RecordUnit, SampleCount};

use super::escape::escape;
use super::format::format_duration;
use super::print::print as print_text;
use streamguard_facade::CollectionResults;
use streamguard_report::group_digits;

/// Prints the results of a collection.
pub fn print(results: &CollectionResults) {
    print_text(&text(results));
}

/// Prints the status of jobs.
pub fn print_jobs(state: &RunState, folder: &Path) {
    let mut text = String::new();
    jobs(&mut text, state);
    let _ = writeln!(text, "\nThe records are in {}", escape(&folder.display().to_string()));
    print_text(&text);
}

fn text(results: &CollectionResults) -> String {
    let mut text = String::new();
    jobs(&mut text, &results.state);
    let folder = escape(&results.folder.display().to_string());
    if let Some(union) = &results.dataset {
        let duplicates: u64 = union.collectors.iter().map(|source| source.read - source.kept).sum();
        let _ = writeln!(
            text,
            "\n{} samples in the dataset ({} pairs; {} duplicates left out), in {}",
            group_digits(union.stats.samples),
            group_digits(union.stats.pairs),
            group_digits(duplicates),
            format_duration(results.state.elapsed_ms + results.assembled_ms)
        );
        let _ = writeln!(text, "  {folder}/samples.jsonl\n  {folder}/samples.parquet");
    }
    text.push_str(&reports(&results.reports));
    let next = match results.status {
        CompletionStatus::Complete if results.samples() == 0 => {
            "Nothing was collected: all sources answered, but nothing fits these settings.".to_owned()
        }
        CompletionStatus::Complete => format!("Look at some samples: streamguard examples {folder}"),
        CompletionStatus::Cancelled => format!(
            "Stopped; finished work is kept. Continue: streamguard collect --resume --output-dir {folder}"
        ),
        CompletionStatus::Partial | CompletionStatus::Failed => {
            format!("Some results are missing. Try again: streamguard collect --resume --output-dir {folder}")
        }
    };
    let _ = writeln!(text, "{next}");
    text
}

fn jobs(text: &mut String, state: &RunState) {
    let _ = writeln!(
        text,
        "  {:<11} {:<10} {:>26} {:>9} {:>10} {:>13} {:>9}",
        "COLLECTOR", "STATUS", "COLLECTED", "TIME", "RATE", "SAMPLES", "PAIRS"
    );
    for job in &state.jobs {
        let took = job.took_ms(state.elapsed_ms);
        let collected = format!("{} {}", out_of(job.records, job.expected), escape(&job.unit));
        let unit = RecordUnit::from(job.unit.as_str());
        let count = SampleCount::of(state, job);
        let samples = unit.leads_to_samples().then(|| out_of(count.collected, count.target));
        // A job of less than a millisecond has no rate.
        let rate = (job.records * 1000).checked_div(took);
        let rate = rate.map_or_else(|| "-".to_owned(), |rate| format!("{}/s", group_digits(rate)));
        let status = job.status.map_or("interrupted", CompletionStatus::name);
        let pairs = unit.makes_samples().then_some(count.pairs);
        let _ = writeln!(
            text,
            "{} {:<11} {status:<10} {:>26} {:>9} {rate:>10} {:>13} {:>9}",
            sign(job),
            job.name,
            collected.trim_end(),
            format_duration(took),
            samples.as_deref().unwrap_or("-"),
            pairs.map_or_else(|| "-".to_owned(), group_digits)
        );
        if let Some(reason) = &job.reason {
            let _ = writeln!(text, "    {}", escape(reason));
        }
        rejected(text, job);
    }
}

/// Returns a number with its target behind a slash, if there is one.
fn out_of(count: u64, target: Option<u64>) -> String {
    let count = group_digits(count);
    target.map_or_else(|| count.clone(), |target| format!("{count}/{}", group_digits(target)))
}

/// Returns the sign of a status, which stands beside its word.
fn sign(job: &JobState) -> char {
    match job.status {
        Some(CompletionStatus::Complete) => '+',
        Some(CompletionStatus::Partial) => '!',
        Some(CompletionStatus::Failed) => 'x',
        Some(CompletionStatus::Cancelled) | None => '-',
    }
}

/// Appends the numbers of rejected candidates, the most frequent reason first.
fn rejected(text: &mut String, job: &JobState) {
    let mut reasons: Vec<(&str, u64)> =
        job.counters.iter().filter_map(|(name, n)| Some((name.strip_prefix("rejected.")?, *n))).collect();
    if reasons.is_empty() {
        return;
    }
    reasons.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
    let all: u64 = reasons.iter().map(|(_, n)| n).sum();
    let listed: Vec<String> =
        reasons.iter().map(|(name, n)| format!("{} {}", name.replace('_', " "), group_digits(*n))).collect();
    let _ = writeln!(text, "    rejected: {} ({})", group_digits(all), listed.join(", "));
}

/// Lists the paths of reports, one a line; tables share one line.
pub fn reports(reports: &[PathBuf]) -> String {
    let mut text = String::new();
    let is_table = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "csv");
    let (tables, reports): (Vec<&PathBuf>, Vec<_>) = reports.iter().partition(is_table);
    for report in reports {
        let _ = writeln!(text, "  {}", escape(&report.display().to_string()));
    }
    if let [table, others @ ..] = tables.as_slice() {
        let _ = writeln!(
            text,
            "  {} and {} tables beside it",
            escape(&table.display().to_string()),
            others.len()
        );
    }
    text
}
