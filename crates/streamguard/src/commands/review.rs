//! `streamguard review`: samples one by one, for readers who judge their labels.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use streamguard::exit::{Exit, UsageError};
use streamguard::shell::quote_path;
use streamguard::ui::escape::{escape, escape_lines};
use streamguard::ui::side_by_side::SideBySide;
use streamguard::ui::{self, group_digits};
use streamguard_dataset::Sample;
use streamguard_review::{
    Proportion, REVIEWS_NAME, ReaderAgreement, Review, ReviewSelection, ReviewTable, ReviewVerdict,
    ReviewedPrecision, agreements, precision, select,
};

use super::examples;

/// Shows samples one by one, and notes what you say about their labels
///
/// As many samples of each stratum of confidence are chosen, at random by --seed. Verdicts go to reviews.csv in the folder
/// of the dataset, which no run touches; `streamguard collect` into the folder leaves out what readers call wrong, and
/// is sure of what they call right.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage, 4 nothing left to read\n\n\
                  Examples:\n  streamguard review -n 20\n  streamguard review --reader ada --seed 7\n  streamguard review --report")]
pub(crate) struct ReviewArgs {
    /// The dataset: the output directory of a collection, or a .jsonl or .parquet file
    #[arg(default_value = "data/raw")]
    dataset: PathBuf,
    /// Your name in the table [default: that of your account]
    #[arg(long, value_name = "NAME")]
    reader: Option<String>,
    /// Number of samples to read
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    count: u64,
    /// Seed of the choice
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Choose from all samples alike, whatever their confidence: for the precision of the whole dataset
    #[arg(long)]
    no_strata: bool,
    /// The table of verdicts [default: reviews.csv beside the dataset]
    #[arg(long, value_name = "FILE")]
    reviews: Option<PathBuf>,
    /// Show what was found so far: precision with its interval, and the agreement of readers
    #[arg(long)]
    report: bool,
    /// Print the report as JSON
    #[arg(long, requires = "report")]
    json: bool,
}

/// Columns of the screen where there is no terminal to ask.
const DEFAULT_WIDTH: u16 = 100;

/// Lines of a commit message that are shown.
const MESSAGE_LINES: usize = 12;

pub(super) fn run(arguments: &ReviewArgs) -> Result<Exit> {
    let path = arguments.reviews.clone().unwrap_or_else(|| table_path(&arguments.dataset));
    let mut table = ReviewTable::read(&path).map_err(|error| UsageError(error.to_string()))?;
    if arguments.report {
        if arguments.reviews.is_none() {
            examples::file(&arguments.dataset)?;
        }
        print_report(&table, arguments.json)?;
        return Ok(if table.reviews().next().is_some() { Exit::Complete } else { Exit::NoResults });
    }
    let account = || std::env::var("USER").ok().filter(|name| !name.is_empty());
    let reader = &arguments.reader.clone().or_else(account).unwrap_or_else(|| "reader".to_owned());
    let selection = ReviewSelection {
        count: usize::try_from(arguments.count).unwrap_or(usize::MAX),
        seed: arguments.seed,
        reader,
        is_stratified: !arguments.no_strata,
    };
    let chosen = select(examples::open(&arguments.dataset)?, &selection, &table)?;
    if chosen.is_empty() {
        ui::print_notice("There is no pair of a commit here that you have not read.");
        return Ok(Exit::NoResults);
    }
    let read = ask_about(&chosen, reader, &path, &mut table)?;
    ui::print_line(&format!("{read} verdicts added to {}", escape(&quote_path(&path))))?;
    print_report(&table, false)?;
    Ok(Exit::Complete)
}

/// Returns the place of the table of a dataset.
fn table_path(dataset: &Path) -> PathBuf {
    let folder = if dataset.is_dir() { Some(dataset) } else { dataset.parent() };
    folder.unwrap_or(Path::new("")).join(REVIEWS_NAME)
}

/// Shows samples and takes verdicts, each of which is on the disk before the next sample is shown. Returns their number.
fn ask_about(samples: &[Sample], reader: &str, path: &Path, table: &mut ReviewTable) -> Result<usize> {
    let is_ascii = ui::width().is_some() && !ui::has_utf8();
    let mut view =
        SideBySide::new(ui::width().unwrap_or(DEFAULT_WIDTH), ui::has_colors()).with_ascii_frames(is_ascii);
    let mut answers = io::stdin().lock().lines();
    let mut read = 0;
    for (number, sample) in (1..).zip(samples) {
        ui::print(&view.draw(number, sample));
        print_origin(sample)?;
        loop {
            ui::print(&format!(
                "[{number}/{}] r right, n not part, f no fix, u unsure, s skip, q quit, then Enter: ",
                samples.len()
            ));
            let Some(answer) = answers.next().transpose().context("cannot read your answer")? else {
                return Ok(read);
            };
            let verdict = match answer.trim().to_ascii_lowercase().as_str() {
                "q" => return Ok(read),
                "s" => break,
                answer => ReviewVerdict::ALL
                    .into_iter()
                    .find(|(key, verdict)| answer == key.to_string() || answer == verdict.name()),
            };
            if let Some(review) = verdict.and_then(|(_, verdict)| Review::new(reader, sample, verdict)) {
                table.set(review);
                table.write(path)?;
                read += 1;
                break;
            }
        }
    }
    Ok(read)
}

/// Prints what a reader wants to know besides the code.
fn print_origin(sample: &Sample) -> Result<()> {
    for line in sample.commit_message.as_deref().unwrap_or_default().lines().take(MESSAGE_LINES) {
        ui::print_line(&format!("    {}", escape_lines(line)))?;
    }
    if let Some(description) = &sample.description {
        ui::print_line(&ui::indented(&escape(description)))?;
    }
    for line in sample.source.iter().chain(&sample.label_evidence) {
        ui::print_line(&format!("    {}", escape(line)))?;
    }
    Ok(())
}

/// A report as JSON.
#[derive(serde::Serialize)]
struct ReviewReport {
    precision: ReviewedPrecision,
    readers: Vec<ReaderAgreement>,
}

fn print_report(table: &ReviewTable, json: bool) -> Result<()> {
    let report = ReviewReport { precision: precision(table, None), readers: agreements(table) };
    if json {
        ui::print_json_line(&report)?;
        return Ok(());
    }
    let ReviewReport { precision, readers } = report;
    ui::print_line(&format!(
        "\n{} verdicts, {} unsure. Intervals hold 95 % of the time.",
        group_digits(precision.verdicts),
        group_digits(precision.unsure)
    ))?;
    let mut rows = vec![["CONFIDENCE", "MEAN", "READ", "SECURITY FIX", "PART OF THE FIX"].map(str::to_owned)];
    for stratum in &precision.strata {
        let from = format!("from {:.2}", stratum.from);
        let mean = format!("{:.2}", stratum.mean_confidence);
        let read = group_digits(stratum.part.cases);
        rows.push([from, mean, read, share(stratum.security_fix), share(stratum.part)]);
    }
    let all = ["all".to_owned(), String::new(), group_digits(precision.part.cases)];
    let [all, mean, read] = all;
    rows.push([all, mean, read, share(precision.security_fix), share(precision.part)]);
    ui::print_table(&rows);
    for ReaderAgreement { readers: [one, other], both, equal, kappa } in &readers {
        let kappa = kappa.map_or("not defined".to_owned(), |kappa| format!("{kappa:.2}"));
        ui::print_line(&format!(
            "{} and {} say the same of {equal} of {both} samples: kappa {kappa}",
            escape(one),
            escape(other)
        ))?;
    }
    Ok(())
}

fn share(share: Proportion) -> String {
    if share.cases == 0 {
        return "-".to_owned();
    }
    let [low, high] = share.interval.map(|end| 100.0 * end);
    format!("{:.1} % ({low:.1} to {high:.1})", 100.0 * share.share)
}
