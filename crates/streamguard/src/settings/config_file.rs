//! The file `streamguard.toml`.

use serde_json::{Map, Value};

use super::command_job::CommandJob;

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

impl ConfigFile {
    /// Returns the value of a key of a section.
    pub(super) fn value(&self, section: &str, key: &str) -> Option<&Value> {
        self.sections.get(section)?.get(key)
    }
}
