//! Collectors replay the embedded snapshot, and find what is in its truth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use streamguard_advisories::{AdvisoryJob, CveSource, GithubSource, OsvSource};
use streamguard_collect::CollectorJob;
use streamguard_dataset::{MergedAdvisory, Sample};
use streamguard_engine::{CompletionStatus, FinishedRun, Job, RunOptions};
use streamguard_exploitdb::ExploitDbCollector;
use streamguard_fixes::{FixesJob, FixesSettings, SourceTarget};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_snapshot::Snapshot;
use streamguard_world::{CLOCK_MS, WorldSettings, WorldTruth};

use crate::WorldOnDisk;

/// Unpacks the embedded snapshot into a cache, and returns its folder and its truth.
fn embedded(cache: &Path) -> (PathBuf, WorldTruth) {
    let snapshot = Snapshot::embedded(cache).expect("it can be unpacked");
    assert_eq!(snapshot.clock_ms, CLOCK_MS);
    // Stored objects, as in a snapshot, make packs with the same names.
    let world = WorldOnDisk::new(WorldSettings { compression: 0, ..WorldSettings::demo() });
    for (repository, path) in world.truth.repositories.iter().zip(world.repositories()) {
        let refs = |folder: &Path| std::fs::read_to_string(folder.join("packed-refs")).unwrap_or_default();
        let is_same = refs(&path) == refs(&snapshot.folder.join(&repository.path));
        assert!(is_same, "{}: the snapshot is old, run `cargo xtask snapshot`", repository.url);
    }
    (snapshot.folder, world.truth.clone())
}

fn lines<'a, T: serde::de::DeserializeOwned + 'a>(
    finished: &'a FinishedRun,
    file: &'a str,
) -> impl Iterator<Item = T> + 'a {
    let made = finished.files.iter().find_map(|made| made.get(file)).unwrap_or_else(|| panic!("no {file}"));
    made.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("a record"))
}

#[test]
fn fixes_of_advisories_are_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (snapshot, truth) = embedded(folder.path());
    let upstream = UpstreamSettings::replaying("".into(), snapshot, CLOCK_MS);
    let none = Credentials::default;
    let targets = ["cve", "github", "osv"].map(|source| SourceTarget { source, samples: 10_000 });
    let jobs: Vec<Arc<dyn Job>> = vec![
        Arc::new(AdvisoryJob::new(CveSource { upstream: upstream.clone(), ..Default::default() }, none())),
        Arc::new(AdvisoryJob::new(GithubSource { upstream: upstream.clone(), ..Default::default() }, none())),
        Arc::new(AdvisoryJob::new(OsvSource { upstream: upstream.clone(), ..Default::default() }, none())),
        Arc::new(CollectorJob::new(ExploitDbCollector {
            upstream: upstream.clone(),
            ..ExploitDbCollector::default()
        })),
        Arc::new(FixesJob::new(FixesSettings { upstream, ..Default::default() }, targets, none())),
    ];
    let finished =
        streamguard_engine::run(jobs, &RunOptions { workers: 2, ..RunOptions::default() }, None, &mut ())
            .unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs);

    // Every source lists its advisories.
    let advisories: Vec<MergedAdvisory> = lines(&finished, "advisories.jsonl").collect();
    let by_id: BTreeMap<&str, &MergedAdvisory> =
        advisories.iter().map(|advisory| (advisory.id.as_str(), advisory)).collect();
    assert_eq!(advisories.len(), truth.advisories.len());
    for planted in &truth.advisories {
        let advisory = by_id.get(planted.ids[0].as_str()).unwrap_or_else(|| panic!("{planted:?}"));
        assert_eq!(advisory.collectors, planted.collectors, "{planted:?}");
        assert_eq!(advisory.aliases.iter().collect::<BTreeSet<_>>(), planted.ids[1..].iter().collect());
        assert_eq!(advisory.withdrawn.is_some(), planted.withdrawn);
    }
    assert!(advisories.iter().any(|advisory| advisory.exploited_since.is_some()));
    assert!(advisories.iter().any(|advisory| !advisory.conflicts.is_empty()));

    // References lead to the planted functions.
    let samples: Vec<Sample> = lines(&finished, "fixes.jsonl").collect();
    let pairs: BTreeSet<(&str, &str)> = samples
        .iter()
        .filter_map(|sample| Some((sample.vulnerable_code.as_deref()?, sample.fixed_code.as_deref()?)))
        .collect();
    let resolving: BTreeSet<&str> =
        truth.advisories.iter().filter(|one| one.resolves).filter_map(|one| one.commit.as_deref()).collect();
    let named: Vec<_> = truth.planted.iter().filter(|one| resolving.contains(one.commit.as_str())).collect();
    let missed: Vec<_> =
        named.iter().filter(|one| !pairs.contains(&(one.before.as_str(), one.after.as_str()))).collect();
    let missed_by: Vec<_> = missed
        .iter()
        .map(|one| {
            let naming = truth.advisories.iter().find(|known| known.commit.as_ref() == Some(&one.commit));
            (&one.commit, &one.function, naming.map(|known| (known.naming, &known.ids)), one.tangled)
        })
        .collect();
    let recall = 1.0 - missed.len() as f64 / named.len() as f64;
    assert!(recall >= 0.98, "{recall:.3} of {} found; missed {missed_by:#?}", named.len());
    let planted: BTreeSet<(&str, &str)> =
        truth.planted.iter().map(|one| (one.before.as_str(), one.after.as_str())).collect();
    let surplus = pairs.difference(&planted).count();
    let precision = 1.0 - surplus as f64 / pairs.len() as f64;
    assert!(precision >= 0.98, "{precision:.3} of {} were planted", pairs.len());

    // Exploits have no fixed side.
    let exploits: Vec<Sample> = lines(&finished, "exploitdb.jsonl").collect();
    assert!(exploits.len() >= 100, "{}", exploits.len());
    assert!(exploits.iter().all(|exploit| exploit.fixed_code.is_none() && exploit.language.is_some()));
}
