//! From advisories to pairs, in the demo world.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use streamguard_advisories::{AdvisorySource, Cve, Gather, Github, Osv};
use streamguard_dataset::{Advisory, MergedAdvisory, Reference, Sample};
use streamguard_engine::testing::check_job_after;
use streamguard_engine::{CompletionStatus, EarlierResults, FinishedRun, Job, RunOptions};
use streamguard_fixes::Fixes;
use streamguard_http::Access;
use streamguard_snapshot::Snapshot;

fn access(cache: &Path) -> Access {
    {
        let Snapshot { folder, clock_ms } = Snapshot::embedded(cache).unwrap();
        Access::replaying(cache.to_owned(), folder, clock_ms)
    }
}

fn fixes(cache: &Path, samples: u64) -> Fixes {
    let access = access(cache);
    Fixes { access, cve_samples: samples, github_samples: samples, osv_samples: samples, ..Fixes::default() }
}

fn source<S: AdvisorySource + Default + 'static>(cache: &Path) -> Arc<dyn Job> {
    let mut source = S::default();
    *source.access_mut() = access(cache);
    Arc::new(Gather(source))
}

fn run(cache: &Path, fixes: Fixes) -> FinishedRun {
    let jobs = vec![source::<Cve>(cache), source::<Github>(cache), source::<Osv>(cache), Arc::new(fixes)];
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
fn each_commit_is_mined_once_and_told_of_in_each_advisory() {
    let cache = tempfile::tempdir().unwrap();
    let finished = run(cache.path(), fixes(cache.path(), 1000));
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs);
    let samples: Vec<Sample> = lines(&finished, "fixes.jsonl");
    let places: BTreeSet<_> = samples
        .iter()
        .map(|sample| (&sample.commit, &sample.path_after, &sample.function, sample.start_line_after))
        .collect();
    assert_eq!(places.len(), samples.len(), "a function of a commit comes once");
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
    assert!(advisories.iter().any(|one| one.collectors.len() == 3), "some are known to all three");
    assert!(advisories.iter().any(|one| !one.conflicts.is_empty()), "some sources disagree");
    let gone = advisories.iter().flat_map(|one| &one.fixes).filter(|fix| fix.problem.is_some());
    assert!(gone.count() > 0, "a repository that is gone is told of");
}

#[test]
fn a_target_counts_samples_of_its_own_source() {
    let cache = tempfile::tempdir().unwrap();
    let some = Fixes { cve_samples: 7, github_samples: 0, osv_samples: 5, ..fixes(cache.path(), 0) };
    let finished = run(cache.path(), some);
    let metrics = &finished.state.jobs[3].summary.metrics;
    let of = |name: &str| metrics[name].as_u64().unwrap();
    assert!(of("samples.cve") >= 7 && of("samples.osv") >= 5, "{metrics:?}");
    assert!(of("samples") <= of("samples.cve") + of("samples.osv"), "{metrics:?}");
    let all = run(cache.path(), fixes(cache.path(), 1000));
    let all = &all.state.jobs[3].summary.metrics["samples"];
    assert!(metrics["samples"].as_u64() < all.as_u64(), "it stops when it has enough");
}

#[test]
fn it_keeps_the_contract_of_a_job() {
    let cache = tempfile::tempdir().unwrap();
    let finished = run(cache.path(), fixes(cache.path(), 1000));
    let results = ["cve", "github", "osv"]
        .iter()
        .zip(&finished.files)
        .fold(EarlierResults::default(), |results, (name, made)| results.with_files(name, made.clone()));
    let make = |settings: Value| serde_json::from_value::<Fixes>(settings);
    check_job_after(&fixes(cache.path(), 1000), make, results).unwrap();
}

/// A source of one advisory that is not to be believed.
#[derive(Debug, Default, serde::Serialize)]
struct Hostile {
    access: Access,
    urls: Vec<String>,
}

impl AdvisorySource for Hostile {
    fn name(&self) -> &'static str {
        "cve"
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn access_mut(&mut self) -> &mut Access {
        &mut self.access
    }

    fn plan(&self, _: u64, _: Option<u64>) -> Result<Vec<Value>, streamguard_engine::JobError> {
        Ok(vec![Value::Null])
    }

    fn list(
        &self,
        _: &Value,
        advisories: &mut streamguard_advisories::Advisories<'_, '_>,
    ) -> Result<(), streamguard_engine::ShardError> {
        let references = self.urls.iter().map(|url| Reference { url: url.clone(), tags: Vec::new() });
        advisories.emit(&Advisory {
            id: "CVE-2024-0001".to_owned(),
            collector: "cve".to_owned(),
            references: references.collect(),
            ..Advisory::default()
        })
    }
}

#[test]
fn what_advisories_name_leads_to_allowed_hosts_only() {
    let cache = tempfile::tempdir().unwrap();
    let id = "0123456789abcdef0123456789abcdef01234567";
    let urls = [
        format!("https://intranet.example/group/project/-/commit/{id}"),
        format!("https://127.0.0.1/o/r/commit/{id}"),
        format!("file:///etc/passwd/commit/{id}"),
        format!("https://user:pass@github.com/o/r/commit/{id}"),
        format!("https://github.com.evil.example/o/r/commit/{id}"),
    ];
    let access = Access::new(cache.path().to_owned(), 1.0);
    let hostile = Hostile { access: access.clone(), urls: urls.into() };
    let fixes = Fixes { access, cve_samples: 10, ..Fixes::default() };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(Gather(hostile)), Arc::new(fixes)];
    let finished = streamguard_engine::run(jobs, &RunOptions::default(), None, &mut ()).unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs);
    let text = String::from_utf8(finished.files[1]["advisories.jsonl"].clone()).unwrap();
    assert!(text.contains("--git-hosts intranet.example"), "{text}");
    let advisory: MergedAdvisory = serde_json::from_str(text.trim()).unwrap();
    assert!(advisory.fixes.iter().all(|fix| fix.commit.is_none()), "{:?}", advisory.fixes);
}
