//! `streamguard explain`: why a sample has its label, and what became of everything else in its commit.

mod commit_places;
mod explanation;
mod explanation_text;
mod recorded_samples;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use streamguard::env::Environment;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui;
use streamguard::ui::side_by_side::SideBySide;
use streamguard_mining::scoring::DEFAULT_MIN_CONFIDENCE;
use streamguard_mining::{CommitMiner, SelectedCommit, SelectionReason, selecting_merge};

use commit_places::CommitPlace;
use explanation::CommitExplanation;
use recorded_samples::RecordedSamples;

use super::examples;

/// Shows why a sample has its label: each piece of evidence with its weight, and what else its commit changed
///
/// WHAT is the id of a sample, or of a commit; a beginning of at least 6 digits will do. The repository is looked for in
/// the cache, where collecting left it, or given by --repo.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 complete, 1 error, 2 usage, 4 only what the dataset has recorded can be shown\n\n\
                  Examples:\n  streamguard explain 5f3a9c01\n  streamguard explain 1a2b3c4 --repo ~/src/libpng --code"
)]
pub(crate) struct ExplainArgs {
    /// The id of a sample or of a commit
    #[arg(value_name = "WHAT")]
    what: String,
    /// The dataset: the output directory of a collection, or a .jsonl or .parquet file
    #[arg(long, value_name = "DATASET", default_value = "data/raw")]
    dataset: PathBuf,
    /// A local clone that has the commit
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    /// Folder of the cache [default: the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Least confidence of a function that becomes a sample
    #[arg(long, value_name = "0.0-1.0", default_value_t = DEFAULT_MIN_CONFIDENCE)]
    min_confidence: f64,
    /// Show both sides of each function too
    #[arg(long, conflicts_with = "json")]
    code: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Fewest digits of an id.
const MIN_ID_DIGITS: usize = 6;

/// Columns of the screen where there is no terminal to ask.
const DEFAULT_WIDTH: u16 = 100;

pub(super) fn run(arguments: &ExplainArgs) -> Result<Exit> {
    let what = arguments.what.to_ascii_lowercase();
    let is_id = what.len() >= MIN_ID_DIGITS && what.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(UsageError(format!(
            "{:?} is not an id: give the id of a sample, or of a commit, with at least {MIN_ID_DIGITS} hexadecimal digits",
            arguments.what
        ))
        .into());
    }
    // With a clone at hand, a commit can be explained without a dataset.
    let is_optional = arguments.repo.is_some();
    let recorded = match is_optional && examples::file(&arguments.dataset).is_err() {
        true => RecordedSamples::default(),
        false => RecordedSamples::find(&arguments.dataset, &what, is_optional)?,
    };
    let advisory = recorded.advisory_context();
    let reason = if advisory.is_some() { SelectionReason::Named } else { SelectionReason::Message };
    let Some((place, mut commit)) = find_commit(arguments, &what, reason, &recorded)? else {
        return print_recorded(arguments, &recorded);
    };
    let repository = streamguard_git::open_repository(&place.path)?;
    if advisory.is_none()
        && recorded.is_through_merge()
        && let Some(merge) = selecting_merge(&repository, &place.name, commit.commit)?
    {
        commit.reason = SelectionReason::Merge(merge);
    }
    let mut miner = CommitMiner::new(&repository, &place.name, arguments.min_confidence);
    let judged = miner.explain(commit, advisory.as_ref());
    let explanation = CommitExplanation::new(&place.name, commit, &judged, &recorded);
    if arguments.json {
        ui::print_json_line(&explanation)?;
        return Ok(Exit::Complete);
    }
    ui::print(&explanation_text::text(&explanation));
    if arguments.code {
        let is_ascii = ui::width().is_some() && !ui::has_utf8();
        let width = ui::width().unwrap_or(DEFAULT_WIDTH);
        let mut view = SideBySide::new(width, ui::has_colors()).with_ascii_frames(is_ascii);
        for (number, function) in (1..).zip(judged.functions()) {
            ui::print(&view.draw(number, &function.sample()));
        }
    }
    Ok(Exit::Complete)
}

/// Finds the commit, and a repository that has it.
fn find_commit(
    arguments: &ExplainArgs,
    what: &str,
    reason: SelectionReason,
    recorded: &RecordedSamples,
) -> Result<Option<(CommitPlace, SelectedCommit)>> {
    let commit = recorded.commit().unwrap_or(what);
    if let Some(path) = &arguments.repo {
        let place = CommitPlace::local(path)?;
        let id = place.find(commit, reason)?.ok_or_else(|| {
            UsageError(format!("{} has no commit {commit}, or several that begin so", path.display()))
        })?;
        return Ok(Some((place, id)));
    }
    let Some(url) = recorded.repository().filter(|_| recorded.commit().is_some()) else { return Ok(None) };
    let environment = Environment::read(Path::new("."))?;
    let cache = arguments.cache_dir.clone().unwrap_or_else(|| environment.cache_folder());
    for place in CommitPlace::in_cache(&cache, url) {
        if let Ok(Some(id)) = place.find(commit, reason) {
            return Ok(Some((place, id)));
        }
    }
    Ok(None)
}

/// Prints what the dataset says where the repository is not at hand.
fn print_recorded(arguments: &ExplainArgs, recorded: &RecordedSamples) -> Result<Exit> {
    if arguments.json {
        for sample in recorded.samples() {
            ui::print_json_line(sample)?;
        }
    } else {
        ui::print(&explanation_text::recorded_text(recorded));
    }
    Ok(Exit::NoResults)
}
