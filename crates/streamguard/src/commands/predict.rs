//! `streamguard predict`: what the built-in baseline says about code.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use streamguard::exit::{Exit, UsageError};
use streamguard::shell::quote_path;
use streamguard::ui::{self, escape::escape};
use streamguard_dataset::Language;
use streamguard_durable::{WriteError, write_named_file};
use streamguard_evaluate::RowChoice;
use streamguard_evaluate::baseline::BaselineModel;
use streamguard_prepare::BASELINE_MODEL_NAME;
use streamguard_table::TableDataset;

use super::evaluate::SplitArg;

/// Predicts by the baseline of a prepared dataset whether code is vulnerable
///
/// Writes a line of JSON for each function, with its id (and its side, in a dataset of pairs) and the probability that it
/// is vulnerable: the format that `streamguard evaluate` reads.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 predicted, 1 error, 2 usage, 6 the file cannot be written")]
pub(crate) struct PredictArgs {
    /// A dataset that was prepared with --baseline, or the file of its model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Dataset whose code is predicted: a folder, .jsonl or .parquet
    #[arg(value_name = "DATASET")]
    dataset: PathBuf,
    /// Rows to predict [default: the split test, or all if there are no splits]
    #[arg(long, value_enum, value_name = "SPLIT")]
    split: Option<SplitArg>,
    /// Columns with code: one, or one before and one after a fix [default: found by their names]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', num_args = 1..=2)]
    code: Vec<String>,
    /// Language of rows that name none, which decides what a comment is [default: like C]
    #[arg(long, value_name = "NAME", value_parser = parse_language)]
    language: Option<Language>,
    /// File for the predictions [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn parse_language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| "expected a language such as c, cpp or python".to_owned())
}

pub(super) fn run(arguments: &PredictArgs) -> Result<Exit> {
    let mut file = arguments.model.clone();
    if file.is_dir() {
        file.push(BASELINE_MODEL_NAME);
        if !file.is_file() {
            let folder = arguments.model.display();
            return Err(UsageError(format!(
                "{folder} has no baseline: prepare it with `streamguard prepare --baseline`, or name the file of a model"
            ))
            .into());
        }
    }
    let model = BaselineModel::read(&file)?;
    let dataset = TableDataset::open(std::slice::from_ref(&arguments.dataset), &arguments.code)?;
    let choice = arguments.split.map_or_else(|| RowChoice::default_for(&dataset), SplitArg::choice);
    let mut lines = Vec::new();
    let predicted = model.predict(&dataset, choice, arguments.language, |prediction| {
        // Numbers and text are valid JSON, and memory takes all bytes.
        let _ = serde_json::to_writer(&mut lines, &prediction);
        lines.push(b'\n');
        Ok(())
    })?;
    match &arguments.output {
        None => ui::print(&String::from_utf8_lossy(&lines)),
        Some(path) => {
            write_named_file(path, &lines).map_err(WriteError::at(path))?;
            let written = escape(&quote_path(path));
            ui::print_line(&format!("{predicted} predictions are in {written}"))?;
        }
    }
    Ok(Exit::Complete)
}
