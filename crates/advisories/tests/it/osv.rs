//! Records, archives and lists of changes of OSV.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use serde_json::{Value, json};
use streamguard_advisories::osv::record::{read, read_lenient};
use streamguard_advisories::{AdvisoryJob, AdvisorySource, ListingWindow, OsvSource};
use streamguard_engine::testing::check_job;

use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{Simulator, data, run_all, run_payloads, serve};

/// Clock of the tests: 2026-11-01, later than all recorded data.
const NOW: u64 = 1_793_491_200_000;

#[test]
fn reads_every_recorded_record() {
    // Archive, number of records, number of records with a vector, and number of ranges of commits.
    let recorded = [
        ("osv/crates.io/all.zip", 867, (285, 0)),
        ("osv/PyPI/all.zip", 1336, (94, 1079)),
        ("osv/Go/all.zip", 1213, (0, 0)),
        ("osv/psf-python/all.zip", 110, (0, 110)),
        ("osv/OSS-Fuzz/all.zip", 735, (0, 731)),
        ("ghsa/osv/ghsa-osv.zip", 516, (461, 0)),
    ];
    for (name, expected, counts) in recorded {
        let Some(path) = data(name) else { return };
        let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
        let (mut records, mut rated, mut repositories) = (0, 0, 0);
        for index in 0..zip.len() {
            let mut json = Vec::new();
            zip.by_index(index).unwrap().read_to_end(&mut json).unwrap();
            let whole = read_lenient(&json).unwrap_or_else(|| panic!("{name}: {index}"));
            assert!(whole.left_out.is_empty(), "{name}: {:?} of {}", whole.left_out, whole.record.id);
            let advisory = whole.record;
            let raw: Value = serde_json::from_slice(&json).unwrap();
            assert_eq!(advisory.id, raw["id"].as_str().unwrap());
            // GIT ranges and vectors, counted without the code under test.
            let ranges = raw["affected"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|one| one["ranges"].as_array().into_iter().flatten());
            let git = ranges.filter(|range| range["type"] == "GIT").count();
            assert_eq!(
                advisory.affected.iter().filter(|one| one.repository.is_some()).count(),
                git,
                "{}",
                advisory.id
            );
            let has_vector = raw["severity"].as_array().is_some_and(|all| !all.is_empty());
            assert!(!has_vector || advisory.cvss.is_some(), "{}", advisory.id);
            records += 1;
            rated += u64::from(has_vector);
            repositories += git;
        }
        assert_eq!(records, expected, "{name}");
        assert_eq!((rated, repositories), counts, "{name}");
    }
}

#[test]
fn hostile_records_are_malformed() {
    let deep = "[".repeat(100_000);
    for text in
        ["", "null", "{}", "[]", r#"{"id":"../x"}"#, r#"{"id":7}"#, r#"{"id":"X-1","id":"X-2"}"#, &deep]
    {
        assert!(read(text.as_bytes()).is_none());
    }
    assert!(read(b"{\"id\":\"X-1\",\"summary\":\"\xff\"}").is_none());
    let odd = json!({"id": "X-1", "aliases": null, "affected": null, "references": null, "severity": [{"type": "CVSS_V9", "score": "9"}],
        "database_specific": {"severity": 7, "cwe_ids": "CWE-79", "cvss": {"x": 1}}});
    let advisory = read(odd.to_string().as_bytes()).unwrap();
    assert_eq!((advisory.cvss, advisory.severity, advisory.cwes.len()), (None, None, 0));
}

fn osv_job(simulator: &Simulator, cache: &str, ecosystems: &[&str]) -> AdvisoryJob<OsvSource> {
    let source = OsvSource {
        osv_url: simulator.url("osv-bulk"),
        osv_ecosystems: ecosystems.iter().map(|name| (*name).to_owned()).collect(),
        upstream: simulator.upstream(cache),
        ..OsvSource::default()
    };
    AdvisoryJob::new(source, simulator.credentials())
}

/// Returns the last change of each record, by id.
fn changes(records: &[Value]) -> BTreeMap<&str, &str> {
    records
        .iter()
        .map(|record| (record["id"].as_str().unwrap(), record["modified"].as_str().unwrap()))
        .collect()
}

#[test]
fn lists_the_simulated_bucket() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let job = osv_job(&simulator, "default", &[]);
    let (records, counters) = run_all(&job, NOW).unwrap();
    assert_eq!(simulator.requests("osv-bulk"), 14, "one archive for each ecosystem");
    assert_eq!(counters.get("records.malformed"), None);
    let all = changes(&records);
    assert!(all.len() > 3500, "{}", all.len());

    simulator.faults(&[]);
    let whole = run_all(&osv_job(&simulator, "whole", &["all"]), NOW).unwrap().0;
    assert_eq!(simulator.requests("osv-bulk"), 1);
    assert!(changes(&whole).len() >= all.len());

    // Records that changed since a date, one by one.
    for (ecosystems, start) in [
        (&["PyPI", "GitHub Actions"][..], "2024-06-01T00:00:00.000Z"),
        (&["all"], "2026-08-01T00:00:00.000Z"),
    ] {
        let job = osv_job(&simulator, "changes", ecosystems);
        let full = run_all(&job, NOW).unwrap().0;
        simulator.faults(&[]);
        let earlier = start.parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64;
        let window = ListingWindow { clock_ms: NOW, known_until_ms: Some(earlier) };
        let shards = job.source().plan(&window).unwrap();
        let (changed, _) = run_payloads(&job, shards.iter().map(|shard| json!(shard))).unwrap();
        let full = changes(&full);
        let expected: BTreeSet<&str> =
            full.iter().filter(|(_, modified)| **modified >= start).map(|(id, _)| *id).collect();
        let found: BTreeSet<&str> = changed.iter().map(|record| record["id"].as_str().unwrap()).collect();
        assert!(found == expected, "{ecosystems:?}: {} of {}", found.len(), expected.len());
        assert!(!expected.is_empty(), "{ecosystems:?}");
        assert_eq!(simulator.requests("osv-bulk"), (ecosystems.len() + changed.len()) as u64);
    }

    // An unknown ecosystem fails with a hint.
    let unknown = run_all(&osv_job(&simulator, "unknown", &["COBOL"]), NOW).unwrap_err();
    assert!(unknown.contains("COBOL") && unknown.contains("ecosystems.txt"), "{unknown}");

    let sound = run_all(&osv_job(&simulator, "sound", &["PyPI"]), NOW).unwrap().0;
    for (number, (fault, malformed)) in [
        ("zip-slip", true),
        ("zip-bomb", true),
        ("conn-reset:every=2", false),
        ("truncated-json:every=2", false),
        ("invalid-utf8:every=1,max=1", false),
        ("duplicate-records", false),
        ("hostile-text", false),
        ("hostile-urls", false),
    ]
    .into_iter()
    .enumerate()
    {
        simulator.faults(&[fault]);
        let (found, counters) =
            run_all(&osv_job(&simulator, &format!("fault{number}"), &["PyPI"]), NOW).unwrap();
        assert!(changes(&found) == changes(&sound), "{fault}: {} of {}", found.len(), sound.len());
        assert_eq!(counters.contains_key("records.malformed"), malformed, "{fault}: {counters:?}");
        assert_eq!(simulator.stats()["canary_hits"], 0, "{fault}");
    }
}

#[test]
fn unusable_entries_of_an_archive_are_counted() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [
        ("X-1.json", r#"{"id":"X-1"}"#),
        ("X-3.json", r#"{"id":"X-4"}"#),
        ("MAL-2026-1.json", r#"{"id":"MAL-2026-1"}"#),
        ("readme.txt", "hello"),
    ] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.add_symlink("X-5.json", "/etc/passwd", stored).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let url = serve(move |_| (200, "application/zip", zip.clone()));
    let cache = tempfile::tempdir().unwrap();
    let upstream = UpstreamSettings::new(cache.path().to_owned(), 1.0);
    let source =
        OsvSource { osv_url: url, osv_ecosystems: vec!["all".to_owned()], upstream, ..OsvSource::default() };
    let job = AdvisoryJob::new(source, Credentials::default());
    let (records, counters) = run_all(&job, NOW).unwrap();
    assert_eq!((records.len(), &records[0]["id"]), (1, &json!("X-1")));
    assert_eq!((counters["records.malformed"], counters["records.malware"]), (3, 1));
}

#[test]
fn osv_keeps_the_contract() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let job = osv_job(&simulator, "contract", &["Pub", "Hex"]);
    let again = |settings: Value| {
        let source: OsvSource = serde_json::from_value(settings)?;
        Ok::<_, serde_json::Error>(AdvisoryJob::new(source, simulator.credentials()))
    };
    check_job(&job, again).unwrap();
}

#[test]
fn reads_the_functions_that_have_the_flaw() {
    let functions = |specific: Value| {
        let record = json!({
            "id": "GO-2024-0001",
            "affected": [{
                "package": {"ecosystem": "Go", "name": "example.org/m"},
                "ecosystem_specific": specific,
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"last_affected": "1.4.0"}]}],
            }],
        });
        let advisory = read(record.to_string().as_bytes()).unwrap();
        assert_eq!(advisory.affected[0].last_affected, ["1.4.0"]);
        let names = advisory.affected[0].functions.iter();
        names.map(|one| (one.package.clone().unwrap_or_default(), one.name.clone())).collect::<Vec<_>>()
    };
    let named = |package: &str, names: &[&str]| {
        names.iter().map(|name| (package.to_owned(), (*name).to_owned())).collect::<Vec<_>>()
    };
    let imports = json!({"imports": [
        {"path": "example.org/m/a", "symbols": ["Parse", "Parser.read"]},
        {"path": "example.org/m/b"},
        {"path": "example.org/m/c", "symbols": ["Open"]},
    ]});
    let go = [named("example.org/m/a", &["Parse", "Parser.read"]), named("example.org/m/c", &["Open"])];
    assert_eq!(functions(imports), go.concat());
    let rust = named("", &["m::Parser::read", "m::parse"]);
    let list = json!(["m::Parser::read", "m::parse"]);
    let versions = json!({"m::parse": ["< 1.4.1"], "m::Parser::read": ["< 1.4.1", ">= 1.2"]});
    for specific in [
        json!({"affects": {"arch": [], "functions": list, "os": []}, "affected_functions": null}),
        json!({"affected_functions": list}),
        json!({"affected": {"functions": versions}}),
        json!({"affects": {"functions": list}, "affected": {"functions": versions}}),
    ] {
        assert_eq!(functions(specific), rust);
    }
    for other in [json!({"imports": "all"}), json!({"affects": {"functions": 1}}), json!(null)] {
        assert_eq!(functions(other), []);
    }
}
