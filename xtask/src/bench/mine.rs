//! `bench mine`: mining a whole history, side by side with PyDriller.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use streamguard_collect::CollectorJob;
use streamguard_mining::RepoCollector;

use super::measure::{measure, median};

/// Mines `repository` in turn with this program and, if its script is given, with the peer: `PYTHON SCRIPT
/// REPOSITORY 0 1 OUT`.
pub(crate) fn run(
    streamguard: &Path,
    repository: &Path,
    peer: Option<(&Path, &Path)>,
    words: &[String],
    runs: usize,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut same, mut same_ratios, mut same_samples) = (Vec::new(), Vec::new(), 0);
    for _ in 0..runs {
        let output = folder.path().join("out");
        let (status, cost_of_ours) = measure(|| {
            Command::new(streamguard)
                .args([
                    "collect",
                    "--collectors",
                    "repo",
                    "--since",
                    "all",
                    "--min-confidence",
                    "0",
                    "--fresh",
                    "--quiet",
                ])
                .args(["--mode", "threading", "--workers", "1", "--repo"])
                .arg(repository)
                .arg("--output-dir")
                .arg(&output)
                .current_dir(folder.path())
                .stdout(Stdio::null())
                .status()
        });
        ensure!(status?.success(), "collect failed");
        ours.push(cost_of_ours.cpu.as_secs_f64());
        let (samples, cost_of_same) = measure(|| mine_by_words(repository, words));
        same_samples = samples?;
        same.push(cost_of_same.cpu.as_secs_f64());
        if let Some((python, script)) = peer {
            let (status, cost_of_theirs) = measure(|| {
                Command::new(python)
                    .arg(script)
                    .arg(repository)
                    .args(["0", "1"])
                    .arg(folder.path().join("peer.jsonl"))
                    .stdout(Stdio::null())
                    .status()
            });
            ensure!(status?.success(), "the peer failed");
            theirs.push(cost_of_theirs.cpu.as_secs_f64());
            same_ratios.push(cost_of_theirs.cpu.as_secs_f64() / cost_of_same.cpu.as_secs_f64());
            ratios.push(cost_of_theirs.cpu.as_secs_f64() / cost_of_ours.cpu.as_secs_f64());
        }
    }
    let samples =
        std::fs::read_to_string(folder.path().join("out/repo.jsonl")).context("no samples")?.lines().count();
    println!("{}, median of {runs}:", repository.display());
    println!("  collect, commits chosen by our vocabulary: {samples} samples, {:.2} s CPU", median(ours));
    println!(
        "  the commits that the peer chooses by its words: {same_samples} samples, {:.2} s CPU",
        median(same)
    );
    if !ratios.is_empty() {
        println!(
            "  peer: {:.2} s CPU, {:.1} and {:.1} times ours",
            median(theirs),
            median(ratios),
            median(same_ratios)
        );
    }
    Ok(())
}

/// Mines the commits, other than merges, whose messages contain one of the words. Returns the number of
/// samples.
fn mine_by_words(path: &Path, words: &[String]) -> Result<usize> {
    let repository = streamguard_git::open_repository(path)?;
    let mut commits = Vec::new();
    for info in repository.rev_walk([repository.head_id()?.detach()]).all()? {
        let info = info?;
        let commit = info.object()?;
        let message = String::from_utf8_lossy(commit.message_raw_sloppy()).to_lowercase();
        if info.parent_ids.len() < 2 && words.iter().any(|word| message.contains(word)) {
            commits.push((info.id.to_string(), "named"));
        }
    }
    let collector = CollectorJob::new(RepoCollector { min_confidence: 0.0, ..RepoCollector::default() });
    let piece = json!({"commits": {"path": path, "name": "peer", "commits": commits}});
    let (records, _) = streamguard_engine::testing::run_shard(&collector, piece)?;
    Ok(records.lines().count())
}
