//! Records with parts that are not as documented: the parts are left out and named, and the rest is kept.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use streamguard_advisories::cve::record::read_lenient as read_cve;
use streamguard_advisories::github::record::{Completeness, read_lenient as read_github};
use streamguard_advisories::osv::record::read_lenient as read_osv;
use streamguard_advisories::{
    AdvisoryJob, AdvisorySource, CveSource, GithubSource, LenientRecord, ListingWindow, OsvSource,
};
use streamguard_dataset::{Advisory, Severity};
use streamguard_engine::{Event, EventKind, FinishedRun, Job, LogLevel, Observer, RunOptions, RunState};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{run_payloads, serve};

const URL: &str = "https://github.com/o/r/commit/8eba394";

fn parts(read: Option<LenientRecord<Advisory>>) -> (Advisory, Vec<String>) {
    let LenientRecord { record, left_out } = read.expect("a record");
    (record, left_out)
}

#[test]
fn parts_of_cve_records_are_left_out() {
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N";
    let good = json!({
        "id": "CVE-2020-12345", "published": "2019-12-20T23:15:11.167", "lastModified": "2024-11-21T04:31:10.783",
        "vulnStatus": "Modified", "cisaExploitAdd": "2021-11-03",
        "descriptions": [{"lang": "en", "value": "A flaw"}],
        "metrics": {"cvssMetricV31": [{"type": "Primary", "cvssData": {"version": "3.1", "vectorString": vector, "baseScore": 7.5, "baseSeverity": "HIGH"}}]},
        "weaknesses": [{"description": [{"lang": "en", "value": "CWE-89"}]}],
        "references": [{"url": "https://example.org", "tags": ["Exploit"]}, {"url": URL, "tags": ["Patch"]}],
    });
    let (whole, none) = parts(read_cve(&json!({ "cve": good }).to_string()));
    assert!(none.is_empty());
    // Pointer to a part, its wrong value, and the path that is named.
    for (pointer, value, path) in [
        ("/published", json!("whenever"), "published"),
        ("/published", json!(2019), "published"),
        ("/cisaExploitAdd", json!(""), "cisaExploitAdd"),
        ("/vulnStatus", json!(["Modified"]), "vulnStatus"),
        ("/descriptions", json!(null), "descriptions"),
        ("/descriptions/0/value", json!(7), "descriptions[0]"),
        ("/metrics", json!([]), "metrics"),
        ("/metrics/cvssMetricV31", json!(null), "metrics.cvssMetricV31"),
        (
            "/metrics/cvssMetricV31/0/cvssData/baseScore",
            json!("7.5"),
            "metrics.cvssMetricV31[0].cvssData.baseScore",
        ),
        (
            "/metrics/cvssMetricV31/0/cvssData/baseScore",
            json!(75),
            "metrics.cvssMetricV31[0].cvssData.baseScore",
        ),
        (
            "/metrics/cvssMetricV31/0/cvssData/baseSeverity",
            json!("SEVERE"),
            "metrics.cvssMetricV31[0].cvssData.baseSeverity",
        ),
        ("/metrics/cvssMetricV31/0/cvssData/vectorString", json!(null), "metrics.cvssMetricV31[0].cvssData"),
        ("/weaknesses", json!(null), "weaknesses"),
        ("/weaknesses/0/description", json!("CWE-89"), "weaknesses[0].description"),
        ("/references/0", json!({"tags": ["Exploit"]}), "references[0]"),
        ("/references/0", json!(null), "references[0]"),
        ("/references/0/tags", json!(null), "references[0].tags"),
        ("/references/0/tags/0", json!(null), "references[0].tags[0]"),
    ] {
        let mut record = good.clone();
        *record.pointer_mut(pointer).unwrap() = value;
        let (advisory, left_out) = parts(read_cve(&json!({ "cve": record }).to_string()));
        assert_eq!(left_out, [path], "{pointer}");
        // All other parts are those of the whole record.
        assert!(advisory.references.contains(&whole.references[1]), "{pointer}");
        assert_eq!((&advisory.id, &advisory.modified), (&whole.id, &whole.modified));
        if !pointer.starts_with("/metrics") {
            assert_eq!((&advisory.cvss, advisory.severity), (&whole.cvss, whole.severity), "{pointer}");
        } else if path.ends_with("baseScore") || path.ends_with("baseSeverity") {
            let cvss = advisory.cvss.unwrap();
            assert_eq!(
                (cvss.vector.as_str(), advisory.severity),
                (vector, Some(Severity::High)),
                "{pointer}"
            );
        }
        if !pointer.starts_with("/weaknesses") {
            assert_eq!(advisory.cwes, whole.cwes, "{pointer}");
        }
    }
}

#[test]
fn parts_of_github_advisories_are_left_out() {
    let good = json!({
        "ghsaId": "GHSA-pg36-wpm5-g57p", "summary": "Smuggling", "severity": "MODERATE",
        "publishedAt": "2019-12-20T23:03:57Z", "updatedAt": "2024-09-20T15:00:00Z",
        "identifiers": [{"value": "CVE-2019-16785"}], "references": [{"url": "https://example.org"}, {"url": URL}],
        "cvssSeverities": {"cvssV3": {"score": 7.1, "vectorString": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:L"}},
        "cwes": {"totalCount": 1, "nodes": [{"cweId": "CWE-444"}]},
        "vulnerabilities": {"totalCount": 1, "nodes": [{"package": {"ecosystem": "PIP", "name": "waitress"}, "firstPatchedVersion": {"identifier": "1.4.0"}}]},
    });
    for (pointer, value, path) in [
        ("/severity", json!("SEVERE"), "severity"),
        ("/updatedAt", json!("yesterday"), "updatedAt"),
        ("/identifiers", json!(null), "identifiers"),
        ("/references/0", json!({}), "references[0]"),
        ("/references/0/url", json!(7), "references[0]"),
        ("/cvssSeverities/cvssV3/score", json!("7.1"), "cvssSeverities.cvssV3.score"),
        ("/cwes/nodes/0/cweId", json!(444), "cwes.nodes[0]"),
        ("/vulnerabilities/nodes/0/package/name", json!(null), "vulnerabilities.nodes[0].package"),
        ("/vulnerabilities/totalCount", json!("1"), "vulnerabilities.totalCount"),
    ] {
        let mut advisory = good.clone();
        *advisory.pointer_mut(pointer).unwrap() = value;
        for node in [advisory.clone(), json!({ "advisory": advisory })] {
            let (read, completeness) = read_github(&node.to_string()).unwrap();
            assert_eq!(read.left_out, [path], "{pointer}");
            assert!(read.record.references.iter().any(|one| one.url == URL), "{pointer}");
            assert_eq!(completeness, Completeness::Complete, "{pointer}");
        }
    }
}

#[test]
fn parts_of_osv_records_are_left_out() {
    let good = json!({
        "id": "PYSEC-2024-1", "modified": "2024-01-02T00:00:00Z", "aliases": ["CVE-2024-0001"], "details": "A flaw",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"}],
        "references": [{"type": "WEB", "url": "https://example.org"}, {"type": "FIX", "url": URL}],
        "affected": [{"package": {"ecosystem": "PyPI", "name": "r"}, "ranges": [
            {"type": "GIT", "repo": "https://github.com/o/r", "events": [{"introduced": "0"}, {"fixed": "8eba394"}]},
            {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}]}]}],
    });
    for (pointer, value, path) in [
        ("/modified", json!("2024-13-01"), "modified"),
        ("/details", json!({"text": "A flaw"}), "details"),
        ("/aliases/0", json!(null), "aliases[0]"),
        ("/severity/0", json!({"type": "CVSS_V3"}), "severity[0]"),
        ("/severity/0/score", json!(7.5), "severity[0]"),
        ("/severity/0/score", json!("high"), "severity[0]"),
        ("/references/0", json!({"type": "WEB"}), "references[0]"),
        ("/references/0/type", json!(3), "references[0].type"),
        ("/affected/0/package/name", json!(7), "affected[0].package.name"),
        ("/affected/0/ranges/1/type", json!("COMMITS"), "affected[0].ranges[1].type"),
        ("/affected/0/ranges/0/events/0", json!(null), "affected[0].ranges[0].events[0]"),
    ] {
        let mut record = good.clone();
        *record.pointer_mut(pointer).unwrap() = value;
        let (advisory, left_out) = parts(read_osv(record.to_string().as_bytes()));
        let named = left_out == [path] || left_out == [path.trim_end_matches(".type")];
        assert!(left_out.len() == 1 && named, "{pointer}: {left_out:?}");
        assert!(advisory.references.iter().any(|one| one.url == URL && one.tags == ["FIX"]), "{pointer}");
        assert!(advisory.affected.iter().any(|one| one.fixed == ["8eba394"]), "{pointer}");
    }
}

/// The warnings of a run.
#[derive(Default)]
struct Warnings(Vec<String>);

impl Observer for Warnings {
    fn on_event(&mut self, event: &Event, _: &RunState) {
        if let EventKind::Log { level: LogLevel::Warning, text, .. } = &event.kind {
            self.0.push(text.clone());
        }
    }
}

/// Runs a source, and returns the run, the ids of its advisories, and its warnings.
pub(super) fn run<S: AdvisorySource + 'static>(
    source: S,
    credentials: Credentials,
) -> (FinishedRun, Vec<String>, Vec<String>) {
    let file = streamguard_advisories::file_name(source.name());
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(AdvisoryJob::new(source, credentials))];
    let mut warnings = Warnings::default();
    let run = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut warnings).unwrap();
    let lines = String::from_utf8(run.files[0][&file].clone()).unwrap();
    let id = |line: &str| serde_json::from_str::<Advisory>(line).unwrap().id;
    let ids = lines.lines().map(id).collect();
    (run, ids, warnings.0)
}

pub(super) fn settings(cache: &tempfile::TempDir) -> UpstreamSettings {
    UpstreamSettings::new(cache.path().to_owned(), 0.01)
}

fn cve_records() -> Vec<Value> {
    vec![
        json!({"cve": {"id": "CVE-2020-0001", "references": [{"url": URL}, {"tags": []}]}}),
        json!({"cve": {"id": "CVE-2020-0002", "weaknesses": null, "published": "never"}}),
        json!({"cve": {"id": "CVE-2020-0003"}}),
        json!({"cve": {"id": 7, "references": []}}),
    ]
}

fn assert_cve(run: &FinishedRun, ids: &[String], warnings: &[String]) {
    assert_eq!(ids, ["CVE-2020-0001", "CVE-2020-0002", "CVE-2020-0003"]);
    assert_eq!(
        warnings,
        [
            "2 records of NVD have parts that are not as documented and were left out: \
             CVE-2020-0001 (references[1]), CVE-2020-0002 (published, weaknesses)",
            "1 record of NVD cannot be used and was dropped: {\"cve\":{\"id\":7,\"references\":[]}}"
        ]
    );
    let counters = &run.state.jobs[0].counters;
    assert_eq!((counters["records.trimmed"], counters["records.malformed"]), (2, 1));
}

#[test]
fn a_run_names_the_records_and_keeps_them() {
    let items = cve_records();
    let page = json!({"resultsPerPage": items.len(), "startIndex": 0, "totalResults": items.len(), "vulnerabilities": items});
    let nvd_url = serve(move |_| (200, "application/json", page.to_string().into_bytes()));
    let cache = tempfile::tempdir().unwrap();
    let source = CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() };
    let (done, ids, warnings) = run(source.clone(), Credentials::default());
    assert_cve(&done, &ids, &warnings);
    // The next run takes them from the cache.
    let (_, again, _) = run(source, Credentials::default());
    assert_eq!(again, ids);
}

#[test]
fn a_record_beyond_all_limits_is_cut_down_and_the_others_are_whole() {
    let references: Vec<Value> =
        (0..300_000).map(|n| json!({"url": format!("https://a.test/{n}")})).collect();
    let description = json!([{"lang": "en", "value": "x".repeat(20 << 20)}]);
    let items = json!([
        {"cve": {"id": "CVE-2020-0001", "references": [{"url": URL}]}},
        {"cve": {"id": "CVE-2020-0002", "references": references, "descriptions": description}},
        {"cve": {"id": "CVE-2020-0003"}},
    ]);
    let page = json!({"resultsPerPage": 3, "startIndex": 0, "totalResults": 3, "vulnerabilities": items});
    let nvd_url = serve(move |_| (200, "application/json", page.to_string().into_bytes()));
    let cache = tempfile::tempdir().unwrap();
    let source = CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() };
    let (done, ids, warnings) = run(source, Credentials::default());
    assert_eq!(ids, ["CVE-2020-0001", "CVE-2020-0002", "CVE-2020-0003"]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let cut = "CVE-2020-0002 (references: 300000, of which 2000 are kept, description: 20971520";
    assert!(warnings[0].contains(cut), "{warnings:?}");
    assert_eq!(done.state.jobs[0].counters["records.trimmed"], 1);
}

#[test]
fn feeds_keep_their_records_too() {
    let page = json!({"resultsPerPage": 0, "startIndex": 0, "totalResults": 300_000, "vulnerabilities": []});
    let nvd_url = serve(move |_| (200, "application/json", page.to_string().into_bytes()));
    let feed = |items: Vec<Value>| json!({ "vulnerabilities": items }).to_string().into_bytes();
    let (full, empty) = (feed(cve_records()), feed(Vec::new()));
    let nvd_feeds_url = serve(move |line| {
        let feed = if line.contains("2.0-2020.") { &full } else { &empty };
        if line.contains(".meta") {
            let digest: String = Sha256::digest(feed).iter().map(|byte| format!("{byte:02x}")).collect();
            return (200, "text/plain", format!("sha256:{digest}\r\n").into_bytes());
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(feed).unwrap();
        (200, "application/gzip", packed.finish().unwrap())
    });
    let cache = tempfile::tempdir().unwrap();
    let source = CveSource { nvd_url, nvd_feeds_url, upstream: settings(&cache), ..CveSource::default() };
    let (done, ids, warnings) = run(source, Credentials::default());
    assert_cve(&done, &ids, &warnings);
}

#[test]
fn other_sources_name_their_records_as_well() {
    let nodes = json!([
        {"ghsaId": "GHSA-pg36-wpm5-g57p", "references": null, "updatedAt": "2024-09-20T15:00:00Z"},
        {"ghsaId": "GHSA-pg36-wpm5-g57q", "updatedAt": "2024-09-20T15:00:00Z"},
    ]);
    let page = json!({"data": {"page": {"pageInfo": {"hasNextPage": false}, "nodes": nodes}}});
    let github_url = serve(move |_| (200, "application/json", page.to_string().into_bytes()));
    let cache = tempfile::tempdir().unwrap();
    let credentials = Credentials { github: Some("a-token".to_owned().into()), ..Credentials::default() };
    let source = GithubSource { github_url, upstream: settings(&cache), ..GithubSource::default() };
    let (_, ids, warnings) = run(source, credentials);
    assert_eq!(ids, ["GHSA-pg36-wpm5-g57p", "GHSA-pg36-wpm5-g57q"]);
    let text = "1 record of GitHub has parts that are not as documented and were left out: GHSA-pg36-wpm5-g57p (references)";
    assert_eq!(warnings, [text]);

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for n in 1..=9 {
        zip.start_file(format!("X-{n}.json"), zip::write::SimpleFileOptions::default()).unwrap();
        let record = json!({"id": format!("X-{n}"), "references": [null, {"type": "FIX", "url": URL}]});
        zip.write_all(record.to_string().as_bytes()).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let osv_url = serve(move |_| (200, "application/zip", zip.clone()));
    let osv_ecosystems = vec!["all".to_owned()];
    let source = OsvSource { osv_url, osv_ecosystems, upstream: settings(&cache), ..OsvSource::default() };
    let (done, ids, warnings) = run(source, Credentials::default());
    assert_eq!((ids.len(), done.state.jobs[0].counters["records.trimmed"]), (9, 9));
    let names = "X-1 (references[0]), X-2 (references[0]), X-3 (references[0])";
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("9 records of OSV") && warnings[0].contains(names), "{}", warnings[0]);
    assert!(warnings[0].ends_with(" and 4 more"), "{}", warnings[0]);
}

#[test]
fn a_changed_record_of_osv_does_not_fail_the_others() {
    let osv_url = serve(|line| match line.split(' ').nth(1).unwrap() {
        "/PyPI/modified_id.csv" => {
            (200, "text/csv", b"2026-10-31T00:00:00Z,X-2\n2026-10-30T00:00:00Z,X-1\n".to_vec())
        }
        "/PyPI/X-1.json" => {
            let record =
                json!({"id": "X-1", "modified": "2026-10-30T00:00:00Z", "aliases": [7, "CVE-2026-0001"]});
            (200, "application/json", record.to_string().into_bytes())
        }
        _ => (200, "application/json", b"{\"id\": 2}".to_vec()),
    });
    let cache = tempfile::tempdir().unwrap();
    let osv_ecosystems = vec!["PyPI".to_owned()];
    let source = OsvSource { osv_url, osv_ecosystems, upstream: settings(&cache), ..OsvSource::default() };
    let window = ListingWindow { clock_ms: 1_793_491_200_000, known_until_ms: Some(1_793_000_000_000) };
    let shards: Vec<Value> = source.plan(&window).unwrap().iter().map(|shard| json!(shard)).collect();
    let (records, counters) =
        run_payloads(&AdvisoryJob::new(source, Credentials::default()), shards).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!((&records[0]["id"], &records[0]["aliases"]), (&json!("X-1"), &json!(["CVE-2026-0001"])));
    assert_eq!((counters["records.trimmed"], counters["records.malformed"]), (1, 1));
}

/// An advisory that is withdrawn must not become valid because nobody can read since when.
#[test]
fn a_withdrawal_without_a_readable_date_counts() {
    let (never, since) = ("1970-01-01T00:00:00.000Z", "2024-09-20T15:00:00.000Z");
    for (changed, expected) in [(json!(null), never), (json!("soon"), never), (json!(since), since)] {
        let cve = json!({"cve": {"id": "CVE-2020-0001", "vulnStatus": "Rejected", "lastModified": changed}});
        let (advisory, _) = parts(read_cve(&cve.to_string()));
        assert_eq!(advisory.withdrawn.as_deref(), Some(expected), "{changed}");
        for withdrawn in [json!("yesterday"), json!(""), json!(1_726_844_400), json!(true), json!({})] {
            let osv = json!({"id": "X-1", "modified": changed, "withdrawn": withdrawn});
            let (advisory, left_out) = parts(read_osv(osv.to_string().as_bytes()));
            assert_eq!(advisory.withdrawn.as_deref(), Some(expected), "{withdrawn}");
            assert!(left_out.contains(&"withdrawn".to_owned()));
            let github =
                json!({"ghsaId": "GHSA-pg36-wpm5-g57p", "updatedAt": changed, "withdrawnAt": withdrawn});
            let (advisory, _) = parts(read_github(&github.to_string()).map(|(read, _)| read));
            assert_eq!(advisory.withdrawn.as_deref(), Some(expected), "{withdrawn}");
        }
    }
    let (advisory, _) = parts(read_osv(br#"{"id": "X-1", "withdrawn": null}"#));
    assert_eq!(advisory.withdrawn, None);
}
