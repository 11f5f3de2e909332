//! A snapshot of everything answers filters as the upstreams do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use streamguard_advisories::cve::QUICK_TEST_KEYWORDS;
use streamguard_advisories::{
    AdvisoryJob, AdvisorySource, CveSource, GithubSource, ListingWindow, OsvSource,
};
use streamguard_engine::testing::run_shard;
use streamguard_http::{Credentials, UpstreamAccess, UpstreamRequest, UpstreamSettings};
use streamguard_snapshot::Snapshot;
use streamguard_world::{CLOCK_MS, Upstreams, World, WorldSettings};

/// Returns the records of a source by id, each once.
fn listed<S: AdvisorySource + 'static>(job: &AdvisoryJob<S>) -> Result<Vec<Value>, String> {
    let shards = job.source().plan(&ListingWindow::everything(CLOCK_MS)).expect("a plan");
    let mut records = Vec::new();
    for shard in shards {
        let (lines, _) = run_shard(job, json!(shard)).map_err(|error| error.to_string())?;
        records.extend(lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
    }
    records.sort_by_key(|record| record["id"].as_str().map(str::to_owned));
    records.dedup();
    Ok(records)
}

/// Asks the upstreams of the world, and records their answers in a folder.
fn ask<S: AdvisorySource + 'static>(upstreams: &Arc<Upstreams>, folder: &Path, source: S) -> Vec<Value> {
    let upstreams = Arc::clone(upstreams);
    let respond = move |request: &UpstreamRequest| {
        let answer = upstreams.answer(&request.url, request.body.as_deref())?;
        (answer.status == 200).then_some(answer.bytes)
    };
    let access = UpstreamAccess::recording(folder, Box::new(respond));
    listed(&AdvisoryJob::with_access(source, access)).expect("all requests are answered")
}

/// Returns settings that replay what a folder holds.
fn replaying(folder: &Path) -> UpstreamSettings {
    UpstreamSettings::replaying(PathBuf::new(), folder.to_owned(), CLOCK_MS)
}

/// Returns the records of a replay.
fn replay<S: AdvisorySource + 'static>(source: S) -> Result<Vec<Value>, String> {
    listed(&AdvisoryJob::new(source, Credentials::default()))
}

/// Asks the upstreams of the world with a filter, and compares a replay of a snapshot.
fn compare<S: AdvisorySource + 'static>(
    upstreams: &Arc<Upstreams>,
    snapshot: &Path,
    filtered: impl Fn(UpstreamSettings) -> S,
) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let asked = ask(upstreams, folder.path(), filtered(UpstreamSettings::default()));
    let source = filtered(replaying(snapshot));
    let shown = format!("{source:?}");
    let replayed = replay(source).unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert!(!asked.is_empty() && replayed == asked, "{shown}: {} {}", replayed.len(), asked.len());
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn filters_of_a_replay_are_those_of_the_upstreams() {
    let upstreams = Arc::new(World::new(WorldSettings::demo()).upstreams().expect("a world"));
    let cache = tempfile::tempdir().expect("a temporary folder");
    let snapshot = Snapshot::embedded(cache.path()).expect("it can be unpacked").folder;
    let cve = |keywords: &[&str], cwes: &[&str], since: Option<&str>| {
        compare(&upstreams, &snapshot, |upstream| CveSource {
            keywords: words(keywords),
            cwes: words(cwes),
            since: since.map(str::to_owned),
            upstream,
            ..CveSource::default()
        });
    };
    cve(&QUICK_TEST_KEYWORDS, &[], None);
    cve(&["injection"], &["CWE-89", "CWE-78"], Some("2022-06-01"));
    cve(&[], &["CWE-79"], None);
    cve(&[], &[], Some("2024-01-01"));
    let github = |ecosystems: &[&str], severities: &[&str], since: Option<&str>| {
        compare(&upstreams, &snapshot, |upstream| GithubSource {
            ecosystems: words(ecosystems),
            severities: words(severities),
            since: since.map(str::to_owned),
            upstream,
            ..GithubSource::default()
        });
    };
    github(&["PIP"], &["CRITICAL"], None);
    github(&["NPM", "GO", "MAVEN"], &[], Some("2023-01-01"));
    github(&[], &["LOW", "MODERATE"], None);
    github(&[], &[], Some("2024-01-01"));
    let osv = |ecosystems: &[&str], since: Option<&str>| {
        compare(&upstreams, &snapshot, |upstream| OsvSource {
            osv_ecosystems: words(ecosystems),
            since: since.map(str::to_owned),
            upstream,
            ..OsvSource::default()
        });
    };
    osv(&["PyPI", "Go"], Some("2023-01-01"));
    osv(&["all"], None);
}

#[test]
fn a_snapshot_of_a_part_answers_nothing_else() {
    let upstreams = Arc::new(World::new(WorldSettings::default()).upstreams().expect("a world"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cve =
        |keyword: &str, upstream| CveSource { keywords: words(&[keyword]), upstream, ..CveSource::default() };
    let github = |severity: &str, upstream| GithubSource {
        severities: words(&[severity]),
        upstream,
        ..GithubSource::default()
    };
    let osv = |ecosystem: &str, upstream| OsvSource {
        osv_ecosystems: words(&[ecosystem]),
        upstream,
        ..OsvSource::default()
    };
    ask(&upstreams, folder.path(), cve("injection", UpstreamSettings::default()));
    ask(&upstreams, folder.path(), github("HIGH", UpstreamSettings::default()));
    ask(&upstreams, folder.path(), osv("PyPI", UpstreamSettings::default()));
    let snapshot = || replaying(folder.path());
    for error in [
        replay(cve("traversal", snapshot())),
        replay(CveSource { upstream: snapshot(), ..CveSource::default() }),
        replay(github("LOW", snapshot())),
        replay(osv("Go", snapshot())),
        replay(osv("all", snapshot())),
    ] {
        let error = error.expect_err("it was not recorded");
        assert!(error.contains("not in the snapshot"), "{error}");
    }
}

#[test]
fn the_archive_of_all_ecosystems_answers_each() {
    let upstreams = Arc::new(World::new(WorldSettings::default()).upstreams().expect("a world"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let osv = |ecosystems: &[&str], upstream| OsvSource {
        osv_ecosystems: words(ecosystems),
        upstream,
        ..OsvSource::default()
    };
    ask(&upstreams, folder.path(), osv(&["all"], UpstreamSettings::default()));
    compare(&upstreams, folder.path(), |upstream| osv(&["PyPI", "npm"], upstream));
    assert_eq!(replay(osv(&["No such ecosystem"], replaying(folder.path()))), Ok(Vec::new()));
    // No field of a record states whether it is in this archive.
    let error = replay(osv(&["GIT"], replaying(folder.path()))).expect_err("it was not recorded");
    assert!(error.contains("GIT/all.zip"), "{error}");
}
