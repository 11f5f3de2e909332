//! The registry: one list of all built-in jobs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use streamguard_advisories::cve::TWELVE_KEYWORDS;
use streamguard_advisories::{AdvisorySource, Cve, Gather, Github, Osv};
use streamguard_collect::{Collect, Collector};
use streamguard_engine::{Job, Secrets};
use streamguard_exploitdb::ExploitDb;
use streamguard_fixes::Fixes;
use streamguard_http::Credentials;
use streamguard_ingest::IngestJob;
use streamguard_mining::RepoCollector;
use streamguard_prime::{PrimeArgs, PrimeArgsError, PrimeJob};
use streamguard_synthetic::SyntheticCollector;
use thiserror::Error;

/// A built-in job: its description, its flags, and how it is made from its settings.
#[derive(Clone, Copy, Debug)]
pub struct JobEntry {
    /// Name of the job, of its section in `streamguard.toml`, and of its command if it has one.
    pub name: &'static str,
    /// Purpose of the job, in a line.
    pub about: &'static str,
    /// Requirements of the job: network, tokens, programs.
    pub needs: &'static str,
    /// Place of the job in a run.
    pub kind: JobKind,
    /// Settings that `--quick-test` changes, with their values.
    pub quick: &'static [(&'static str, QuickTestValue)],
    /// Settings that are not flags of this job, and who gives them.
    pub inherited: &'static [(&'static str, SettingOwner)],
    /// Adds the flags of the job to a command.
    pub flags: fn(Command) -> Command,
    /// Returns the settings that flags and their defaults give: an object, keyed like the flags.
    pub settings: fn(&ArgMatches) -> Result<Value, clap::Error>,
    /// Makes the job.
    pub make: fn(Value, Credentials) -> Result<Arc<dyn Job>, SettingsError>,
}

/// Place of a job in a run.
#[derive(Clone, Copy, Debug)]
pub enum JobKind {
    /// Collects samples.
    Collector,
    /// Collects advisories; [`Fixes`] makes samples of them.
    AdvisorySource,
    /// Makes samples from the advisories of others; runs whenever one of those does.
    FixMiner,
    /// Computes metrics, as a command of its own. The function makes the job of that command.
    Metrics(SetUpMetrics),
}

/// Makes a job from the settings of its command and the number of workers.
pub type SetUpMetrics = fn(Value, u16) -> Result<MetricsJob, SetUpError>;

/// A job that a command runs by itself.
pub struct MetricsJob {
    /// The job.
    pub job: Arc<dyn Job>,
    /// Whether the job reads a stream that only this process has, such as standard input.
    pub reads_stream: bool,
}

impl JobKind {
    /// Whether `collect` runs jobs of this kind.
    pub fn is_collected(self) -> bool {
        !matches!(self, Self::Metrics(_))
    }

    /// Whether the records of the job are samples, or hold some.
    pub fn has_samples(self) -> bool {
        matches!(self, Self::Collector | Self::FixMiner)
    }
}

/// Origin of a setting that is not a flag of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingOwner {
    /// The command that runs the job.
    Command,
    /// The flag of the same name of another job, whether that job runs or not.
    Job(&'static str),
    /// The number of samples that another job is to bring: 0 if that job does not run.
    TargetOf(&'static str),
}

/// Value of a setting in a quick test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum QuickTestValue {
    /// A number.
    Number(u64),
    /// A list of words.
    Words(&'static [&'static str]),
}

/// A setting with a wrong value.
#[derive(Debug, Error)]
#[error("{key}: {reason}")]
pub struct SettingsError {
    /// Key of the setting; empty if no single one is wrong.
    pub key: String,
    /// What is wrong with the value.
    pub reason: String,
}

/// Reason why a command cannot make its job.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// A setting has a wrong value.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Settings contradict each other, or a file that they name holds something else.
    #[error("{0}")]
    Invalid(String),
    /// A file that the settings name cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Cause of the failure.
        source: io::Error,
    },
}

impl From<PrimeArgsError> for SetUpError {
    fn from(error: PrimeArgsError) -> Self {
        match error {
            PrimeArgsError::Invalid(reason) => Self::Invalid(reason),
            PrimeArgsError::Unreadable { path, source } => Self::Unreadable { path, source },
        }
    }
}

/// Reads settings.
///
/// # Errors
/// [`SettingsError`], with the key of the setting that is wrong.
pub fn read_settings<T: DeserializeOwned>(settings: Value) -> Result<T, SettingsError> {
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        let key = path.split(['.', '[']).next().unwrap_or_default().to_owned();
        SettingsError { key, reason: error.into_inner().to_string() }
    })
}

/// All built-in jobs. Collectors stand in the order in which their samples stand in the dataset.
pub const JOBS: &[JobEntry] = &[
    source::<Cve>(
        "cve",
        "CVE records of the National Vulnerability Database",
        "network; NVD_API_KEY makes it ten times as fast",
        &[
            ("cve-samples", QuickTestValue::Number(100)),
            ("keywords", QuickTestValue::Words(&TWELVE_KEYWORDS)),
        ],
    ),
    source::<Github>(
        "github",
        "GitHub's security advisories",
        "network and GITHUB_TOKEN",
        &[
            ("github-samples", QuickTestValue::Number(100)),
            ("ecosystems", QuickTestValue::Words(&["PIP"])),
            ("severities", QuickTestValue::Words(&["CRITICAL"])),
        ],
    ),
    source::<Osv>(
        "osv",
        "records of OSV, the database of open-source vulnerabilities",
        "network",
        &[
            ("osv-samples", QuickTestValue::Number(100)),
            ("osv-ecosystems", QuickTestValue::Words(&["crates.io"])),
        ],
    ),
    FIXES,
    collector::<ExploitDb>(
        "exploitdb",
        "programs that attack known flaws, from ExploitDB",
        "network",
        &[("exploitdb-samples", QuickTestValue::Number(100))],
        &[("access", SettingOwner::Command)],
    ),
    collector::<RepoCollector>(
        "repo",
        "security-fix commits mined from git repositories",
        "git and network for remote repositories; nothing for local ones",
        &[("repo-samples", QuickTestValue::Number(100))],
        &[
            ("git-mirrors", SettingOwner::Job("fixes")),
            ("max-repo-size", SettingOwner::Job("fixes")),
            ("access", SettingOwner::Command),
        ],
    ),
    collector::<SyntheticCollector>(
        "synthetic",
        "counterfactual pairs generated from a seed",
        "nothing",
        &[("synthetic-samples", QuickTestValue::Number(100))],
        &[("seed", SettingOwner::Command)],
    ),
    metrics::<IngestJob, IngestJob>("ingest", "measures web logs", |settings, _| {
        let job: IngestJob = read_settings(settings)?;
        Ok(MetricsJob { reads_stream: job.reads_stream(), job: Arc::new(job) })
    }),
    metrics::<PrimeArgs, PrimeJob>("prime", "counts and lists primes", |settings, workers| {
        let arguments: PrimeArgs = read_settings(settings)?;
        Ok(MetricsJob { job: Arc::new(arguments.into_job(workers)?), reads_stream: false })
    }),
];

const fn collector<C: Collector + Args + Serialize + DeserializeOwned + 'static>(
    name: &'static str,
    about: &'static str,
    needs: &'static str,
    quick: &'static [(&'static str, QuickTestValue)],
    inherited: &'static [(&'static str, SettingOwner)],
) -> JobEntry {
    JobEntry {
        name,
        about,
        needs,
        kind: JobKind::Collector,
        quick,
        inherited,
        flags: C::augment_args,
        settings: settings_of::<C>,
        make: |settings, _| {
            let collector: C = read_settings(settings)?;
            Ok(Arc::new(Collect(collector)))
        },
    }
}

const fn source<S: AdvisorySource + Args + Serialize + DeserializeOwned + 'static>(
    name: &'static str,
    about: &'static str,
    needs: &'static str,
    quick: &'static [(&'static str, QuickTestValue)],
) -> JobEntry {
    JobEntry {
        name,
        about,
        needs,
        kind: JobKind::AdvisorySource,
        quick,
        inherited: &[("since", SettingOwner::Job("repo")), ("access", SettingOwner::Command)],
        flags: S::augment_args,
        settings: settings_of::<S>,
        make: |settings, credentials| {
            let mut source: S = read_settings(settings)?;
            source.access_mut().credentials = credentials;
            Ok(Arc::new(Gather(source)))
        },
    }
}

/// `A` are the arguments of the command, `J` is the job that is made of them.
const fn metrics<A: Args + Serialize, J: Job + DeserializeOwned + 'static>(
    name: &'static str,
    about: &'static str,
    set_up: SetUpMetrics,
) -> JobEntry {
    JobEntry {
        name,
        about,
        needs: "nothing",
        kind: JobKind::Metrics(set_up),
        quick: &[],
        inherited: &[],
        flags: A::augment_args,
        settings: settings_of::<A>,
        make: |settings, _| {
            let job: J = read_settings(settings)?;
            Ok(Arc::new(job))
        },
    }
}

fn settings_of<A: FromArgMatches + Serialize>(matches: &ArgMatches) -> Result<Value, clap::Error> {
    A::from_arg_matches(matches).map(|settings| json!(settings))
}

const FIXES: JobEntry = JobEntry {
    name: "fixes",
    about: "pairs out of the fix commits that advisories name",
    needs: "git and network, advisories",
    kind: JobKind::FixMiner,
    quick: &[],
    inherited: &[
        ("cve-samples", SettingOwner::TargetOf("cve")),
        ("github-samples", SettingOwner::TargetOf("github")),
        ("osv-samples", SettingOwner::TargetOf("osv")),
        ("min-confidence", SettingOwner::Job("repo")),
        ("access", SettingOwner::Command),
    ],
    flags: Fixes::augment_args,
    settings: settings_of::<Fixes>,
    make: |settings, credentials| {
        let mut fixes: Fixes = read_settings(settings)?;
        fixes.access.credentials = credentials;
        Ok(Arc::new(fixes))
    },
};

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
    (entry.make)(settings, Credentials::of(&secrets)).map_err(|error| error.to_string())
}
