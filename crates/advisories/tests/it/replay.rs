//! Filters of a replay: a snapshot that holds all records answers each as the upstream does.

use std::path::PathBuf;

use serde_json::Value;
use streamguard_advisories::{AdvisoryJob, AdvisorySource, CveSource, GithubSource};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{Simulator, run_all};

/// 2026-11-01, after everything that was recorded.
const NOW: u64 = 1_793_491_200_000;

/// Returns the records of a source by id, each once.
fn listed<S: AdvisorySource + 'static>(job: &AdvisoryJob<S>) -> Result<Vec<Value>, String> {
    let (mut records, _) = run_all(job, NOW)?;
    records.sort_by_key(|record| record["id"].as_str().map(str::to_owned));
    records.dedup();
    Ok(records)
}

/// Returns settings that replay what a cache holds.
fn snapshot(recorded: &UpstreamSettings) -> UpstreamSettings {
    UpstreamSettings::replaying(PathBuf::new(), recorded.cache.clone(), NOW)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn all_cve_records_answer_every_filter() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let source = |upstream| CveSource {
        nvd_url: simulator.url("nvd"),
        nvd_feeds_url: simulator.url("nvd/feeds"),
        upstream,
        ..CveSource::default()
    };
    let all = simulator.upstream("all");
    let everything = listed(&AdvisoryJob::new(source(all.clone()), simulator.credentials())).unwrap();
    let some = |keywords: &[&str], cwes: &[&str], since: Option<&str>, upstream| CveSource {
        keywords: words(keywords),
        cwes: words(cwes),
        since: since.map(str::to_owned),
        ..source(upstream)
    };
    for (number, (keywords, cwes, since)) in [
        (&["SQL injection", "use after free"][..], &[][..], None),
        (&["cross-site scripting"], &[], None),
        (&["inject"], &["CWE-79", "CWE-89"], None),
        (&[], &["CWE-125"], Some("2025-01-01")),
        (&[], &[], Some("2026-01-01")),
    ]
    .into_iter()
    .enumerate()
    {
        let asked = some(keywords, cwes, since, simulator.upstream(&format!("filter{number}")));
        let asked = listed(&AdvisoryJob::new(asked, simulator.credentials())).unwrap();
        let replayed = some(keywords, cwes, since, snapshot(&all));
        let replayed = listed(&AdvisoryJob::new(replayed, Credentials::default())).unwrap();
        assert!(!asked.is_empty() && asked.len() < everything.len(), "{keywords:?} {cwes:?} {since:?}");
        assert!(replayed == asked, "{keywords:?} {cwes:?} {since:?}: {} {}", replayed.len(), asked.len());
    }
    // A snapshot of a part of the records answers nothing else.
    let part = some(&["XML external entity"], &[], None, simulator.upstream("part"));
    listed(&AdvisoryJob::new(part.clone(), simulator.credentials())).unwrap();
    let other = some(&["race condition"], &[], None, snapshot(&part.upstream));
    let error = listed(&AdvisoryJob::new(other, Credentials::default())).unwrap_err();
    assert!(error.contains("race") && error.contains("not in the snapshot"), "{error}");
}

#[test]
fn all_github_advisories_answer_every_filter() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let all = simulator.upstream("all");
    let some = |ecosystems: &[&str], severities: &[&str], since: Option<&str>, upstream| GithubSource {
        github_url: simulator.url("github"),
        ecosystems: words(ecosystems),
        severities: words(severities),
        since: since.map(str::to_owned),
        upstream,
        ..GithubSource::default()
    };
    let everything = some(&[], &[], None, all.clone());
    let everything = listed(&AdvisoryJob::new(everything, simulator.credentials())).unwrap();
    for (number, (ecosystems, severities, since)) in [
        (&["PIP"][..], &["CRITICAL"][..], None),
        (&["NPM", "RUST"], &[], None),
        (&[], &["LOW", "MODERATE"], None),
        (&[], &[], Some("2025-01-01")),
        (&["PIP"], &["HIGH", "MODERATE"], Some("2024-01-01")),
    ]
    .into_iter()
    .enumerate()
    {
        let asked = some(ecosystems, severities, since, simulator.upstream(&format!("filter{number}")));
        let asked = listed(&AdvisoryJob::new(asked, simulator.credentials())).unwrap();
        let replayed = some(ecosystems, severities, since, snapshot(&all));
        let replayed = listed(&AdvisoryJob::new(replayed, Credentials::default())).unwrap();
        assert!(
            !asked.is_empty() && asked.len() < everything.len(),
            "{ecosystems:?} {severities:?} {since:?}: {}",
            asked.len()
        );
        assert!(
            replayed == asked,
            "{ecosystems:?} {severities:?} {since:?}: {} {}",
            replayed.len(),
            asked.len()
        );
    }
}
