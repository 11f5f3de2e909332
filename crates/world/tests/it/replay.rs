//! Collectors replay a snapshot of the world, and find what is in its truth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use streamguard_advisories::{AdvisoryJob, CveSource, GithubSource, OsvSource};
use streamguard_collect::CollectorJob;
use streamguard_dataset::{MergedAdvisory, Sample};
use streamguard_engine::{CompletionStatus, FinishedRun, Job, RunOptions};
use streamguard_exploitdb::ExploitDbCollector;
use streamguard_fixes::{FixesJob, FixesSettings, SourceTarget};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_world::{CLOCK_MS, World, WorldSettings, WorldTruth};

/// Unpacks a snapshot into a folder.
fn unpacked(seed: u64, folder: &Path) -> WorldTruth {
    let file = folder.join("world.tar.zst");
    let truth = World::new(WorldSettings { seed, ..WorldSettings::default() })
        .snapshot(&file)
        .expect("it is written");
    let archive = zstd::Decoder::new(std::fs::File::open(file).expect("it is there")).expect("zstd");
    tar::Archive::new(archive).unpack(folder).expect("a tar archive");
    truth
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
    let truth = unpacked(1, folder.path());
    let upstream = UpstreamSettings::replaying("".into(), folder.path().to_owned(), CLOCK_MS);
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

    // Exploits have no fixed side.
    let exploits: Vec<Sample> = lines(&finished, "exploitdb.jsonl").collect();
    assert!(exploits.len() > 15, "{}", exploits.len());
    assert!(exploits.iter().all(|exploit| exploit.fixed_code.is_none() && exploit.language.is_some()));
}
