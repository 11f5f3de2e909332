//! Advisories and pages of the GitHub Advisory Database.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use streamguard_advisories::github::record::{Completeness, read, read_lenient};
use streamguard_advisories::{AdvisoryJob, AdvisorySource, GithubSource, ListingWindow};
use streamguard_dataset::Severity;
use streamguard_engine::testing::check_job;

use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{Simulator, data, run_all, run_payloads, serve, skip};

/// Clock of the tests: 2026-11-01, later than all recorded data.
const NOW: u64 = 1_793_491_200_000;

/// Returns arguments that make the simulator check queries against GitHub's own schema.
fn schema_arguments() -> Vec<String> {
    let python = Command::new("python3").args(["-c", "import graphql"]).output();
    let file = std::env::var_os("STREAMGUARD_TEST_GITHUB_SCHEMA").map(PathBuf::from);
    match (file.filter(|file| file.is_file()), python) {
        (Some(file), Ok(output)) if output.status.success() => {
            vec!["--github-schema".to_owned(), file.display().to_string()]
        }
        _ => {
            skip(
                "GitHub's whole schema (STREAMGUARD_TEST_GITHUB_SCHEMA) or python's graphql is missing: only the simulator's own part of the schema is checked",
            );
            Vec::new()
        }
    }
}

fn source(simulator: &Simulator, cache: &str) -> GithubSource {
    GithubSource {
        github_url: simulator.url("github"),
        upstream: simulator.upstream(cache),
        ..GithubSource::default()
    }
}

fn github_job(simulator: &Simulator, source: GithubSource) -> AdvisoryJob<GithubSource> {
    AdvisoryJob::new(source, simulator.credentials())
}

fn ids(records: &[Value]) -> BTreeSet<&str> {
    records.iter().map(|record| record["id"].as_str().unwrap()).collect()
}

#[test]
fn reads_all_pages_of_the_simulated_database() {
    let schema = schema_arguments();
    let Some(simulator) = Simulator::start(&schema.iter().map(String::as_str).collect::<Vec<_>>()) else {
        return;
    };
    let job = github_job(&simulator, source(&simulator, "all"));
    let (records, counters) = run_all(&job, NOW).unwrap();
    assert_eq!((records.len(), ids(&records).len(), simulator.requests("github-graphql")), (600, 600, 6));
    assert_eq!((counters.get("records.malformed"), counters.get("records.cut")), (None, None));
    assert!(counters["github.points"] >= 6);
    assert!(records.iter().any(|record| record["cvss"].is_object()));
    assert!(records.iter().all(|record| record["modified"].is_string() && record["severity"].is_string()));
    assert!(run_all(&job, NOW).unwrap().0 == records, "from the cache the second time");
    assert_eq!(simulator.requests("github-graphql"), 6);

    // Changes since a date.
    simulator.faults(&[]);
    let since = "2025-01-01T00:00:00.000Z";
    let window = ListingWindow { clock_ms: NOW, known_until_ms: Some(1_735_689_600_000) };
    let shards = job.source().plan(&window).unwrap();
    let (changed, _) = run_payloads(&job, shards.iter().map(|shard| json!(shard))).unwrap();
    let expected = records.iter().filter(|record| record["modified"].as_str().unwrap() >= since).count();
    assert!(expected > 0 && expected < 600, "{expected}");
    assert_eq!(changed.len(), expected);

    // One query for each ecosystem and severity; together they find the same advisories.
    simulator.faults(&[]);
    let filtered = GithubSource {
        ecosystems: ["PIP", "NPM", "PIP"].map(str::to_owned).to_vec(),
        severities: ["HIGH", "CRITICAL"].map(str::to_owned).to_vec(),
        ..source(&simulator, "filtered")
    };
    assert_eq!(filtered.plan(&ListingWindow::everything(NOW)).unwrap().len(), 4);
    let (filtered, _) = run_all(&AdvisoryJob::new(filtered, simulator.credentials()), NOW).unwrap();
    let expected: BTreeSet<&str> = records
        .iter()
        .filter(|record| {
            let affected = record["affected"].as_array().unwrap();
            let is_theirs = |one: &Value| one["ecosystem"] == "PyPI" || one["ecosystem"] == "npm";
            (record["severity"] == "HIGH" || record["severity"] == "CRITICAL")
                && affected.iter().any(is_theirs)
        })
        .map(|record| record["id"].as_str().unwrap())
        .collect();
    assert!(ids(&filtered) == expected, "{} of {}", filtered.len(), expected.len());

    for (number, fault) in [
        "http503:every=3",
        "truncated-json:every=3",
        "secondary-limit:every=4",
        "duplicate-records",
        "hostile-text",
        "hostile-urls",
        "deep-json:every=3",
    ]
    .iter()
    .enumerate()
    {
        simulator.faults(&[fault]);
        let (found, _) = run_all(
            &AdvisoryJob::new(source(&simulator, &format!("fault{number}")), simulator.credentials()),
            NOW,
        )
        .unwrap();
        assert!(ids(&found) == ids(&records), "{fault}: {} of {}", found.len(), records.len());
        assert_eq!(simulator.stats()["canary_hits"], 0, "{fault}");
    }
    let stats = simulator.stats();
    assert_eq!((&stats["rate_limit_violations"], &stats["unsimulated"]), (&json!({}), &json!({})));
    assert_eq!(stats["credentials"]["seen_where_they_should_not_be"], false);
}

#[test]
fn a_repeated_cursor_ends_the_pages() {
    let page = json!({"data": {"page": {"pageInfo": {"hasNextPage": true, "endCursor": "x"}, "nodes": []}}});
    let url = serve(move |_| (200, "application/json", page.to_string().into_bytes()));
    let cache = tempfile::tempdir().unwrap();
    let upstream = UpstreamSettings::new(cache.path().to_owned(), 1.0);
    let credentials = Credentials { github: Some("a-token".to_owned().into()), ..Credentials::default() };
    let source = GithubSource { github_url: url, upstream, ..GithubSource::default() };
    let job = AdvisoryJob::new(source, credentials);
    let error = run_all(&job, NOW).unwrap_err();
    assert!(error.contains("lead back"), "{error}");
}

#[test]
fn without_a_token_the_error_tells_how_to_get_one() {
    let error = run_all(&AdvisoryJob::new(GithubSource::default(), Credentials::default()), NOW).unwrap_err();
    assert!(
        error.contains("GITHUB_TOKEN") && error.contains("--token-file") && error.contains("no scopes"),
        "{error}"
    );
}

#[test]
fn unknown_names_are_refused_in_the_plan() {
    let window = ListingWindow::everything(NOW);
    let source = GithubSource { ecosystems: vec!["COBOL".to_owned()], ..GithubSource::default() };
    let error = source.plan(&window).unwrap_err().to_string();
    assert!(error.contains("COBOL") && error.contains("RUBYGEMS"), "{error}");
    let source = GithubSource { since: Some("soon".to_owned()), ..GithubSource::default() };
    assert!(source.plan(&window).unwrap_err().to_string().contains("soon"));
}

#[test]
fn github_keeps_the_contract() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let rust = GithubSource { ecosystems: vec!["RUST".to_owned()], ..source(&simulator, "contract") };
    let again =
        |settings: Value| serde_json::from_value(settings).map(|source| github_job(&simulator, source));
    check_job(&github_job(&simulator, rust), again).unwrap();
}

#[test]
fn reads_every_recorded_advisory() {
    let Some(path) = data("ghsa/graphql.zip") else { return };
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut nodes = 0;
    for name in ["securityAdvisories_advisories.json", "securityAdvisories_gha_data.json"] {
        let answer: Value = serde_json::from_reader(zip.by_name(name).unwrap()).unwrap();
        for node in answer["data"]["securityAdvisories"]["nodes"].as_array().unwrap() {
            let (whole, _) = read_lenient(&node.to_string()).unwrap();
            assert!(whole.left_out.is_empty(), "{:?} of {}", whole.left_out, whole.record.id);
            let advisory = whole.record;
            assert!(advisory.modified.is_some() && advisory.severity.is_some() && advisory.summary.is_some());
            nodes += 1;
        }
    }
    assert_eq!(nodes, 91);
}

#[test]
fn reads_all_fields_of_an_advisory() {
    let advisory = json!({
        "ghsaId": "GHSA-pg36-wpm5-g57p", "summary": "HTTP Request Smuggling", "description": "### Impact",
        "severity": "MODERATE", "publishedAt": "2019-12-20T23:03:57Z", "updatedAt": "2024-09-20T15:00:00Z", "withdrawnAt": null,
        "identifiers": [{"type": "GHSA", "value": "GHSA-pg36-wpm5-g57p"}, {"type": "CVE", "value": "CVE-2019-16785"}, {"type": "X", "value": "../x"}],
        "references": [{"url": "https://github.com/Pylons/waitress/commit/8eba394"}, {"url": "https://github.com/Pylons/waitress/commit/8eba394"}],
        "cvssSeverities": {"cvssV3": {"score": 7.1, "vectorString": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:L"}, "cvssV4": {"score": 0.0, "vectorString": null}},
        "cwes": {"totalCount": 1, "nodes": [{"cweId": "CWE-444"}]},
        "vulnerabilities": {"totalCount": 101, "nodes": [{"package": {"ecosystem": "PIP", "name": "waitress"}, "vulnerableVersionRange": ">= 0.1, < 1.4.0", "firstPatchedVersion": {"identifier": "1.4.0"}}]},
    });
    let (read_one, completeness) = read(&advisory.to_string()).unwrap();
    assert_eq!(completeness, Completeness::Truncated);
    assert_eq!(
        (read_one.severity, &read_one.aliases[..]),
        (Some(Severity::Medium), &["CVE-2019-16785".to_owned()][..])
    );
    assert_eq!(read_one.cvss.as_ref().unwrap().score, Some(7.1));
    assert_eq!((read_one.references.len(), &read_one.cwes[..]), (1, &["CWE-444".to_owned()][..]));
    let affected = &read_one.affected[0];
    assert_eq!(
        (affected.ecosystem.as_deref(), &affected.introduced[..], &affected.fixed[..]),
        (Some("PyPI"), &["0.1".to_owned()][..], &["1.4.0".to_owned()][..])
    );
    let (through, _) = read(&json!({ "advisory": advisory }).to_string()).unwrap();
    assert_eq!(through, read_one);
    for text in
        ["", "null", "{}", "[]", r#"{"advisory":null}"#, r#"{"ghsaId":"GHSA-../../x"}"#, &"[".repeat(100_000)]
    {
        assert!(read(text).is_none());
    }
}
