//! Entry of the registry: description of a job, and how it is made.

use std::sync::Arc;

use clap::{ArgMatches, Command, FromArgMatches};
use serde::Serialize;
use serde_json::{Value, json};
use streamguard_engine::{Job, Secrets};

use crate::error::{SetUpError, SettingsError};

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
    /// Returns the settings that are not flags of this job, and who gives them.
    pub inherited: fn() -> Vec<InheritedSetting>,
    /// Adds the flags of the job to a command.
    pub flags: fn(Command) -> Command,
    /// Returns the settings that flags and their defaults give: an object, keyed like the flags.
    pub settings: fn(&ArgMatches) -> Result<Value, clap::Error>,
    /// Makes the job from its settings, and from secrets that it may need.
    pub make: MakeJob,
}

/// Makes a job from its settings and secrets.
pub type MakeJob = fn(Value, &Secrets) -> Result<Arc<dyn Job>, SettingsError>;

/// Place of a job in a run.
#[derive(Clone, Copy, Debug)]
pub enum JobKind {
    /// Collects samples.
    Collector,
    /// Collects advisories; the fix miner makes samples of them.
    AdvisorySource,
    /// Makes samples from the advisories of others; runs whenever one of those does.
    FixMiner,
    /// Computes metrics, as a command of its own.
    Metrics {
        /// Makes the job of that command.
        set_up: SetUpMetrics,
        /// Flag that says what the job is about: its values may also stand without the flag.
        input: &'static str,
    },
    /// Prepares a dataset for training; has a command of its own.
    Preparation,
    /// Scans code; has a command of its own.
    Scan,
}

impl JobKind {
    /// Reports whether `collect` runs jobs of this kind.
    pub fn is_collected(self) -> bool {
        !matches!(self, Self::Metrics { .. } | Self::Preparation | Self::Scan)
    }

    /// Reports whether the records of the job are samples, or hold some.
    pub fn has_samples(self) -> bool {
        matches!(self, Self::Collector | Self::FixMiner)
    }
}

/// Makes a job from the settings of its command and the number of workers.
pub type SetUpMetrics = fn(Value, u16) -> Result<MetricsJob, SetUpError>;

/// A job that a command runs by itself.
pub struct MetricsJob {
    /// The job.
    pub job: Arc<dyn Job>,
    /// Whether the job reads a stream that only this process has, such as standard input.
    pub reads_stream: bool,
    /// Whether the job prints its result on standard output, where then nothing else may stand.
    pub prints_result: bool,
    /// Control of the logs that the job follows, if it does.
    #[cfg(feature = "ingest")]
    pub follow: Option<streamguard_ingest::FollowControl>,
}

/// A setting that is not a flag of the job that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InheritedSetting {
    /// Key of the setting.
    pub key: String,
    /// Origin of its value.
    pub owner: SettingOwner,
}

impl InheritedSetting {
    /// Returns a setting with its origin.
    pub fn new(key: impl Into<String>, owner: SettingOwner) -> Self {
        Self { key: key.into(), owner }
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

/// Returns the settings that flags and their defaults give.
#[cfg_attr(
    not(any(
        feature = "collectors",
        feature = "ingest",
        feature = "prepare",
        feature = "prime",
        feature = "synthetic"
    )),
    expect(dead_code, reason = "a registry without features has no entries")
)]
pub(crate) fn settings_of<A: FromArgMatches + Serialize>(matches: &ArgMatches) -> Result<Value, clap::Error> {
    A::from_arg_matches(matches).map(|settings| json!(settings))
}
