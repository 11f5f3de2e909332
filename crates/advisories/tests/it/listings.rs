//! Listings that a cache keeps: later runs ask only for changes, so they are whole, and of a time that has been.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use streamguard_advisories::{CveSource, OsvSource};
use streamguard_engine::CompletionStatus;
use streamguard_http::Credentials;
use streamguard_simulator::serve;

use super::parts::{run, settings};

/// Returns what a cache says about its only listing.
pub(super) fn listing_state(cache: &Path) -> Option<String> {
    let mut files = fs::read_dir(cache.join("listings")).ok()?.map(|entry| entry.unwrap().path());
    let path = files.find(|path| path.extension().is_some_and(|found| found == "json"))?;
    Some(fs::read_to_string(path).unwrap())
}

#[test]
fn the_next_run_asks_for_all_again_if_records_of_nvd_are_missing() {
    let is_whole = Arc::new(AtomicBool::new(false));
    let answers_all = is_whole.clone();
    let nvd_url = serve(move |line| {
        let is_first = line.contains("startIndex=0");
        let is_update = line.contains("lastModStartDate");
        let count = match answers_all.load(Ordering::Relaxed) {
            true if is_first && !is_update => 4,
            false if is_first => 3,
            _ => 0,
        };
        let items: Vec<Value> =
            (1..=count).map(|n| json!({"cve": {"id": format!("CVE-2020-000{n}")}})).collect();
        let page = json!({
            "resultsPerPage": items.len(), "startIndex": if is_first { 0 } else { 3 },
            "totalResults": if is_update { 0 } else { 4 }, "vulnerabilities": items,
        });
        (200, "application/json", page.to_string().into_bytes())
    });
    let cache = tempfile::tempdir().unwrap();
    let source = CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() };
    let (done, ids, _) = run(source.clone(), Credentials::default());
    let job = &done.state.jobs[0];
    assert_eq!((ids.len(), done.status), (3, CompletionStatus::Partial));
    assert_eq!((job.counters["records.missing"], listing_state(cache.path())), (1, None));
    assert!(job.reason.as_ref().unwrap().contains("1 record is missing"), "{:?}", job.reason);
    is_whole.store(true, Ordering::Relaxed);
    let (done, ids, _) = run(source, Credentials::default());
    assert_eq!((ids.len(), done.status), (4, CompletionStatus::Complete));
    assert!(listing_state(cache.path()).is_some());
}

#[test]
fn a_listing_of_osv_with_a_missing_record_is_not_kept() {
    let is_there = Arc::new(AtomicBool::new(false));
    let has_record = is_there.clone();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("X-1.json", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"{\"id\": \"X-1\"}").unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let record = json!({"id": "X-2", "modified": "2999-01-01T00:00:00Z"}).to_string();
    let osv_url = serve(move |line| match line.split(' ').nth(1).unwrap() {
        "/PyPI/all.zip" => (200, "application/zip", zip.clone()),
        "/PyPI/modified_id.csv" => (200, "text/csv", b"2999-01-01T00:00:00Z,X-2\n".to_vec()),
        "/PyPI/X-2.json" if has_record.load(Ordering::Relaxed) => {
            (200, "application/json", record.clone().into_bytes())
        }
        _ => (404, "text/html", b"<html>".to_vec()),
    });
    let cache = tempfile::tempdir().unwrap();
    let osv_ecosystems = vec!["PyPI".to_owned()];
    let source = OsvSource { osv_url, osv_ecosystems, upstream: settings(&cache), ..OsvSource::default() };
    assert_eq!(run(source.clone(), Credentials::default()).1, ["X-1"]);
    let first = listing_state(cache.path());
    assert!(first.is_some());
    let (_, ids, warnings) = run(source.clone(), Credentials::default());
    assert_eq!((ids.len(), warnings.len()), (1, 1), "{warnings:?}");
    assert!(warnings[0].contains("/PyPI/X-2.json"), "{warnings:?}");
    assert_eq!(listing_state(cache.path()), first, "the next run must ask for it again");
    is_there.store(true, Ordering::Relaxed);
    assert_eq!(run(source, Credentials::default()).1, ["X-1", "X-2"]);
    assert_ne!(listing_state(cache.path()), first);
}

/// Changes the lines of the only listing in a cache, as another version of this program might write them.
fn rewrite_listing(cache: &Path, rewrite: impl Fn(usize, &str) -> String) {
    rewrite_state(cache, rewrite, |_| ());
}

/// Changes the lines of the only listing in a cache, and what is said of it.
fn rewrite_state(cache: &Path, rewrite: impl Fn(usize, &str) -> String, change: impl Fn(&mut Value)) {
    let folder = cache.join("listings");
    let with_extension = |extension: &str| {
        let mut files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|found| found == extension)).unwrap()
    };
    let (state_path, path) = (with_extension("json"), with_extension("jsonl"));
    let lines = fs::read_to_string(&path).unwrap();
    let lines: String =
        lines.lines().enumerate().map(|(number, line)| rewrite(number, line) + "\n").collect();
    // The name has the digest of the content.
    let digest = blake3::hash(lines.as_bytes()).to_hex();
    let key = state_path.file_stem().unwrap().to_str().unwrap();
    let name = format!("{key}.{}.jsonl", &digest[..32]);
    fs::write(folder.join(&name), lines).unwrap();
    let state = fs::read_to_string(&state_path).unwrap();
    // The line after it is the checksum, which earlier versions did not write.
    let mut state: Value = serde_json::from_str(state.lines().next().unwrap()).unwrap();
    state["file"] = json!(name);
    change(&mut state);
    fs::write(&state_path, state.to_string()).unwrap();
}

#[test]
fn known_listings_keep_their_records_too() {
    let is_update = Arc::new(AtomicBool::new(false));
    let asked_again = is_update.clone();
    let nvd_url = serve(move |_| {
        let records = (1..=3).map(|n| json!({"cve": {"id": format!("CVE-2020-000{n}")}}));
        let items: Vec<Value> = records.filter(|_| !asked_again.load(Ordering::Relaxed)).collect();
        let page = json!({"resultsPerPage": items.len(), "startIndex": 0, "totalResults": items.len(), "vulnerabilities": items});
        (200, "application/json", page.to_string().into_bytes())
    });
    let cache = tempfile::tempdir().unwrap();
    let source = CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() };
    assert_eq!(run(source.clone(), Credentials::default()).1.len(), 3);
    is_update.store(true, Ordering::Relaxed);
    let (_, ids, warnings) = run(source.clone(), Credentials::default());
    assert_eq!((ids.len(), warnings), (3, Vec::new()));
    rewrite_listing(cache.path(), |number, line| match number {
        0 => line.replace("\"references\":[]", "\"references\":[{\"url\":null}]"),
        1 => "{\"id\":7}".to_owned(),
        _ => line.to_owned(),
    });
    let (_, ids, warnings) = run(source, Credentials::default());
    assert_eq!(ids, ["CVE-2020-0001", "CVE-2020-0003"]);
    assert_eq!(
        warnings,
        [
            "1 record of the known ones of NVD has parts that are not as documented and were left out: \
             CVE-2020-0001 (references[0].url)",
            "1 record of the known ones of NVD cannot be used and was dropped: {\"id\":7}"
        ]
    );
}

#[test]
fn a_listing_from_a_time_to_come_is_not_used() {
    let queries = Arc::new(AtomicUsize::new(0));
    let updates = queries.clone();
    let nvd_url = serve(move |line| {
        updates.fetch_add(usize::from(line.contains("lastModStartDate")), Ordering::Relaxed);
        let page = json!({
            "resultsPerPage": 1, "startIndex": 0, "totalResults": 1,
            "vulnerabilities": [{"cve": {"id": "CVE-2020-0001"}}],
        });
        (200, "application/json", page.to_string().into_bytes())
    });
    let cache = tempfile::tempdir().unwrap();
    let source = CveSource { nvd_url, upstream: settings(&cache), ..CveSource::default() };
    assert_eq!(run(source.clone(), Credentials::default()).1, ["CVE-2020-0001"]);
    let late = 4_102_444_800_000_u64;
    let lines = |_: usize, line: &str| line.replace("CVE-2020-0001", "CVE-2020-0002");
    rewrite_state(cache.path(), lines, |state| state["as_of_ms"] = json!(late));
    // Everything is listed again, and the listing after it is of now.
    let (done, ids, warnings) = run(source.clone(), Credentials::default());
    assert_eq!((ids, done.status), (vec!["CVE-2020-0001".to_owned()], CompletionStatus::Complete));
    assert_eq!((queries.load(Ordering::Relaxed), warnings.len()), (0, 1), "{warnings:?}");
    assert!(warnings[0].contains("2100-01-01T00:00:00.000Z, which is yet to come"), "{warnings:?}");
    let (_, ids, warnings) = run(source, Credentials::default());
    assert_eq!((ids.len(), queries.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(warnings, [""; 0]);
}
