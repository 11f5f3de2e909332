//! `streamguard export`: a dataset in the layout of another one.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use streamguard::exit::Exit;
use streamguard::shell::quote_path;
use streamguard::ui::{self, escape::escape};
use streamguard_dataset::dataset_card::CARD_NAME;
use streamguard_engine::{OnExistingRun, RunDir};
use streamguard_export::{DatasetExport, ExportLayout, ExportSummary};
use streamguard_report::run_paths;
use streamguard_table::TableDataset;

use crate::command_line::command_line;

/// Writes a dataset in the layout of another one, for its readers and scripts
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 exported, 1 error, 2 usage, 4 no row fits the layout, 5 another run holds the directory, \
6 the destination cannot be written, 7 damaged state"
)]
pub(crate) struct ExportArgs {
    /// Dataset: a prepared folder, the output directory of a collection, or .parquet or .jsonl files
    #[arg(value_name = "DATASET")]
    dataset: PathBuf,
    /// Layout of the result
    #[arg(long, value_enum, value_name = "LAYOUT")]
    to: ExportLayout,
    /// Directory of the result
    #[arg(long, short, value_name = "DIR")]
    output_dir: PathBuf,
    /// Columns with code: one, or one before and one after a fix [default: found by their names]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', num_args = 1..=2)]
    code: Vec<String>,
    /// Replace what an earlier run or export left in the directory
    #[arg(long)]
    fresh: bool,
}

pub(super) fn run(arguments: &ExportArgs) -> Result<Exit> {
    let ExportArgs { dataset: source, to, output_dir, code, fresh } = arguments;
    super::refuse_own_input([source], output_dir)?;
    super::tell_of_changed_data([source]);
    let dataset = TableDataset::open(std::slice::from_ref(source), code)?;
    let export = DatasetExport::plan(&dataset, *to)?;
    if export.file_names().iter().any(|name| name == CARD_NAME) {
        super::refuse_foreign_card(output_dir)?;
    }
    // The folder of a run, so that `verify` finds the list of its files.
    let paths = run_paths(output_dir).with_outputs(export.file_names());
    let recorded = json!({"export": {"dataset": source, "to": to, "code": code}});
    let on_existing = if *fresh { OnExistingRun::Discard } else { OnExistingRun::Refuse };
    let mut dir = RunDir::open(paths, recorded, on_existing)?;
    dir.record_command(command_line())?;
    let summary = export.write(output_dir)?;
    dir.finish()?;
    print_summary(&summary, output_dir)?;
    Ok(if summary.rows.is_empty() { Exit::NoResults } else { Exit::Complete })
}

fn print_summary(summary: &ExportSummary, output_dir: &Path) -> Result<()> {
    let rows: Vec<String> =
        summary.rows.iter().map(|(split, rows)| format!("{} {rows}", split.name())).collect();
    let shown = escape(&quote_path(output_dir));
    ui::print_line(&format!(
        "{shown}: rows: {}",
        if rows.is_empty() { "none".to_owned() } else { rows.join(", ") }
    ))?;
    for (reason, rows) in &summary.left_out {
        ui::print_line(&format!("Left out: {rows} {reason}"))?;
    }
    Ok(())
}
