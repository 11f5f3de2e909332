//! The one list of all jobs that are built in: what each is, its flags, and how it is made.

use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use streamguard_engine::{Job, Secrets};
use thiserror::Error;

use streamguard_advisories::cve::TWELVE_KEYWORDS;
use streamguard_advisories::{AdvisorySource, Cve, Gather, Github, Osv};
use streamguard_collect::{Collect, Collector};
use streamguard_exploitdb::ExploitDb;
use streamguard_fixes::Fixes;
use streamguard_http::Credentials;
use streamguard_ingest::{self as ingest, IngestJob};
use streamguard_mining::RepoCollector;
use streamguard_prime::{self as prime, Prime};
use streamguard_synthetic::SyntheticCollector;

/// A built-in job: what it is, which flags it has, and how it is made from its settings.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What it needs.
    pub needs: &'static str,
    /// What its records are.
    pub makes: Makes,
    /// Settings that `--quick-test` changes, with their values.
    pub quick: &'static [(&'static str, Quick)],
    /// Adds its flags to a command.
    pub flags: fn(Command) -> Command,
    /// Its settings as flags and their defaults have them: an object, keyed like the flags.
    pub settings: fn(&ArgMatches) -> Result<Value, clap::Error>,
    /// Makes the job.
    pub make: fn(Value, Credentials) -> Result<Arc<dyn Job>, SettingsError>,
}

/// What the records of a job are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// Samples.
    Samples,
    /// Advisories: samples come of them by [`Fixes`].
    Advisories,
    /// Samples, out of the advisories of others; it runs whenever one of those does.
    SamplesOfAdvisories,
}

/// The value of a setting in a quick test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Quick {
    /// A number.
    Number(u64),
    /// Words.
    Words(&'static [&'static str]),
}

/// Settings that are none.
#[derive(Debug, Error)]
#[error("{key}: {reason}")]
pub struct SettingsError {
    /// Which of them; empty if it is not about one.
    pub key: String,
    /// What is wrong.
    pub reason: String,
}

/// Reads settings, and says which of them is wrong if one is.
///
/// # Errors
/// [`SettingsError`].
pub fn read_settings<T: DeserializeOwned>(settings: Value) -> Result<T, SettingsError> {
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        let key = path.split(['.', '[']).next().unwrap_or_default().to_owned();
        SettingsError { key, reason: error.into_inner().to_string() }
    })
}

/// The collectors, in the order in which their samples stand in the dataset.
pub const COLLECTORS: &[Entry] = &[
    source::<Cve>(
        "cve",
        "CVE records of the National Vulnerability Database",
        "network; NVD_API_KEY makes it ten times as fast",
        &[("cve-samples", Quick::Number(100)), ("keywords", Quick::Words(&TWELVE_KEYWORDS))],
    ),
    source::<Github>(
        "github",
        "GitHub's security advisories",
        "network and GITHUB_TOKEN",
        &[
            ("github-samples", Quick::Number(100)),
            ("ecosystems", Quick::Words(&["PIP"])),
            ("severities", Quick::Words(&["CRITICAL"])),
        ],
    ),
    source::<Osv>(
        "osv",
        "records of OSV, the database of open-source vulnerabilities",
        "network",
        &[("osv-samples", Quick::Number(100)), ("osv-ecosystems", Quick::Words(&["crates.io"]))],
    ),
    FIXES,
    collector::<ExploitDb>(
        "exploitdb",
        "programs that attack known flaws, from ExploitDB",
        "network",
        &[("exploitdb-samples", Quick::Number(100))],
    ),
    collector::<RepoCollector>(
        "repo",
        "security-fix commits mined from git repositories",
        "git and network for remote repositories; nothing for local ones",
        &[("repo-samples", Quick::Number(100))],
    ),
    collector::<SyntheticCollector>(
        "synthetic",
        "counterfactual pairs generated from a seed",
        "nothing",
        &[("synthetic-samples", Quick::Number(100))],
    ),
];

const fn collector<C: Collector + Args + Serialize + DeserializeOwned + 'static>(
    name: &'static str,
    about: &'static str,
    needs: &'static str,
    quick: &'static [(&'static str, Quick)],
) -> Entry {
    Entry {
        name,
        about,
        needs,
        makes: Makes::Samples,
        quick,
        flags: C::augment_args,
        settings: |matches| <C as FromArgMatches>::from_arg_matches(matches).map(|settings| json!(settings)),
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
    quick: &'static [(&'static str, Quick)],
) -> Entry {
    Entry {
        name,
        about,
        needs,
        makes: Makes::Advisories,
        quick,
        flags: S::augment_args,
        settings: |matches| <S as FromArgMatches>::from_arg_matches(matches).map(|settings| json!(settings)),
        make: |settings, credentials| {
            let mut source: S = read_settings(settings)?;
            source.access_mut().credentials = credentials;
            Ok(Arc::new(Gather(source)))
        },
    }
}

const FIXES: Entry = Entry {
    name: "fixes",
    about: "pairs out of the fix commits that advisories name",
    needs: "git and network, advisories",
    makes: Makes::SamplesOfAdvisories,
    quick: &[],
    flags: Fixes::augment_args,
    settings: |matches| Fixes::from_arg_matches(matches).map(|settings| json!(settings)),
    make: |settings, credentials| {
        let mut fixes: Fixes = read_settings(settings)?;
        fixes.access.credentials = credentials;
        Ok(Arc::new(fixes))
    },
};

/// The built-in job of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    COLLECTORS.iter().find(|entry| entry.name == name)
}

/// Makes a built-in job from its name, settings and secrets, as a worker process does.
///
/// # Errors
/// In words: an unknown name, or settings that are none of this job's.
pub fn make(name: &str, settings: Value, secrets: Secrets) -> Result<Arc<dyn Job>, String> {
    if name == ingest::NAME {
        let job: IngestJob = read_settings(settings).map_err(|error| error.to_string())?;
        return Ok(Arc::new(job));
    }
    if name == prime::NAME {
        let job: Prime = read_settings(settings).map_err(|error| error.to_string())?;
        return Ok(Arc::new(job));
    }
    let entry = find(name).ok_or_else(|| format!("there is no job called {name:?}"))?;
    (entry.make)(settings, Credentials::of(&secrets)).map_err(|error| error.to_string())
}
