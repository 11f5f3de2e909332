//! `streamguard prepare`: splits of a dataset that have nothing in common, and the check of any splits.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::{self, escape::escape};
use streamguard_engine::{CancelToken, CompletionStatus, RunDir};
use streamguard_prepare::{LeakKind, LeakReport, LeakedRow, PrepareJob, find_leaks};
use streamguard_report::run_paths_for;
use streamguard_table::{ColumnRoles, TableDataset};

use crate::args::execution::ExecutionArgs;
use crate::command_line::command_line;
use crate::launch::{NodeFiles, Purpose, engine_options, exit_of, run_jobs};
use crate::signals;

/// Splits a dataset of code so that nothing of one split is a copy of something in another
///
/// Rows that are copies or near copies, of one commit, of one advisory or of one template stay together. With --check,
/// tells what the splits of any dataset have in common.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 complete, or nothing in common; 1 error, 2 usage, 4 nothing was prepared, 5 another \
run holds the directory, 6 the destination cannot be written, 7 damaged state, 8 splits have something in common, 130 \
stopped by Ctrl+C (resumable)"
)]
pub(crate) struct PrepareArgs {
    #[command(flatten)]
    job: PrepareJob,
    /// Tell what the splits of the dataset have in common, and write nothing
    #[arg(
        long,
        conflicts_with_all = [
            "output_dir", "exclude", "after", "before", "baseline", "view", "augment", "benign", "features", "context",
            "tokenizer", "resume", "fresh"
        ]
    )]
    check: bool,
    /// Directory of the prepared dataset
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    output_dir: Option<PathBuf>,
    #[command(flatten)]
    execution: ExecutionArgs,
}

pub(super) fn run(arguments: &PrepareArgs) -> Result<Exit> {
    let PrepareArgs { job, output_dir, execution, .. } = arguments;
    if execution.mode.is_remote() {
        return Err(UsageError(
            "prepare runs on this machine only: choose --mode process or threading".to_owned(),
        )
        .into());
    }
    match output_dir {
        Some(folder) => prepare(job, folder, execution),
        None => check(job),
    }
}

fn prepare(job: &PrepareJob, folder: &Path, execution: &ExecutionArgs) -> Result<Exit> {
    super::refuse_own_input(job.datasets.iter().chain(&job.exclude), folder)?;
    super::refuse_foreign_card(folder)?;
    job.check_settings().map_err(|problem| UsageError(problem.to_string()))?;
    super::tell_of_changed_data(job.datasets.iter().chain(&job.exclude));
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let options = engine_options(execution, Purpose::Run, cancel, &NodeFiles::default())?;
    let jobs: Vec<Arc<dyn streamguard_engine::Job>> = vec![Arc::new(job.clone())];
    let recorded = json!({ streamguard_prepare::NAME: job });
    let mut dir = RunDir::open(run_paths_for(folder, &jobs), recorded, execution.on_existing_run())?;
    dir.record_command(command_line())?;
    let finished = run_jobs(jobs, &options, Some(&dir), execution.display.view())?;
    let state = finished.state.jobs.first().context("the run has no job")?;
    ui::metrics::print(state);
    if finished.status != CompletionStatus::Complete {
        return Ok(exit_of(finished.status, &caught));
    }
    let leaks = state.summary.metrics.get("leaks").and_then(serde_json::Value::as_u64);
    // A table has a row for each split: its name, then its rows.
    let splits = state.summary.tables.iter().flat_map(|table| &table.rows);
    let is_empty = splits.filter_map(|split| split.get(1)?.as_u64()).all(|rows| rows == 0);
    dir.finish()?;
    if is_empty {
        ui::print_notice("No row is in a split: prepared.json counts why each was left out.");
        return Ok(Exit::NoResults);
    }
    // Quoted as JSON, which Python reads as the same text.
    let shown = escape(&json!(folder.display().to_string()).to_string());
    ui::print_line(&format!("Load it by datasets.load_dataset({shown}); its card is README.md"))?;
    Ok(if leaks == Some(0) { Exit::Complete } else { Exit::Findings })
}

fn check(job: &PrepareJob) -> Result<Exit> {
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let dataset = TableDataset::open(&job.datasets, &job.code)?;
    let report = match find_leaks(&dataset, job.threshold()?, job.language, &|| cancel.requested()) {
        Err(_) if cancel.requested() => return Ok(Exit::Signal(caught.signal().unwrap_or(2))),
        report => report?,
    };
    print_leaks(&report, &dataset.roles)?;
    Ok(if report.is_clean() { Exit::Complete } else { Exit::Findings })
}

fn print_leaks(report: &LeakReport, roles: &ColumnRoles) -> Result<()> {
    // Names of files are text of others, and so are commits and advisories.
    let row = |row: &LeakedRow| format!("{}:{} ({})", escape(&row.file), row.row, row.split.name());
    for leak in &report.examples {
        let [one, two] = &leak.rows;
        let line = format!("{}  {}  {}  {}", leak.kind.name(), row(one), row(two), escape(&leak.common));
        ui::print_line(&line)?;
    }
    let rows: Vec<String> =
        report.rows.iter().map(|(split, rows)| format!("{} {rows}", split.name())).collect();
    let leaks = report.leaks.iter().map(|(kind, count)| {
        let is_compared = match kind {
            LeakKind::Commit => roles.commit.is_some(),
            LeakKind::Advisory => !roles.advisories.is_empty(),
            LeakKind::Exact | LeakKind::Near => true,
        };
        let count = if is_compared { count.to_string() } else { "not compared (no such column)".to_owned() };
        format!("{} {count}", kind.name())
    });
    let leaks: Vec<String> = leaks.collect();
    ui::print_line(&format!("Rows: {}. In common: {}", rows.join(", "), leaks.join(", ")))?;
    if report.rows_without_code > 0 {
        let names = escape(&roles.code_columns().join(", "));
        ui::print_line(&format!("{} rows have no code in the column {names}", report.rows_without_code))?;
    }
    if report.rows_without_split > 0 {
        ui::print_line(&format!(
            "{} rows are in no split, and were not compared",
            report.rows_without_split
        ))?;
    }
    Ok(())
}
