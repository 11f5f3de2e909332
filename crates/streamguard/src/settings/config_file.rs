//! The file `streamguard.toml`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Name of the file that is read when no other is named.
pub const CONFIG_FILE_NAME: &str = "streamguard.toml";

/// Content of `streamguard.toml`. [`super::ConfigSchema::read`] reads it.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    pub(super) name: String,
    /// Whether the file was only found in the current folder, which may be a stranger's.
    pub(super) is_found: bool,
    pub(super) sections: Map<String, Value>,
    /// Jobs that are commands: the tables `[[job]]`.
    pub jobs: Vec<CommandJob>,
}

/// A table `[[job]]`: a job that is a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandJob {
    /// Name of the job: lower-case letters and digits.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Settings that the program gets at its start.
    #[serde(default)]
    pub settings: Value,
    /// Longest duration of a shard, and of making the plan, in seconds; at least 1.
    pub deadline: Option<u64>,
    /// Number of its shards that may run at once; at least 1.
    pub lane: Option<usize>,
}

impl ConfigFile {
    /// Returns the value of a key of a section.
    pub(super) fn value(&self, section: &str, key: &str) -> Option<&Value> {
        self.sections.get(section)?.get(key)
    }
}
