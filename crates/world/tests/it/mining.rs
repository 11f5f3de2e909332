//! The repo collector, measured against the planted fixes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use streamguard_collect::CollectorJob;
use streamguard_dataset::{Sample, SampleKind};
use streamguard_engine::{CompletionStatus, RunOptions};
use streamguard_mining::RepoCollector;
use streamguard_world::{Findability, WorldSettings};

use crate::WorldOnDisk;

/// Commit, path and both sides of a pair.
type Pair = (String, String, String, String);

/// Mines a world as `collect` does by default. Returns its pairs by commit, function and code. Of other samples there
/// may only be functions that were removed because they are vulnerable, as their commits say.
fn mine(world: &WorldOnDisk) -> BTreeSet<Pair> {
    let repositories = world.repositories().iter().map(|path| path.display().to_string()).collect();
    let collector = RepoCollector { repo: repositories, ..RepoCollector::default() };
    let options = RunOptions { workers: 2, ..RunOptions::default() };
    let finished =
        streamguard_engine::run(vec![Arc::new(CollectorJob::new(collector))], &options, None, &mut ())
            .unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs[0].failed_shards);
    let lines = String::from_utf8(finished.files[0]["repo.jsonl"].clone()).unwrap();
    let samples = lines.lines().map(|line| serde_json::from_str::<Sample>(line).unwrap());
    let (pairs, others): (Vec<Sample>, Vec<Sample>) =
        samples.partition(|sample| sample.kind == SampleKind::Pair);
    for other in others {
        let message = other.commit_message.unwrap_or_default();
        let is_removal = message.contains("emove ") || message.contains("Drop vulnerable");
        assert!(other.kind == SampleKind::Vulnerable && is_removal, "{:?}: {message}", other.kind);
    }
    pairs
        .into_iter()
        .map(|sample| {
            let text = |field: Option<String>| field.unwrap_or_default();
            (
                text(sample.commit),
                text(sample.path_after),
                text(sample.vulnerable_code),
                text(sample.fixed_code),
            )
        })
        .collect()
}

#[test]
fn planted_pairs_are_found_and_little_else() {
    let small = [1, 2, 3].map(|seed| WorldSettings { seed, ..WorldSettings::default() });
    for settings in small.into_iter().chain([WorldSettings::demo()]) {
        let (seed, fixes) = (settings.seed, settings.fixes);
        let world = WorldOnDisk::new(settings);
        let found = mine(&world);
        let key = |planted: &streamguard_world::PlantedFix| {
            (
                planted.commit.clone(),
                planted.path_after.clone(),
                planted.before.clone(),
                planted.after.clone(),
            )
        };
        let is_findable = |findable| matches!(findable, Findability::ByMessage | Findability::ThroughMerge);
        let findable: Vec<_> =
            world.truth.planted.iter().filter(|planted| is_findable(planted.findable)).collect();
        let planted: BTreeSet<Pair> = world.truth.planted.iter().map(key).collect();
        let missed: Vec<_> = findable.iter().filter(|planted| !found.contains(&key(planted))).collect();
        let surplus: Vec<_> = found.iter().filter(|pair| !planted.contains(pair)).collect();
        let recall = 1.0 - missed.len() as f64 / findable.len() as f64;
        let wrong = surplus.len() as f64 / found.len() as f64;
        let by_commit: BTreeMap<_, _> = missed
            .iter()
            .map(|planted| (&planted.commit, (&planted.repository, &planted.function, &planted.weakness)))
            .collect();
        assert!(
            recall >= 0.98,
            "seed {seed}, {fixes} fixes: {recall:.3} of {} found; missed {by_commit:#?}",
            findable.len()
        );
        let commits: BTreeSet<_> = surplus.iter().map(|pair| (&pair.0, &pair.1)).collect();
        assert!(
            wrong <= 0.02,
            "seed {seed}, {fixes} fixes: {wrong:.3} of {} were not planted: {commits:#?}",
            found.len()
        );
        assert!(findable.len() > 100, "seed {seed}, {fixes} fixes: only {} to find", findable.len());
    }
}
