//! Commits that an OSV record names and that are not fixes: they brought the flaw, demonstrate it, or are
//! only those of a release.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use streamguard_advisories::osv::record;
use streamguard_advisories::{AdvisoryJob, AdvisorySource, ListingWindow, SourceContext};
use streamguard_dataset::Sample;
use streamguard_engine::{CompletionStatus, JobError, RunOptions, ShardError};
use streamguard_fixes::{FixesJob, FixesSettings, SourceTarget};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{commit_all, has_git, run_git, write_file};

const REPOSITORY: &str = "https://github.com/o/r";

/// Source of given records.
#[derive(Debug, Default, serde::Serialize)]
struct Records {
    #[serde(rename = "access")]
    upstream: UpstreamSettings,
    records: Vec<Value>,
}

impl AdvisorySource for Records {
    type Shard = ();

    fn name(&self) -> &'static str {
        "osv"
    }

    fn upstream(&self) -> &UpstreamSettings {
        &self.upstream
    }

    fn plan(&self, _: &ListingWindow) -> Result<Vec<()>, JobError> {
        Ok(vec![()])
    }

    fn list(&self, (): &(), context: &mut SourceContext<'_, '_>) -> Result<(), ShardError> {
        self.records.iter().try_for_each(|record| {
            context.emit(&record::read(record.to_string().as_bytes()).expect("the records are of OSV"))
        })
    }
}

/// Makes a repository whose commits add a function, break it, mend it, and release it; returns their ids.
fn make_repository(hosted: &Path) -> [String; 4] {
    let path = hosted.join("r");
    std::fs::create_dir(&path).unwrap();
    run_git(&path, ["init", "-q", "-b", "main"]);
    run_git(&path, ["config", "uploadpack.allowFilter", "true"]);
    run_git(&path, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let commit = |check: &str, version: &str, message: &str| {
        let pick =
            format!("int pick(const int *d, int n, int i)\n{{\n    if ({check})\n        return d[i];\n");
        let version = format!(
            "const char *version(int *length)\n{{\n    *length = 5;\n    return \"{version}\";\n}}\n"
        );
        write_file(&path, "a.c", format!("{pick}    return 0;\n}}\n\n{version}"));
        commit_all(&path, message)
    };
    let commits = [
        commit("i >= 0 && i < n", "1.2.2", "Add files"),
        commit("i <= n", "1.2.2", "Simplify the check"),
        commit("i >= 0 && i < n", "1.2.2", "Correct the check"),
        commit("i >= 0 && i < n", "1.2.3", "Release 1.2.3"),
    ];
    run_git(&path, ["tag", "-a", "-m", "Release", "v1.2.3"]);
    run_git(&path, ["tag", "v1.2.2", &commits[1]]);
    commits
}

/// Runs the job on one record with these references and events of a range of commits.
fn fixes(hosted: &Path, references: Value, events: Value) -> Vec<Sample> {
    let cache = tempfile::tempdir().unwrap();
    let upstream = UpstreamSettings::new(cache.path().to_owned(), 1.0);
    let record = json!({
        "id": "CVE-2024-10002",
        "details": "An out-of-bounds read in pick.",
        "references": references,
        "affected": [{"ranges": [{"type": "GIT", "repo": REPOSITORY, "events": events}]}],
    });
    let records = Records { upstream: upstream.clone(), records: vec![record] };
    let mirror = format!("https://github.com/o={}", hosted.display()).parse().unwrap();
    let settings = FixesSettings { upstream, git_mirrors: vec![mirror], ..FixesSettings::default() };
    let targets = [SourceTarget { source: "osv", samples: 10 }];
    let fixes = FixesJob::new(settings, targets, Credentials::default());
    let jobs = vec![
        Arc::new(AdvisoryJob::new(records, Credentials::default())) as Arc<dyn streamguard_engine::Job>,
        Arc::new(fixes),
    ];
    let finished = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs);
    let text = std::str::from_utf8(&finished.files[1]["fixes.jsonl"]).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn reference(kind: &str, place: &str) -> Value {
    json!({"type": kind, "url": format!("{REPOSITORY}/{place}")})
}

/// Returns the commits of the samples.
fn commits_of(samples: &[Sample]) -> Vec<&str> {
    samples.iter().filter_map(|sample| sample.commit.as_deref()).collect()
}

#[test]
fn a_commit_with_the_flaw_is_no_fix_whatever_its_name() {
    if !has_git() {
        return;
    }
    let hosted = tempfile::tempdir().unwrap();
    let [first, flaw, mended, _] = make_repository(hosted.path());
    let fix = reference("FIX", &format!("commit/{mended}"));
    let from_start = json!([{"introduced": "0"}]);
    let by_kind = reference("INTRODUCED", &format!("commit/{flaw}"));
    let samples = fixes(hosted.path(), json!([by_kind, fix]), from_start.clone());
    assert_eq!(commits_of(&samples), [&mended]);
    assert!(samples[0].vulnerable_code.as_ref().unwrap().contains("i <= n"), "{samples:?}");
    assert!(fixes(hosted.path(), json!([by_kind]), from_start).is_empty());

    let names = [
        format!("commit/{flaw}"),
        format!("commit/{}", &flaw[..8]),
        format!("compare/{}...{}", &first[..10], &flaw[..10]),
        "releases/tag/v1.2.2".to_owned(),
        format!("compare/{first}...v1.2.2"),
    ];
    for events in [json!([{"introduced": flaw}]), json!([{"introduced": "0"}, {"last_affected": flaw}])] {
        for name in &names {
            let samples = fixes(hosted.path(), json!([reference("WEB", name)]), events.clone());
            assert!(samples.is_empty(), "{name} {events}: {samples:?}");
            let samples = fixes(hosted.path(), json!([reference("WEB", name), fix]), events.clone());
            assert_eq!(commits_of(&samples), [&mended], "{name} {events}");
        }
    }
    // A tag whose name could be an id. Tags are known where the history is, which a short id needs.
    run_git(&hosted.path().join("r"), ["tag", "20210324", &flaw]);
    let events = json!([{"introduced": "0"}, {"last_affected": "20210324"}]);
    let samples = fixes(hosted.path(), json!([reference("WEB", &names[1])]), events);
    assert!(samples.is_empty(), "{samples:?}");
}

#[test]
fn evidence_of_a_flaw_is_no_fix() {
    if !has_git() {
        return;
    }
    let hosted = tempfile::tempdir().unwrap();
    let [_, flaw, mended, _] = make_repository(hosted.path());
    let events = json!([{"introduced": "0"}]);
    let evidence = |commit: &str| reference("EVIDENCE", &format!("commit/{commit}"));
    assert!(fixes(hosted.path(), json!([evidence(&flaw)]), events.clone()).is_empty());
    // A tag of NVD.
    let other = reference("Not Applicable", &format!("commit/{flaw}"));
    assert!(fixes(hosted.path(), json!([other]), events.clone()).is_empty());
    let both = json!([evidence(&mended), reference("FIX", &format!("commit/{mended}"))]);
    assert_eq!(commits_of(&fixes(hosted.path(), both, events.clone())), [&mended]);
    // One URL of one or several kinds.
    for kinds in [
        &["EVIDENCE", "WEB"][..],
        &["Exploit", "Third Party Advisory"],
        &["Not Applicable", "Broken Link"],
        &["DETECTION"],
    ] {
        let references: Vec<Value> =
            kinds.iter().map(|kind| reference(kind, &format!("commit/{flaw}"))).collect();
        assert!(fixes(hosted.path(), json!(references), events.clone()).is_empty(), "{kinds:?}");
    }
}

#[test]
fn what_is_about_something_else_counts_only_if_no_fix_is_named() {
    if !has_git() {
        return;
    }
    let hosted = tempfile::tempdir().unwrap();
    let [_, flaw, mended, _] = make_repository(hosted.path());
    let events = json!([{"introduced": "0"}]);
    let fix = reference("FIX", &format!("commit/{mended}"));
    for kind in ["ARTICLE", "DISCUSSION", "REPORT", "Issue Tracking", "Product", "Release Notes"] {
        let other = reference(kind, &format!("commit/{flaw}"));
        let found = fixes(hosted.path(), json!([other, fix]), events.clone());
        assert_eq!(commits_of(&found), [&mended], "{kind}");
        let in_range = json!([{"introduced": "0"}, {"fixed": mended}]);
        assert_eq!(commits_of(&fixes(hosted.path(), json!([other]), in_range)), [&mended], "{kind}");
    }
    let report = reference("REPORT", &format!("commit/{mended}"));
    assert_eq!(commits_of(&fixes(hosted.path(), json!([report]), events.clone())), [&mended]);
    let web = reference("WEB", &format!("commit/{flaw}"));
    assert_eq!(fixes(hosted.path(), json!([web, fix]), events).len(), 2);
}

#[test]
fn the_commit_of_a_release_ends_a_range_and_is_no_fix() {
    if !has_git() {
        return;
    }
    let hosted = tempfile::tempdir().unwrap();
    let [.., mended, release] = make_repository(hosted.path());
    let fixed = |commit: &str| json!([{"introduced": "0"}, {"fixed": commit}]);
    assert!(fixes(hosted.path(), json!([]), fixed(&release)).is_empty());
    let named = json!([reference("FIX", &format!("commit/{mended}"))]);
    assert_eq!(commits_of(&fixes(hosted.path(), named, fixed(&release))), [&mended]);
    // A commit that no tag points at is the fix that the database found.
    assert_eq!(commits_of(&fixes(hosted.path(), json!([]), fixed(&mended))), [&mended]);
    // Without the tag, the message tells.
    run_git(&hosted.path().join("r"), ["tag", "-d", "v1.2.3"]);
    assert!(fixes(hosted.path(), json!([]), fixed(&release)).is_empty());
    let named = json!([reference("FIX", &format!("commit/{release}"))]);
    assert_eq!(commits_of(&fixes(hosted.path(), named, fixed(&release))), [&release]);
    // Some projects tag the fix itself. Only its message tells it from a release.
    let path = hosted.path().join("r");
    run_git(&path, ["tag", "v1.2.4", &mended]);
    assert!(fixes(hosted.path(), json!([]), fixed(&mended)).is_empty());
    let amend = ["commit", "-q", "--amend", "-m", "Fix an out-of-bounds read (CVE-2024-10002)"];
    run_git(&path, ["checkout", "-q", "--detach", &mended]);
    run_git(&path, amend);
    run_git(&path, ["tag", "v1.2.5"]);
    let named_fix = run_git(&path, ["rev-parse", "HEAD"]);
    assert_eq!(commits_of(&fixes(hosted.path(), json!([]), fixed(&named_fix))), [&named_fix]);
}
