//! The contract of the engine, checked for built-in jobs.

use std::collections::BTreeSet;

use serde_json::Value;
use streamguard_collect::CollectorJob;
use streamguard_engine::Secrets;
use streamguard_engine::testing::check_job;
use streamguard_http::UpstreamSettings;
use streamguard_mining::RepoCollector;
use streamguard_registry::{self as registry, InheritedSetting, JobEntry, SettingOwner};
use streamguard_snapshot::Snapshot;
use streamguard_synthetic::SyntheticCollector;

#[test]
fn synthetic_keeps_the_contract() {
    let job = CollectorJob::new(SyntheticCollector { synthetic_samples: 300, seed: 3 });
    check_job(&job, |settings: Value| serde_json::from_value(settings).map(CollectorJob::new)).unwrap();
}

#[test]
fn repo_keeps_the_contract() {
    let cache = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::embedded(cache.path()).unwrap();
    let upstream = UpstreamSettings::replaying(cache.path().to_owned(), snapshot.folder, snapshot.clock_ms);
    let job = CollectorJob::new(RepoCollector { upstream, repo_samples: 40, ..RepoCollector::default() });
    check_job(&job, |settings: Value| serde_json::from_value(settings).map(CollectorJob::new)).unwrap();
}

#[test]
fn every_job_is_made_from_its_own_settings() {
    for entry in registry::collected() {
        let matches = (entry.flags)(clap::Command::new("test")).get_matches_from(["test"]);
        let settings = (entry.settings)(&matches).unwrap();
        let job = (entry.make)(settings.clone(), &Secrets::default()).unwrap();
        assert_eq!((job.name(), job.settings()), (entry.name, settings));
        assert_eq!(inherited(entry), without_flag(entry), "{}", entry.name);
        for (key, _) in entry.quick {
            assert!(job.settings().get(key).is_some(), "{} has no {key}", entry.name);
        }
        assert!((entry.make)(serde_json::json!({"nonsense": 1}), &Secrets::default()).is_err());
    }
    assert!(registry::make("nothing", Value::Null, Secrets::default()).is_err());
}

/// Returns the settings that a job inherits, and checks that their owners have such flags.
fn inherited(entry: &JobEntry) -> BTreeSet<String> {
    let inherited = (entry.inherited)();
    for InheritedSetting { key, owner } in &inherited {
        if let SettingOwner::Job(job) | SettingOwner::TargetOf(job) = owner {
            let job = registry::find(job).unwrap();
            assert!(flags(job).contains(key), "{} has no flag --{key}", job.name);
        }
    }
    inherited.into_iter().map(|setting| setting.key).collect()
}

/// Returns the settings of a job that are not flags of this job.
fn without_flag(entry: &JobEntry) -> BTreeSet<String> {
    let matches = (entry.flags)(clap::Command::new("test")).get_matches_from(["test"]);
    let settings = (entry.settings)(&matches).unwrap();
    let flags = flags(entry);
    settings.as_object().unwrap().keys().filter(|key| !flags.contains(*key)).cloned().collect()
}

fn flags(entry: &JobEntry) -> BTreeSet<String> {
    let command = (entry.flags)(clap::Command::new("test"));
    command.get_arguments().filter_map(|flag| Some(flag.get_long()?.to_owned())).collect()
}

#[test]
fn a_worker_process_makes_the_same_prime_job() {
    let settings = serde_json::json!({"ranges": [{"start": 1, "end": 10}], "count_only": false, "list": null, "workers": 2});
    let job = registry::make("prime", settings.clone(), Secrets::default()).unwrap();
    assert_eq!(job.settings(), settings);
    let nonsense = serde_json::json!({"nonsense": 1});
    assert!(registry::make("prime", nonsense, Secrets::default()).is_err());
}
