//! Checks against a table of known fixes: does the commit that an advisory names as the fix yield a pair of
//! functions?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use streamguard_collect::CollectorJob;
use streamguard_engine::Counters;
use streamguard_mining::RepoCollector;

/// Mines the commits of `ground_truth.csv` (one advisory and commit per line) in clones below `clones`, found
/// as `owner+name/*.git`, `owner__name.git` or `owner/name.git`.
pub(crate) fn check_clones(table: &Path, clones: &Path) -> Result<()> {
    let text = std::fs::read_to_string(table).with_context(|| format!("cannot read {}", table.display()))?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().context("an empty table")?.split(',').collect();
    let column = |name: &str| {
        head.iter().position(|field| *field == name).with_context(|| format!("no column {name}"))
    };
    let (repo, commit) = (column("repo")?, column("commit_sha")?);
    let (strength, files) = (column("strength")?, column("source_files_changed")?);
    let mut seen = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[strength] == "advisory-reference" && fields[files] != "0" {
            *seen.entry((fields[repo], fields[commit])).or_insert(0) += 1;
        }
    }
    let (mut rows, mut cut, mut labelled, mut pairs) = (0, 0, 0, 0);
    for ((repo, commit), count) in seen {
        let path = clone_of(clones, repo)
            .with_context(|| format!("no clone of {repo} below {}", clones.display()))?;
        let piece = json!({"commits": {"path": path, "name": repo, "commits": [[commit, "named"]]}});
        let mine = |min_confidence| {
            let collector = CollectorJob::new(RepoCollector { min_confidence, ..RepoCollector::default() });
            streamguard_engine::testing::run_shard(&collector, piece.clone())
                .map_err(|error| anyhow::anyhow!("{repo} {commit}: {error}"))
        };
        let (all, counters) = mine(0.0)?;
        let (sure, counters_of_sure) = mine(RepoCollector::default().min_confidence)?;
        rows += count;
        pairs += sure.lines().count();
        cut += if all.is_empty() { 0 } else { count };
        labelled += if sure.is_empty() { 0 } else { count };
        if all.is_empty() {
            println!("miss ({count} rows): {repo} {commit}: {}", reasons(&counters));
        } else if sure.is_empty() {
            println!("below the confidence ({count} rows): {repo} {commit}: {}", reasons(&counters_of_sure));
        }
    }
    let percent = |n: i32| f64::from(n) * 100.0 / f64::from(rows);
    println!("{cut} of {rows} rows ({:.1} %) yield a pair of functions", percent(cut));
    println!(
        "{labelled} ({:.1} %) yield a pair of the default confidence, {pairs} pairs in all",
        percent(labelled)
    );
    Ok(())
}

/// Compares `fixes.jsonl` of a run with `ground_truth.csv`. Rows that no upstream of the collectors contains
/// (those from the files of RubySec and FriendsOfPHP) are left out.
pub(crate) fn check_run(table: &Path, folder: &Path) -> Result<()> {
    let text = std::fs::read_to_string(table).with_context(|| format!("cannot read {}", table.display()))?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().context("an empty table")?.split(',').collect();
    let column = |name: &str| {
        head.iter().position(|field| *field == name).with_context(|| format!("no column {name}"))
    };
    let (repo, commit, advisory) = (column("repo")?, column("commit_sha")?, column("advisory_id")?);
    let (strength, files, evidence) =
        (column("strength")?, column("source_files_changed")?, column("evidence")?);
    let path = folder.join("fixes.jsonl");
    let samples =
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut found = BTreeSet::new();
    for line in samples.lines() {
        let sample: streamguard_dataset::Sample = serde_json::from_str(line)?;
        found.extend(sample.commit.filter(|_| sample.kind == streamguard_dataset::SampleKind::Pair));
    }
    let is_covered = |evidence: &str| {
        evidence.split(';').any(|source| !source.starts_with("rubysec") && !source.starts_with("fop"))
    };
    let (mut rows, mut hits) = (0, 0);
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[strength] != "advisory-reference" || fields[files] == "0" || !is_covered(fields[evidence]) {
            continue;
        }
        rows += 1;
        if found.contains(fields[commit]) {
            hits += 1;
        } else {
            println!("miss: {} {} {}", fields[repo], fields[advisory], fields[commit]);
        }
    }
    println!("{hits} of {rows} rows ({:.1} %) came out as pairs", f64::from(hits) * 100.0 / f64::from(rows));
    Ok(())
}

/// Returns the clone of a repository.
fn clone_of(clones: &Path, repo: &str) -> Option<std::path::PathBuf> {
    let (owner, name) = repo.split_once('/')?;
    let nested = clones.join(format!("{owner}+{name}"));
    let inside = std::fs::read_dir(&nested)
        .ok()
        .and_then(|mut entries| entries.next()?.ok())
        .map(|entry| entry.path());
    [
        Some(clones.join(format!("{owner}__{name}.git"))),
        Some(clones.join(format!("{owner}/{name}.git"))),
        inside,
        Some(nested),
    ]
    .into_iter()
    .flatten()
    .find(|path| streamguard_git::open_repository(path).is_ok())
}

/// Returns counters as text.
fn reasons(counters: &Counters) -> String {
    let listed: Vec<String> = counters.iter().map(|(name, n)| format!("{name} {n}")).collect();
    listed.join(", ")
}
