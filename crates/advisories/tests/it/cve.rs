//! Records and pages of the National Vulnerability Database.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use streamguard_advisories::cve::record::{read, read_lenient};
use streamguard_advisories::{AdvisoryJob, AdvisorySource, CveSource, ListingWindow};
use streamguard_dataset::{Advisory, Severity};
use streamguard_engine::testing::check_job;

use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{Simulator, data, run_all, run_payloads, serve};

/// Clock of the tests: 2026-11-01, later than all recorded data.
const NOW: u64 = 1_793_491_200_000;

#[test]
fn reads_every_recorded_record() {
    let Some(path) = data("nvd/records.jsonl.gz") else { return };
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let versions = [
        ("cvssMetricV40", "4.0"),
        ("cvssMetricV31", "3.1"),
        ("cvssMetricV30", "3.0"),
        ("cvssMetricV2", "2.0"),
    ];
    let (mut records, mut rejected, mut exploited) = (0, 0, 0);
    let mut by_version: BTreeMap<String, u64> = BTreeMap::new();
    for line in text.lines() {
        let whole = read_lenient(line).unwrap_or_else(|| panic!("not a record: {line}"));
        assert!(whole.left_out.is_empty(), "{:?} of {line}", whole.left_out);
        let advisory = whole.record;
        let raw: Value = serde_json::from_str(line).unwrap();
        let raw = &raw["cve"];
        records += 1;
        rejected += u64::from(advisory.withdrawn.is_some());
        exploited += u64::from(advisory.exploited_since.is_some());
        assert_eq!(advisory.withdrawn.is_some(), raw["vulnStatus"] == "Rejected", "{}", advisory.id);
        // The newest version of CVSS, found without the code under test.
        let newest = versions.iter().find(|(key, _)| raw["metrics"].get(key).is_some());
        let version = advisory.cvss.as_ref().map(|cvss| cvss.version.as_str());
        assert_eq!(version, newest.map(|(_, version)| *version), "{}", advisory.id);
        if let Some((key, version)) = newest {
            *by_version.entry((*version).to_owned()).or_default() += 1;
            let metrics = raw["metrics"][key].as_array().unwrap();
            let chosen = metrics.iter().find(|metric| metric["type"] == "Primary").unwrap_or(&metrics[0]);
            let score = advisory.cvss.as_ref().and_then(|cvss| cvss.score);
            assert_eq!(score, chosen["cvssData"]["baseScore"].as_f64(), "{}", advisory.id);
            assert!(advisory.severity.is_some());
        }
        let urls: std::collections::BTreeSet<&str> =
            raw["references"].as_array().unwrap().iter().map(|link| link["url"].as_str().unwrap()).collect();
        assert_eq!(advisory.references.len(), urls.len(), "{}", advisory.id);
        assert!(
            advisory.published.is_some() && advisory.modified.is_some() && advisory.description.is_some()
        );
    }
    assert_eq!((records, rejected, exploited), (3493, 29, 10));
    let counts: Vec<_> = by_version.iter().map(|(version, n)| (version.as_str(), *n)).collect();
    assert_eq!(counts, RECORDS_BY_VERSION);
}

/// Number of recorded records by version of their rating.
const RECORDS_BY_VERSION: [(&str, u64); 4] = [("2.0", 1714), ("3.0", 465), ("3.1", 821), ("4.0", 448)];

#[test]
fn scores_equal_those_of_nvd() {
    let Some(path) = data("nvd/records.jsonl.gz") else { return };
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut checked = 0;
    for line in text.lines() {
        let raw: Value = serde_json::from_str(line).unwrap();
        for metric in raw["cve"]["metrics"].as_object().unwrap().values().flat_map(|m| m.as_array().unwrap())
        {
            let vector = metric["cvssData"]["vectorString"].as_str().unwrap();
            let cvss =
                streamguard_advisories::cvss::parse_vector(vector).unwrap_or_else(|| panic!("{vector}"));
            // Some scores of version 4.0 count metrics of the vector that others leave out.
            if cvss.version != "4.0" {
                assert_eq!(cvss.score, metric["cvssData"]["baseScore"].as_f64(), "{vector}");
                checked += 1;
            }
        }
    }
    assert!(checked > 4000, "{checked}");
}

#[test]
fn reads_all_fields_of_a_record() {
    let record = json!({"cve": {
        "id": "CVE-2019-16785", "published": "2019-12-20T23:15:11.167", "lastModified": "2024-11-21T04:31:10.783",
        "vulnStatus": "Modified", "cisaExploitAdd": "2021-11-03",
        "descriptions": [{"lang": "es", "value": "no"}, {"lang": "en", "value": "Waitress through 1.3.1 .."}],
        "metrics": {
            "cvssMetricV2": [{"type": "Primary", "baseSeverity": "MEDIUM", "cvssData": {"version": "2.0", "vectorString": "AV:N/AC:L/Au:N/C:N/I:P/A:N", "baseScore": 5.0}}],
            "cvssMetricV31": [
                {"type": "Secondary", "cvssData": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:L", "baseScore": 7.5, "baseSeverity": "CRITICAL"}},
                {"type": "Primary", "cvssData": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "baseScore": 7.5, "baseSeverity": "HIGH"}},
            ],
            "ssvcV203": [{"source": "x", "ssvcData": {}}],
        },
        "weaknesses": [
            {"type": "Primary", "description": [{"lang": "en", "value": "CWE-444"}, {"lang": "en", "value": "NVD-CWE-noinfo"}]},
            {"type": "Secondary", "description": [{"lang": "en", "value": "CWE-444"}, {"lang": "en", "value": "CWE-20"}]},
        ],
        "references": [
            {"url": "https://github.com/Pylons/waitress/commit/8eba394", "tags": ["Patch"]},
            {"url": "https://github.com/Pylons/waitress/security/advisories/GHSA-pg36-wpm5-g57p"},
            {"url": "https://evil.test/github.com/advisories/GHSA-2222-2222-2222"},
            {"url": "https://github.com/Pylons/waitress/commit/8eba394", "tags": ["Third Party Advisory", "Patch"]},
        ],
        "something": {"new": true},
    }});
    let advisory = read(&record.to_string()).unwrap();
    assert_eq!(advisory.aliases, ["GHSA-pg36-wpm5-g57p"]);
    assert_eq!(advisory.published.as_deref(), Some("2019-12-20T23:15:11.167Z"));
    assert_eq!(advisory.exploited_since.as_deref(), Some("2021-11-03T00:00:00.000Z"));
    assert_eq!(advisory.cwes, ["CWE-444", "CWE-20"]);
    assert_eq!(advisory.severity, Some(Severity::High));
    assert_eq!(advisory.cvss.unwrap().vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N");
    assert_eq!(advisory.references.len(), 3);
    assert_eq!(advisory.references[0].tags, ["Patch", "Third Party Advisory"]);
    assert_eq!(
        (advisory.withdrawn, advisory.description.as_deref()),
        (None, Some("Waitress through 1.3.1 .."))
    );
}

#[test]
fn hostile_records_are_malformed() {
    let deep = format!("{{\"cve\":{}", "[".repeat(100_000));
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "{\"cve\":null}",
        "{\"cve\":{\"id\":7}}",
        &deep,
        r#"{"cve":{"id":"CVE-../../etc/passwd"}}"#,
        r#"{"cve":{"id":"GHSA-2222-2222-2222"}}"#,
        r#"{"cve":{"id":"CVE-2020-12345","id":"CVE-2020-12346"}}"#,
    ] {
        assert!(read(text).is_none(), "{}", &text[..text.len().min(80)]);
    }
    let bare =
        read(r#"{"cve":{"id":"CVE-2020-12345","published":"whenever","metrics":{"x":[{}]}}}"#).unwrap();
    let expected =
        Advisory { id: "CVE-2020-12345".to_owned(), collector: "cve".to_owned(), ..Advisory::default() };
    assert_eq!(bare, expected);
    let odd = r#"{"cve":{"id":"CVE-2020-12345","metrics":{"x":[{"cvssData":{"version":"3.1","vectorString":"\u001b[2J","baseScore":1e9}}]}}}"#;
    assert_eq!(read(odd).unwrap().cvss.unwrap().score, None);
}

fn source(simulator: &Simulator, cache: &str) -> CveSource {
    CveSource {
        nvd_url: simulator.url("nvd"),
        nvd_feeds_url: simulator.url("nvd/feeds"),
        upstream: simulator.upstream(cache),
        ..CveSource::default()
    }
}

fn cve_job(simulator: &Simulator, source: CveSource) -> AdvisoryJob<CveSource> {
    AdvisoryJob::new(source, simulator.credentials())
}

#[test]
fn reads_all_pages_of_the_simulated_serve_records() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let all = cve_job(&simulator, source(&simulator, "all"));
    let (records, counters) = run_all(&all, NOW).unwrap();
    assert_eq!((records.len(), simulator.requests("nvd-api")), (3493, 2));
    assert_eq!(counters.get("records.malformed"), None);
    // The same run takes the same records from the cache.
    assert!(run_all(&all, NOW).unwrap().0 == records);
    assert_eq!(simulator.requests("nvd-api"), 2);

    // Each keyword is one query; a record that both find is emitted once.
    simulator.faults(&[]);
    let keywords = vec!["SQL injection".to_owned(), "injection".to_owned()];
    let by_keyword = CveSource { keywords, ..source(&simulator, "keywords") };
    let (found, _) = run_all(&cve_job(&simulator, by_keyword.clone()), NOW).unwrap();
    assert_eq!(simulator.requests("nvd-api"), 2);
    assert!(found.len() > 198 && found.len() < 3493, "{}", found.len());
    let by_both = CveSource { cwes: vec!["CWE-89".to_owned()], ..by_keyword };
    let (both, _) = run_all(&cve_job(&simulator, by_both), NOW).unwrap();
    assert_eq!(simulator.requests("nvd-api"), 4);
    assert!(!both.is_empty() && both.len() < found.len());
    assert!(both.iter().all(|record| record["cwes"].as_array().unwrap().contains(&json!("CWE-89"))));

    // Changes since a date, in ranges of 120 days.
    simulator.faults(&[]);
    let since = "2026-01-01T00:00:00.000Z";
    let update = cve_job(&simulator, source(&simulator, "since"));
    let window = ListingWindow { clock_ms: NOW, known_until_ms: Some(1_767_225_600_000) };
    let shards = update.source().plan(&window).unwrap();
    let (changed, _) = run_payloads(&update, shards.iter().map(|shard| json!(shard))).unwrap();
    let expected = records.iter().filter(|record| record["modified"].as_str().unwrap() >= since).count();
    assert!(expected > 0 && expected < 3493, "{expected}");
    assert_eq!((changed.len(), simulator.requests("nvd-api")), (expected, 3));

    // Faults that the client or the page reader makes good.
    for (number, fault) in [
        "http503:every=2",
        "truncated-json:every=2",
        "short-page:every=2",
        "invalid-utf8:every=2",
        "deep-json:every=2",
        "duplicate-records",
        "hostile-text",
        "hostile-urls",
    ]
    .iter()
    .enumerate()
    {
        simulator.faults(&[fault]);
        let (found, counters) =
            run_all(&cve_job(&simulator, source(&simulator, &format!("fault{number}"))), NOW).unwrap();
        assert_eq!((found.len(), counters.get("records.missing")), (3493, None), "{fault}");
        assert_eq!(simulator.stats()["canary_hits"], 0, "{fault}");
    }
    simulator.faults(&["shrinking-total"]);
    let (found, _) = run_all(&cve_job(&simulator, source(&simulator, "shrinking")), NOW).unwrap();
    assert!(found.len() >= 3489, "{}", found.len());
    assert_eq!(simulator.requests("nvd-api"), 4, "all pages are read once more");
    let stats = simulator.stats();
    assert_eq!(stats["rate_limit_violations"], json!({}));
    assert_eq!(stats["credentials"]["seen_where_they_should_not_be"], false);
}

#[test]
fn cve_keeps_the_contract() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let some = CveSource { cwes: vec!["CWE-89".to_owned()], ..source(&simulator, "contract") };
    let again = |settings: Value| serde_json::from_value(settings).map(|source| cve_job(&simulator, source));
    check_job(&cve_job(&simulator, some), again).unwrap();
}

/// Serves a database of `total` records page by page. Returns its URL and the number of its answers.
fn serve_records(total: u64) -> (String, Arc<AtomicU64>) {
    let pages = Arc::new(AtomicU64::new(0));
    let counter = pages.clone();
    let url = serve(move |line| {
        counter.fetch_add(1, Ordering::Relaxed);
        let value = |name: &str| -> u64 {
            let rest = line.split_once(name).map_or("", |(_, rest)| rest);
            rest.trim_start_matches('=').split(['&', ' ']).next().unwrap().parse().unwrap()
        };
        let start = value("startIndex");
        let end = (start + value("resultsPerPage")).min(total);
        let record = |n| json!({"cve": {"id": format!("CVE-2020-{n:07}")}});
        let items: Vec<Value> = (start..end).map(record).collect();
        let page = json!({"resultsPerPage": items.len(), "startIndex": start, "totalResults": total, "vulnerabilities": items});
        (200, "application/json", page.to_string().into_bytes())
    });
    (url, pages)
}

#[test]
fn fifteen_thousand_records_take_eight_pages() {
    let cache = tempfile::tempdir().unwrap();
    let (url, pages) = serve_records(15_000);
    let upstream = UpstreamSettings::new(cache.path().to_owned(), 0.01);
    let source = CveSource { nvd_url: url, upstream, ..CveSource::default() };
    let (records, _) = run_all(&AdvisoryJob::new(source, Credentials::default()), NOW).unwrap();
    assert_eq!((records.len(), pages.load(Ordering::Relaxed)), (15_000, 8));
}

#[test]
fn smaller_pages_are_accepted() {
    let Some(simulator) = Simulator::start(&["--nvd-page-limit", "1000"]) else { return };
    let (records, _) = run_all(&cve_job(&simulator, source(&simulator, "small")), NOW).unwrap();
    assert_eq!((records.len(), simulator.requests("nvd-api")), (3493, 5), "one refused, four pages");
}

#[test]
fn feeds_replace_too_many_pages() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let with_feeds = |cache: &str| {
        cve_job(&simulator, CveSource { nvd_url: serve_records(300_000).0, ..source(&simulator, cache) })
    };
    let (records, _) = run_all(&with_feeds("feeds"), NOW).unwrap();
    let ids: std::collections::BTreeSet<&str> =
        records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!((records.len(), ids.len()), (3493, 3493));
    assert_eq!(simulator.requests("nvd-api"), 0);
    let requests = simulator.requests("nvd-feed");
    assert!((50..=52).contains(&requests), "a description and a feed for each of 26: {requests}");

    simulator.faults(&["corrupt-gzip:every=5,service=nvd-feed"]);
    let (again, _) = run_all(&with_feeds("corrupt"), NOW).unwrap();
    assert!(again == records, "{} of {}", again.len(), records.len());
}
