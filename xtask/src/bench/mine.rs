//! Mining a whole history, side by side with PyDriller.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{cost, median};

/// Mines `repository` by turns with this program and, if its script is named, with the peer:
/// `PYTHON SCRIPT REPOSITORY 0 1 OUT`.
pub(crate) fn run(
    streamguard: &Path,
    repository: &Path,
    peer: Option<(&Path, &Path)>,
    runs: usize,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let output = folder.path().join("out");
        let (status, cost_of_ours) = cost(|| {
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
        if let Some((python, script)) = peer {
            let (status, cost_of_theirs) = cost(|| {
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
            ratios.push(cost_of_theirs.cpu.as_secs_f64() / cost_of_ours.cpu.as_secs_f64());
        }
    }
    let samples =
        std::fs::read_to_string(folder.path().join("out/repo.jsonl")).context("no samples")?.lines().count();
    print!("{}: {samples} samples, {:.2} s CPU (median of {runs})", repository.display(), median(ours));
    if ratios.is_empty() {
        println!();
    } else {
        println!("; peer {:.2} s CPU, {:.1} times ours", median(theirs), median(ratios));
    }
    Ok(())
}
