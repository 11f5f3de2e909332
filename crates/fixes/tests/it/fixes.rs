//! Pairs of the fixes that the advisories of the demo world name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use streamguard_advisories::{
    AdvisoryJob, AdvisorySource, CveSource, GithubSource, ListingWindow, OsvSource, SourceContext, target_key,
};
use streamguard_dataset::{Advisory, AdvisoryReference, MergedAdvisory, Sample};
use streamguard_engine::testing::check_job_after;
use streamguard_engine::{
    CompletionStatus, EarlierResults, FinishedRun, Job, JobError, RunOptions, ShardError,
};
use streamguard_fixes::{FixesJob, FixesSettings, SourceTarget};
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_simulator::{commit_all, has_git, run_git, write_file};
use streamguard_snapshot::Snapshot;

fn upstream(cache: &Path) -> UpstreamSettings {
    let Snapshot { folder, clock_ms } = Snapshot::embedded(cache).unwrap();
    UpstreamSettings::replaying(cache.to_owned(), folder, clock_ms)
}

/// Returns the targets of NVD, GitHub and OSV.
fn targets(samples: [u64; 3]) -> impl Iterator<Item = SourceTarget> {
    ["cve", "github", "osv"]
        .into_iter()
        .zip(samples)
        .map(|(source, samples)| SourceTarget { source, samples })
}

fn fixes(cache: &Path, samples: [u64; 3]) -> FixesJob {
    let settings = FixesSettings { upstream: upstream(cache), ..FixesSettings::default() };
    FixesJob::new(settings, targets(samples), Credentials::default())
}

fn source(source: impl AdvisorySource + 'static) -> Arc<dyn Job> {
    Arc::new(AdvisoryJob::new(source, Credentials::default()))
}

fn run(cache: &Path, fixes: FixesJob) -> FinishedRun {
    let upstream = upstream(cache);
    let jobs = vec![
        source(CveSource { upstream: upstream.clone(), ..CveSource::default() }),
        source(GithubSource { upstream: upstream.clone(), ..GithubSource::default() }),
        source(OsvSource { upstream, ..OsvSource::default() }),
        Arc::new(fixes),
    ];
    streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap()
}

fn lines<T: serde::de::DeserializeOwned>(finished: &FinishedRun, name: &str) -> Vec<T> {
    let text = &finished.files[3][name];
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn each_commit_is_mined_once_for_all_its_advisories() {
    let cache = tempfile::tempdir().unwrap();
    let finished = run(cache.path(), fixes(cache.path(), [1000; 3]));
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs);
    let samples: Vec<Sample> = lines(&finished, "fixes.jsonl");
    let places: BTreeSet<_> = samples
        .iter()
        .map(|sample| (&sample.commit, &sample.path_after, &sample.function, sample.start_line_after))
        .collect();
    assert_eq!(places.len(), samples.len(), "each function of a commit is there once");
    let advisories: Vec<MergedAdvisory> = lines(&finished, "advisories.jsonl");
    let by_id: BTreeMap<&str, &MergedAdvisory> =
        advisories.iter().map(|one| (one.id.as_str(), one)).collect();
    for sample in &samples {
        let advisory = by_id[sample.advisory_ids[0].as_str()];
        assert!(advisory.samples > 0 && advisory.withdrawn.is_none());
        assert!(advisory.fixes.iter().any(|fix| fix.commit == sample.commit), "{sample:?}");
        assert_eq!(sample.severity, advisory.severity);
        assert_eq!(sample.published_date, advisory.published);
        assert!(advisory.collectors.contains(&sample.collector));
        assert!(sample.label_evidence.iter().any(|why| why.contains(':')), "{:?}", sample.label_evidence);
    }
    let metrics = &finished.state.jobs[3].summary.metrics;
    assert_eq!(metrics["samples"], samples.len());
    assert!(advisories.iter().any(|one| one.collectors.len() == 3), "all three sources know some");
    assert!(advisories.iter().any(|one| !one.conflicts.is_empty()), "some sources contradict each other");
    let gone = advisories.iter().flat_map(|one| &one.fixes).filter(|fix| fix.problem.is_some());
    assert!(gone.count() > 0, "a repository that is gone is a problem of its fixes");
}

#[test]
fn a_target_counts_the_samples_of_its_source() {
    let cache = tempfile::tempdir().unwrap();
    let finished = run(cache.path(), fixes(cache.path(), [7, 0, 5]));
    let metrics = &finished.state.jobs[3].summary.metrics;
    let of = |name: &str| metrics[name].as_u64().unwrap();
    assert!(of("samples.cve") >= 7 && of("samples.osv") >= 5, "{metrics:?}");
    assert!(of("samples") <= of("samples.cve") + of("samples.osv"), "{metrics:?}");
    let all = run(cache.path(), fixes(cache.path(), [1000; 3]));
    let all = &all.state.jobs[3].summary.metrics["samples"];
    assert!(metrics["samples"].as_u64() < all.as_u64(), "the job stops when all targets are reached");
}

#[test]
fn fixes_keep_the_contract() {
    let cache = tempfile::tempdir().unwrap();
    let finished = run(cache.path(), fixes(cache.path(), [1000; 3]));
    let results = ["cve", "github", "osv"]
        .iter()
        .zip(&finished.files)
        .fold(EarlierResults::default(), |results, (name, made)| results.with_files(name, made.clone()));
    let make = |mut settings: Value| {
        for target in targets([0; 3]) {
            assert_eq!(settings[target_key(target.source)].take(), 1000);
            settings.as_object_mut().unwrap().remove(&target_key(target.source));
        }
        let settings: FixesSettings = serde_json::from_value(settings)?;
        Ok::<_, serde_json::Error>(FixesJob::new(settings, targets([1000; 3]), Credentials::default()))
    };
    check_job_after(&fixes(cache.path(), [1000; 3]), make, results).unwrap();
}

/// Source of one hostile advisory.
#[derive(Debug, Default, serde::Serialize)]
struct Hostile {
    #[serde(rename = "access")]
    upstream: UpstreamSettings,
    urls: Vec<String>,
}

impl AdvisorySource for Hostile {
    type Shard = ();

    fn name(&self) -> &'static str {
        "cve"
    }

    fn upstream(&self) -> &UpstreamSettings {
        &self.upstream
    }

    fn plan(&self, _: &ListingWindow) -> Result<Vec<()>, JobError> {
        Ok(vec![()])
    }

    fn list(&self, (): &(), context: &mut SourceContext<'_, '_>) -> Result<(), ShardError> {
        let references = self.urls.iter().map(|url| AdvisoryReference { url: url.clone(), tags: Vec::new() });
        context.emit(&Advisory {
            id: "CVE-2024-0001".to_owned(),
            collector: "cve".to_owned(),
            references: references.collect(),
            ..Advisory::default()
        })
    }
}

#[test]
fn advisories_lead_to_allowed_hosts_only() {
    let cache = tempfile::tempdir().unwrap();
    let id = "0123456789abcdef0123456789abcdef01234567";
    let urls = [
        format!("https://intranet.example/group/project/-/commit/{id}"),
        format!("https://127.0.0.1/o/r/commit/{id}"),
        format!("file:///etc/passwd/commit/{id}"),
        format!("https://user:pass@github.com/o/r/commit/{id}"),
        format!("https://github.com.evil.example/o/r/commit/{id}"),
    ];
    let upstream = UpstreamSettings::new(cache.path().to_owned(), 1.0);
    let hostile = Hostile { upstream: upstream.clone(), urls: urls.into() };
    let settings = FixesSettings { upstream, ..FixesSettings::default() };
    let fixes = FixesJob::new(settings, targets([10, 0, 0]), Credentials::default());
    let jobs = vec![source(hostile), Arc::new(fixes)];
    let finished = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs);
    let text = String::from_utf8(finished.files[1]["advisories.jsonl"].clone()).unwrap();
    assert!(text.contains("the setting git-hosts can allow intranet.example"), "{text}");
    let advisory: MergedAdvisory = serde_json::from_str(text.trim()).unwrap();
    assert!(advisory.fixes.iter().all(|fix| fix.commit.is_none()), "{:?}", advisory.fixes);
}

/// Makes the fixes that some URLs name in repositories of `https://github.com/o`, which are in `hosted`.
fn run_hosted(hosted: &Path, urls: &[String]) -> (FinishedRun, Vec<MergedAdvisory>) {
    let cache = tempfile::tempdir().unwrap();
    let upstream = UpstreamSettings::new(cache.path().to_owned(), 1.0);
    let advisories = Hostile { upstream: upstream.clone(), urls: urls.to_vec() };
    let mirror = format!("https://github.com/o={}", hosted.display()).parse().unwrap();
    let settings = FixesSettings { upstream, git_mirrors: vec![mirror], ..FixesSettings::default() };
    let fixes = FixesJob::new(settings, targets([10, 0, 0]), Credentials::default());
    let jobs = vec![source(advisories), Arc::new(fixes)];
    let finished = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
    let text = &finished.files[1]["advisories.jsonl"];
    let advisories = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    (finished, advisories)
}

#[test]
fn what_a_host_lacks_is_missing_only_if_a_fix_needs_it() {
    if !has_git() {
        return;
    }
    let hosted = tempfile::tempdir().unwrap();
    let path = hosted.path().join("whole");
    std::fs::create_dir(&path).unwrap();
    run_git(&path, ["init", "-q", "-b", "main"]);
    run_git(&path, ["config", "uploadpack.allowFilter", "true"]);
    let commit = |code: &str, message: &str| {
        write_file(
            &path,
            "app/db.py",
            format!("def find(db, name):\n    query = {code}\n    return db.execute(query)\n"),
        );
        commit_all(&path, message)
    };
    commit("name", "Add find");
    let first = commit("'SELECT ' + name", "Select (#1)");
    commit("'SELECT * ' + name", "Select all");
    let last = commit("quote(name)", "Fix SQL injection in find (#7)");
    let url = format!("file://{}", path.display());
    run_git(hosted.path(), ["clone", "-q", "--depth", "2", &url, "cut"]);
    let run = |repository: &str, what: &str| {
        let (finished, advisories) =
            run_hosted(hosted.path(), &[format!("https://github.com/o/{repository}/{what}")]);
        let log = finished.state.log.iter().map(|(_, _, text)| text.clone());
        let failed = finished.state.jobs[1].failed_shards.iter().map(|(_, _, reason)| reason.clone());
        let log: Vec<String> = log.chain(failed).collect();
        (finished.status, advisories[0].samples, log)
    };
    let missing = |log: &[String], text: &str| log.iter().filter(|line| line.contains(text)).count();

    // The history of the host begins after the first pull request.
    let (status, samples, log) = run("cut", "pull/7");
    assert_eq!((status, samples), (CompletionStatus::Complete, 1), "{log:?}");
    let (status, samples, log) = run("cut", "pull/1");
    assert_eq!((status, samples), (CompletionStatus::Partial, 0), "{log:?}");
    assert_eq!(
        missing(&log, "o/cut lacks a part of its history, and 1 fix was not found in the rest"),
        1,
        "{log:?}"
    );
    assert_eq!(run("whole", "pull/8").0, CompletionStatus::Complete);

    let file = run_git(&path, ["rev-parse", &format!("{first}:app/db.py")]);
    std::fs::remove_file(path.join(".git/objects").join(&file[..2]).join(&file[2..])).unwrap();
    let (status, samples, log) = run("whole", &format!("commit/{last}"));
    assert_eq!((status, samples), (CompletionStatus::Complete, 1), "{log:?}");
    let (status, samples, log) = run("whole", &format!("commit/{first}"));
    assert_eq!((status, samples), (CompletionStatus::Partial, 0), "{log:?}");
    let text = format!("o/whole, commit {first}: its host does not have all files that it changes");
    assert_eq!(missing(&log, &text), 1, "{log:?}");
}
