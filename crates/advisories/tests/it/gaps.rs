//! Answers that lack records: they are asked for again, and never become a whole listing, which later runs only update.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::{Value, json};
use streamguard_advisories::{
    AdvisoryJob, AdvisorySource, CveSource, GithubSource, ListingWindow, OsvSource, SourceContext,
};
use streamguard_dataset::Advisory;
use streamguard_engine::{CompletionStatus, Job, JobError, JobState, RunOptions, ShardError};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{run_payloads, serve};

use super::listings::listing_state;
use super::parts::settings;

/// Number of attempts of one request.
const ATTEMPTS: usize = 5;

/// Body of an answer, with its kind.
type Answer = (&'static str, Vec<u8>);

/// Serves these answers, one after the other, and the last one for ever. Returns the URL and the number of requests.
fn serve_each(answers: Vec<Answer>) -> (String, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let url = serve(move |_| {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        let (kind, body) = answers[number.min(answers.len() - 1)].clone();
        (200, kind, body)
    });
    (url, requests)
}

fn run(source: impl AdvisorySource + 'static) -> JobState {
    let credentials = Credentials { github: Some("a-token".to_owned().into()), ..Credentials::default() };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(AdvisoryJob::new(source, credentials))];
    let run = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
    run.state.jobs[0].clone()
}

fn nvd_page(start: u64, total: u64, records: Vec<Value>) -> Answer {
    let page = json!({
        "resultsPerPage": records.len(), "startIndex": start, "totalResults": total, "vulnerabilities": records,
    });
    ("application/json", page.to_string().into_bytes())
}

fn cve(number: u64) -> Value {
    json!({"cve": {"id": format!("CVE-2020-{number:04}")}})
}

fn github_page(nodes: Value) -> Answer {
    let page = json!({"data": {"page": {"pageInfo": {"hasNextPage": false}, "nodes": nodes}}});
    ("application/json", page.to_string().into_bytes())
}

fn archive(entries: &[(&str, &str)]) -> Answer {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in entries {
        zip.start_file(*name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    ("application/zip", zip.finish().unwrap().into_inner())
}

/// Flips a bit of the only occurrence of a text.
fn damage((kind, mut bytes): Answer, text: &str) -> Answer {
    let at = bytes.windows(text.len()).position(|part| part == text.as_bytes()).unwrap();
    bytes[at] ^= 1;
    (kind, bytes)
}

/// Checks that an answer is not believed: if it comes once, all is well after the next attempt, and if it comes in each
/// attempt, the job fails for this reason and keeps no listing.
fn check_is_asked_again<S: AdvisorySource + 'static>(
    bad: &Answer,
    good: &Answer,
    reason: &str,
    source: impl Fn(String, UpstreamSettings) -> S,
) {
    for (answers, expected) in [(vec![bad.clone(), good.clone()], 2), (vec![bad.clone()], ATTEMPTS)] {
        let cache = tempfile::tempdir().unwrap();
        let (url, requests) = serve_each(answers);
        let job = run(source(url, settings(&cache)));
        assert_eq!(requests.load(Ordering::Relaxed), expected, "{reason}: {:?}", job.reason);
        if expected == 2 {
            assert_eq!((job.status, job.records), (Some(CompletionStatus::Complete), 2), "{reason}");
            assert!(listing_state(cache.path()).is_some(), "{reason}");
        } else {
            assert_eq!(job.status, Some(CompletionStatus::Failed), "{reason}");
            assert!(job.reason.as_ref().unwrap().contains(reason), "{reason}: {:?}", job.reason);
            assert_eq!(listing_state(cache.path()), None, "{reason}");
        }
    }
}

#[test]
fn a_whole_database_is_neither_empty_nor_unreadable() {
    let bad_cves = vec![json!({"cve": {"id": 7}}), json!({"cve": null})];
    for (bad, reason) in [
        (nvd_page(0, 0, Vec::new()), "has no records"),
        (nvd_page(0, 2, bad_cves), "none of its 2 records can be used"),
    ] {
        check_is_asked_again(&bad, &nvd_page(0, 2, vec![cve(1), cve(2)]), reason, |nvd_url, upstream| {
            CveSource { nvd_url, upstream, ..CveSource::default() }
        });
    }
    let good = github_page(json!([{"ghsaId": "GHSA-pg36-wpm5-g57p"}, {"ghsaId": "GHSA-pg36-wpm5-g57q"}]));
    for (bad, reason) in [
        (github_page(json!([])), "has no advisories"),
        (github_page(json!([{"ghsaId": 7}, {"ghsaId": "x"}])), "none of its 2 advisories can be used"),
    ] {
        check_is_asked_again(&bad, &good, reason, |github_url, upstream| GithubSource {
            github_url,
            upstream,
            ..GithubSource::default()
        });
    }
    let good = archive(&[("X-1.json", r#"{"id":"X-1"}"#), ("X-2.json", r#"{"id":"X-2"}"#)]);
    for (bad, reason) in [
        (archive(&[]), "it has 0 entries, of which none can be used"),
        (archive(&[("X-1.json", r#"{"id":"X-2"}"#), ("x.txt", "")]), "it has 2 entries, of which none can"),
        // The checksum of one entry of two is wrong.
        (damage(good.clone(), r#"{"id":"X-2"}"#), "X-2.json: "),
    ] {
        check_is_asked_again(&bad, &good, reason, |osv_url, upstream| OsvSource {
            osv_url,
            osv_ecosystems: vec!["all".to_owned()],
            upstream,
            ..OsvSource::default()
        });
    }
}

/// The database is asked again for what it promised once, whatever it says at the end.
#[test]
fn the_larger_total_of_nvd_counts() {
    let repeated = vec![cve(1), cve(2)];
    for last in [nvd_page(2, 0, Vec::new()), nvd_page(2, 4, Vec::new()), nvd_page(2, 4, repeated)] {
        let cache = tempfile::tempdir().unwrap();
        let first = nvd_page(0, 4, vec![cve(1), cve(2)]);
        let (nvd_url, requests) = serve_each(vec![first.clone(), last.clone(), first, last]);
        let job = run(CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() });
        assert_eq!((job.status, requests.load(Ordering::Relaxed)), (Some(CompletionStatus::Partial), 4));
        assert_eq!((job.records, job.counters["records.missing"]), (2, 2));
        assert!(job.reason.as_ref().unwrap().contains("2 records are missing"), "{:?}", job.reason);
        assert_eq!(listing_state(cache.path()), None);
    }
}

/// A filter may select nothing. Whether that is so for good is asked each time.
#[test]
fn a_listing_without_advisories_is_not_kept() {
    let cache = tempfile::tempdir().unwrap();
    let (nvd_url, _) = serve_each(vec![nvd_page(0, 0, Vec::new()), nvd_page(0, 1, vec![cve(1)])]);
    let keywords = vec!["injection".to_owned()];
    let source = CveSource { nvd_url, keywords, upstream: settings(&cache), ..CveSource::default() };
    let job = run(source.clone());
    assert_eq!((job.status, job.records), (Some(CompletionStatus::Complete), 0));
    assert_eq!(listing_state(cache.path()), None);
    assert_eq!(run(source).records, 1);
}

/// Makes the shards of an update of OSV, and runs them against a server that has these records and this list of changes.
fn update_of_osv(
    list: &'static str,
    records: &'static [(&str, &str)],
) -> Result<(Vec<String>, usize), String> {
    let zip = archive(&[("X-8.json", r#"{"id":"X-8","modified":"2026-10-31T00:00:00Z"}"#)]).1;
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let osv_url = serve(move |line| {
        let path = line.split(' ').nth(1).unwrap();
        counter.fetch_add(usize::from(path == "/PyPI/modified_id.csv"), Ordering::Relaxed);
        let record = records.iter().find(|(id, _)| path == format!("/PyPI/{id}.json"));
        match (path, record) {
            ("/PyPI/modified_id.csv", _) => (200, "text/plain", list.as_bytes().to_vec()),
            ("/PyPI/all.zip", _) => (200, "application/zip", zip.clone()),
            (_, Some((_, record))) => (200, "application/json", record.as_bytes().to_vec()),
            _ => (404, "text/plain", Vec::new()),
        }
    });
    let cache = tempfile::tempdir().unwrap();
    let osv_ecosystems = vec!["PyPI".to_owned()];
    let source = OsvSource { osv_url, osv_ecosystems, upstream: settings(&cache), ..OsvSource::default() };
    let window = ListingWindow { clock_ms: 1_793_491_200_000, known_until_ms: Some(1_793_000_000_000) };
    let shards: Vec<Value> = source.plan(&window).unwrap().iter().map(|shard| json!(shard)).collect();
    let (records, _) = run_payloads(&AdvisoryJob::new(source, Credentials::default()), shards)?;
    let ids = records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect();
    Ok((ids, requests.load(Ordering::Relaxed)))
}

#[test]
fn what_is_not_a_list_of_changes_does_not_pass_for_one_without_changes() {
    for list in ["", "Service is being upgraded.\n"] {
        let error = update_of_osv(list, &[]).unwrap_err();
        assert!(error.contains("cannot read the list of changes: none of its lines names"), "{error}");
        assert!(error.contains(&format!("tried {ATTEMPTS} times")), "{error}");
    }
    // Without changes, and with a line that may have named one.
    assert_eq!(update_of_osv("2026-01-01T00:00:00Z,X-1\n", &[]).unwrap(), (Vec::new(), 1));
    let list = "nonsense\n2026-01-01T00:00:00Z,X-1\n";
    assert_eq!(update_of_osv(list, &[]).unwrap(), (vec!["X-8".to_owned()], 1), "the archive");
}

#[test]
fn all_records_that_a_list_names_are_taken() {
    let list = "2026-01-01T00:00:00Z,X-0\n2026-10-30T00:00:00Z,X-1\n2026-10-31T00:00:00Z,X-2\n\
                2026-10-31T00:00:00Z,X-3\n";
    let records = &[
        ("X-0", r#"{"id":"X-0"}"#),
        ("X-1", r#"{"id":"X-1","modified":"2026-10-30T00:00:00Z"}"#),
        ("X-2", r#"{"id":"X-2","modified":"2020-10-30T00:00:00Z"}"#),
        ("X-3", r#"{"id":"X-3","modified":null}"#),
    ];
    let ids = ["X-1", "X-2", "X-3"].map(str::to_owned).to_vec();
    assert_eq!(update_of_osv(list, records).unwrap(), (ids, 1));
}

#[test]
fn a_refusal_that_only_mentions_the_size_of_pages_is_final() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let nvd_url = serve(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        (400, "text/html", b"<a href=\"?resultsPerPage=2000\">back</a>".to_vec())
    });
    let cache = tempfile::tempdir().unwrap();
    let job = run(CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() });
    assert_eq!(job.status, Some(CompletionStatus::Failed));
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}

/// A source whose first attempt crashes.
#[derive(Debug, Default, Serialize)]
struct CrashingSource {
    #[serde(skip)]
    attempts: AtomicUsize,
    access: UpstreamSettings,
}

impl AdvisorySource for CrashingSource {
    type Shard = Value;

    fn name(&self) -> &'static str {
        "crashing"
    }

    fn upstream(&self) -> &UpstreamSettings {
        &self.access
    }

    fn plan(&self, _: &ListingWindow) -> Result<Vec<Value>, JobError> {
        Ok(vec![json!({})])
    }

    fn list(&self, _: &Value, context: &mut SourceContext<'_, '_>) -> Result<(), ShardError> {
        assert!(self.attempts.fetch_add(1, Ordering::Relaxed) > 0, "the first attempt crashes");
        context.emit(&Advisory { id: "X-1".to_owned(), ..Advisory::default() })
    }
}

#[test]
fn a_crash_does_not_cost_a_shard() {
    let cache = tempfile::tempdir().unwrap();
    let job = run(CrashingSource { access: settings(&cache), ..CrashingSource::default() });
    assert_eq!((job.status, job.records), (Some(CompletionStatus::Complete), 1), "{:?}", job.reason);
}
