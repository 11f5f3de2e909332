//! `streamguard evaluate`: how well a model tells vulnerable code, from its predictions.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use streamguard::exit::Exit;
use streamguard::shell::quote_path;
use streamguard::ui::{self, escape::escape};
use streamguard_durable::{WriteError, write_named_file};
use streamguard_evaluate::{
    Bootstrap, Evaluation, EvaluationSettings, Predictions, RowChoice, TestSet, evaluate, html, markdown,
    text,
};
use streamguard_table::{SplitName, TableDataset};

/// Measures how well a model tells vulnerable code from other code
///
/// Accuracy, precision, recall, F1, the Vulnerability Detection Score, pair-wise outcomes and calibration, each with an
/// interval, and by language and weakness. The model may be any: only its predictions are read.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 evaluated, 1 error, such as a missing prediction, 2 usage, 6 the file cannot be written"
)]
pub(crate) struct EvaluateArgs {
    /// Predictions: .jsonl or .parquet with an id (and side) and a probability, score or label, or lines of an id and a score
    #[arg(value_name = "PREDICTIONS")]
    predictions: PathBuf,
    /// Test set: a prepared dataset, or any .jsonl or .parquet with labels or pairs
    #[arg(value_name = "TEST")]
    test: PathBuf,
    /// Rows to evaluate [default: the split test, or all if there are no splits]
    #[arg(long, value_enum, value_name = "SPLIT")]
    split: Option<SplitArg>,
    /// Score from which on code counts as vulnerable [default: the labels of the model, or else 0.5]
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true, value_parser = finite)]
    threshold: Option<f64>,
    /// Number of resamples of the intervals
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    resamples: u32,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Format of the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = EvaluationFormat::Text)]
    format: EvaluationFormat,
    /// File for the result [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Rows of a dataset that a command reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SplitArg {
    /// All rows
    All,
    /// Rows to learn from
    Train,
    /// Rows to choose settings by
    Validation,
    /// Rows to be judged by
    Test,
}

impl SplitArg {
    /// Returns the rows that are meant.
    pub(crate) fn choice(self) -> RowChoice {
        match self {
            Self::All => RowChoice::All,
            Self::Train => RowChoice::Split(SplitName::Train),
            Self::Validation => RowChoice::Split(SplitName::Validation),
            Self::Test => RowChoice::Split(SplitName::Test),
        }
    }
}

/// Format of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EvaluationFormat {
    /// Text with aligned columns
    Text,
    /// Markdown
    Markdown,
    /// JSON with all groups
    Json,
    /// A page
    Html,
}

/// Reads a number: every score would be below one that is none.
fn finite(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| "expected a number such as 0.5".to_owned())
}

pub(super) fn run(arguments: &EvaluateArgs) -> Result<Exit> {
    let dataset = TableDataset::open_labels(std::slice::from_ref(&arguments.test))?;
    let choice = arguments.split.map_or_else(|| RowChoice::default_for(&dataset), SplitArg::choice);
    let test = TestSet::read(&dataset, choice)?;
    let predictions = Predictions::read(&arguments.predictions)?;
    let settings = EvaluationSettings {
        threshold: arguments.threshold,
        bootstrap: Bootstrap { resamples: arguments.resamples, seed: arguments.seed },
    };
    let evaluation = evaluate(&test, &predictions, &settings)?;
    let rendered = rendered(&evaluation, arguments.format)?;
    match &arguments.output {
        None => ui::print(&rendered),
        Some(path) => {
            write_named_file(path, rendered.as_bytes()).map_err(WriteError::at(path))?;
            ui::print_line(&format!("The evaluation is in {}", escape(&quote_path(path))))?;
        }
    }
    Ok(Exit::Complete)
}

fn rendered(evaluation: &Evaluation, format: EvaluationFormat) -> Result<String> {
    Ok(match format {
        EvaluationFormat::Text => text(evaluation),
        EvaluationFormat::Markdown => markdown(evaluation),
        EvaluationFormat::Html => html(evaluation),
        EvaluationFormat::Json => {
            serde_json::to_string_pretty(evaluation).context("cannot write the evaluation as JSON")? + "\n"
        }
    })
}
