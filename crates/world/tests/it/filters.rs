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
fn listed<S: AdvisorySource + 'static>(job: &AdvisoryJob<S>) -> Vec<Value> {
    let shards = job.source().plan(&ListingWindow::everything(CLOCK_MS)).expect("a plan");
    let mut records = Vec::new();
    for shard in shards {
        let (lines, _) =
            run_shard(job, json!(shard)).unwrap_or_else(|error| panic!("{:?}: {error}", job.source()));
        records.extend(lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
    }
    records.sort_by_key(|record| record["id"].as_str().map(str::to_owned));
    records.dedup();
    records
}

/// Asks the upstreams of the world with a filter, and compares a replay of the embedded snapshot.
fn compare<S: AdvisorySource + 'static>(
    upstreams: &Arc<Upstreams>,
    snapshot: &Path,
    filtered: impl Fn(UpstreamSettings) -> S,
) {
    let (folder, upstreams) = (tempfile::tempdir().expect("a temporary folder"), Arc::clone(upstreams));
    let respond = move |request: &UpstreamRequest| {
        let answer = upstreams.answer(&request.url, request.body.as_deref())?;
        (answer.status == 200).then_some(answer.bytes)
    };
    let asked = UpstreamAccess::recording(folder.path(), Box::new(respond));
    let asked = listed(&AdvisoryJob::with_access(filtered(UpstreamSettings::default()), asked));
    let replay = UpstreamSettings::replaying(PathBuf::new(), snapshot.to_owned(), CLOCK_MS);
    let source = filtered(replay);
    let shown = format!("{source:?}");
    let replayed = listed(&AdvisoryJob::new(source, Credentials::default()));
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
