//! The registry: one list of all built-in jobs.
//!
//! A program that needs some of the jobs only chooses among the features `collectors`, `synthetic`,
//! `ingest`, `prepare`, `prime` and `scan`; by default it has all of them.
//!
//! ```
//! use streamguard_engine::Secrets;
//!
//! let settings = serde_json::json!({"synthetic-samples": 10, "seed": 1});
//! let job = streamguard_registry::make("synthetic", settings, Secrets::default())?;
//! assert_eq!(job.name(), "synthetic");
//! # Ok::<(), String>(())
//! ```

#[cfg(any(feature = "collectors", feature = "synthetic"))]
mod collected;
mod entry;
mod error;
#[cfg(any(feature = "ingest", feature = "prime"))]
mod metrics;

use std::sync::Arc;

#[cfg(feature = "prepare")]
use clap::Args;
use serde_json::Value;
use streamguard_engine::{Job, Secrets};

#[cfg(any(feature = "collectors", feature = "synthetic"))]
use collected::collector;
#[cfg(feature = "collectors")]
use collected::{FIXES, source};
pub use entry::{
    InheritedSetting, JobEntry, JobKind, MakeJob, MetricsJob, QuickTestValue, SetUpMetrics, SettingOwner,
};
pub use error::{SetUpError, SettingsError, read_settings};
#[cfg(any(feature = "ingest", feature = "prime"))]
use metrics::metrics;
#[cfg(feature = "ingest")]
use streamguard_ingest::IngestJob;
#[cfg(feature = "prepare")]
use streamguard_prepare::PrepareJob;
#[cfg(feature = "prime")]
use streamguard_prime::{PrimeArgs, PrimeJob};
#[cfg(feature = "synthetic")]
use streamguard_synthetic::SyntheticCollector;
#[cfg(feature = "collectors")]
use {
    streamguard_advisories::cve::QUICK_TEST_KEYWORDS,
    streamguard_advisories::{CveSource, GithubSource, OsvSource},
    streamguard_exploitdb::ExploitDbCollector,
    streamguard_mining::RepoCollector,
};

/// All built-in jobs. Collectors stand in the order in which their samples stand in the dataset, and
/// sources of advisories in the order in which they are trusted.
pub const JOBS: &[JobEntry] = &[
    #[cfg(feature = "collectors")]
    source::<CveSource>(
        "cve",
        "CVE records of the National Vulnerability Database",
        "network; NVD_API_KEY makes it ten times as fast",
        &[
            ("cve-samples", QuickTestValue::Number(100)),
            ("keywords", QuickTestValue::Words(&QUICK_TEST_KEYWORDS)),
        ],
    ),
    #[cfg(feature = "collectors")]
    source::<GithubSource>(
        "github",
        "GitHub's security advisories",
        "network and GITHUB_TOKEN",
        &[
            ("github-samples", QuickTestValue::Number(100)),
            ("ecosystems", QuickTestValue::Words(&["PIP"])),
            ("severities", QuickTestValue::Words(&["CRITICAL"])),
        ],
    ),
    #[cfg(feature = "collectors")]
    source::<OsvSource>(
        "osv",
        "records of OSV, the database of open-source vulnerabilities",
        "network",
        &[
            ("osv-samples", QuickTestValue::Number(100)),
            // Nine in ten records of the Go vulnerability database name the commit of their fix, but fewer
            // than one in ten of RustSec, which would not be enough for 100 samples.
            ("osv-ecosystems", QuickTestValue::Words(&["Go"])),
        ],
    ),
    // After all sources, because it plans from their results.
    #[cfg(feature = "collectors")]
    FIXES,
    #[cfg(feature = "collectors")]
    collector::<ExploitDbCollector>(
        "exploitdb",
        "programs that attack known flaws, from ExploitDB",
        "network",
        &[("exploitdb-samples", QuickTestValue::Number(100))],
        || vec![InheritedSetting::new("access", SettingOwner::Command)],
    ),
    #[cfg(feature = "collectors")]
    collector::<RepoCollector>(
        "repo",
        "security-fix commits mined from git repositories",
        "git and network for remote repositories; nothing for local ones",
        &[("repo-samples", QuickTestValue::Number(100))],
        || {
            vec![
                // The flags about git belong to `fixes`; given once, they hold for both.
                InheritedSetting::new("git-mirrors", SettingOwner::Job("fixes")),
                InheritedSetting::new("max-repo-size", SettingOwner::Job("fixes")),
                InheritedSetting::new("access", SettingOwner::Command),
            ]
        },
    ),
    #[cfg(feature = "synthetic")]
    collector::<SyntheticCollector>(
        "synthetic",
        "counterfactual pairs generated from a seed",
        "nothing",
        &[("synthetic-samples", QuickTestValue::Number(100))],
        || vec![InheritedSetting::new("seed", SettingOwner::Command)],
    ),
    #[cfg(feature = "ingest")]
    metrics::<IngestJob, IngestJob>("ingest", "measures web logs", "path", |settings, _| {
        let job: IngestJob = read_settings(settings)?;
        job.check_paths().map_err(SetUpError::Invalid)?;
        // Asked before the job is moved into the `Arc`.
        Ok(MetricsJob {
            reads_stream: job.reads_stream(),
            prints_result: false,
            follow: job.follow.then(|| job.control.clone()),
            job: Arc::new(job),
        })
    }),
    #[cfg(feature = "prepare")]
    JobEntry {
        name: streamguard_prepare::NAME,
        about: "splits a dataset without copies across splits",
        needs: "nothing",
        kind: JobKind::Preparation,
        quick: &[],
        inherited: Vec::new,
        flags: PrepareJob::augment_args,
        settings: entry::settings_of::<PrepareJob>,
        make: |settings, _| {
            let job: PrepareJob = read_settings(settings)?;
            Ok(Arc::new(job))
        },
    },
    #[cfg(feature = "prime")]
    metrics::<PrimeArgs, PrimeJob>("prime", "counts and lists primes", "range", |settings, workers| {
        let arguments: PrimeArgs = read_settings(settings)?;
        let job = arguments.into_job(workers)?;
        Ok(MetricsJob {
            prints_result: job.prints_primes(),
            reads_stream: false,
            #[cfg(feature = "ingest")]
            follow: None,
            job: Arc::new(job),
        })
    }),
    #[cfg(feature = "scan")]
    JobEntry {
        name: streamguard_scan::JOB_NAME,
        about: "finds copies of functions that lack a known fix",
        needs: "nothing",
        kind: JobKind::Scan,
        quick: &[],
        inherited: Vec::new,
        // Its command has the flags: some of them are about what is shown, and not of the job.
        flags: |command| command,
        settings: |_| Ok(Value::Object(serde_json::Map::new())),
        make: |settings, _| {
            let job: streamguard_scan::ScanJob = read_settings(settings)?;
            Ok(Arc::new(job))
        },
    },
];

/// Returns the jobs that `collect` runs.
pub fn collected() -> impl Iterator<Item = &'static JobEntry> {
    JOBS.iter().filter(|entry| entry.kind.is_collected())
}

/// Returns the built-in job of this name.
pub fn find(name: &str) -> Option<&'static JobEntry> {
    JOBS.iter().find(|entry| entry.name == name)
}

/// Makes a built-in job from its name, settings and secrets, as a worker process does.
///
/// # Errors
/// An unknown name, or wrong settings, in words.
pub fn make(name: &str, settings: Value, secrets: Secrets) -> Result<Arc<dyn Job>, String> {
    let entry = find(name).ok_or_else(|| format!("there is no job called {name:?}"))?;
    (entry.make)(settings, &secrets).map_err(|error| error.to_string())
}
