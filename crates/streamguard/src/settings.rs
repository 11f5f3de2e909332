//! Settings: built-in defaults < `streamguard.toml` < environment and `.env` < flags.
//!
//! A setting has one definition, the field of a settings struct. The field is the flag, the key in its
//! section of `streamguard.toml`, and the variable `STREAMGUARD_<FLAG>`.
//!
//! A folder that somebody else made may hold a `streamguard.toml` and a `.env`. They may say what is collected, but not
//! where requests, and with them tokens, are sent, what is replaced or removed, or what is run.

mod byte_size;
mod command_job;
mod config_file;
mod job_memory;
mod schema;
mod time_length;
mod trust;

use std::collections::BTreeMap;

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use streamguard_registry::{SettingsError, read_settings};

use crate::env::Environment;
use crate::exit::UsageError;

pub use byte_size::ByteSize;
pub use command_job::CommandJob;
pub use config_file::{CONFIG_FILE_NAME, ConfigFile};
pub use job_memory::{GrowingMemory, JobMemory};
pub use schema::{ConfigSchema, suggestion};
pub use time_length::TimeLength;
pub use trust::other_addresses;

/// The layers that settings are made of, above the built-in defaults.
pub struct ConfigLayers<'a> {
    /// `streamguard.toml`.
    pub file: &'a ConfigFile,
    /// The environment and `.env`.
    pub environment: &'a Environment,
    /// The flags.
    pub matches: &'a ArgMatches,
}

impl ConfigLayers<'_> {
    /// Whether a flag was given on the command line.
    pub fn is_given(&self, flag: &str) -> bool {
        // clap panics about a flag that it does not know, and some settings have none.
        self.has_flag(flag)
            && self.matches.value_source(&flag.replace('-', "_")) == Some(ValueSource::CommandLine)
    }

    /// Whether the user trusts the files of the current folder.
    fn trusts_folder(&self) -> bool {
        self.matches.try_get_one::<bool>("trust_config").is_ok_and(|flag| flag == Some(&true))
    }

    /// Whether the command has such a flag.
    pub fn has_flag(&self, key: &str) -> bool {
        self.matches.try_contains_id(&key.replace('-', "_")).is_ok()
    }

    /// Returns the settings of a section. `base` holds what the flags and their defaults say, keyed like
    /// the flags; a key without a flag keeps its value.
    ///
    /// # Errors
    /// A URL that holds a secret; a setting that a file which was only found in the current folder may not change.
    pub fn resolve(&self, section: &str, base: Value) -> Result<ResolvedSettings, UsageError> {
        let Value::Object(mut values) = base else {
            return Err(UsageError(format!("the settings of {section} are not a table")));
        };
        let mut origins = BTreeMap::new();
        let mut found = Vec::new();
        let base = values.clone();
        for (key, value) in &mut values {
            if !self.has_flag(key) || self.is_given(key) {
                continue;
            }
            if let Some((variable, text)) = self.environment.setting(key) {
                *value = parse_like(value, text);
                found.extend(self.environment.is_found(&variable).then(|| key.clone()));
                origins.insert(key.clone(), variable);
            } else if let Some(configured) = self.file.value(section, key) {
                *value = configured.clone();
                found.extend(self.file.is_found.then(|| key.clone()));
                origins.insert(key.clone(), format!("{}: [{section}] {key}", self.file.name));
            }
        }
        let resolved = ResolvedSettings { values, base, origins };
        let is_changed = |key: &&String| resolved.values.get(*key) != resolved.base.get(*key);
        let mut refused =
            found.iter().filter(is_changed).filter_map(|key| Some((key.clone(), trust::refusal(key)?)));
        if let Some((key, reason)) = refused.next().filter(|_| !self.trusts_folder()) {
            return Err(resolved.wrong(&SettingsError { key, reason }));
        }
        match resolved.values.iter().find(|(_, value)| holds_secret(value)) {
            None => Ok(resolved),
            // The value is not repeated.
            Some((key, _)) => Err(resolved.wrong(&SettingsError {
                key: key.clone(),
                reason: "a URL in this setting holds a user, a password or a query, and settings are written \
                         down; give tokens by the variables GITHUB_TOKEN and NVD_API_KEY, and those of git by \
                         its credential helpers"
                    .to_owned(),
            })),
        }
    }
}

/// The settings of a section, and the origins of those that are not given by flags.
pub struct ResolvedSettings {
    /// The settings.
    pub values: Map<String, Value>,
    /// The settings that flags and defaults alone give.
    base: Map<String, Value>,
    origins: BTreeMap<String, String>,
}

impl ResolvedSettings {
    /// Reads the settings as a type.
    ///
    /// # Errors
    /// A value of the wrong type, with its origin.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, UsageError> {
        read_settings(Value::Object(self.values.clone())).map_err(|error| {
            // serde buffers flattened fields and forgets their keys. So each setting of another origin is
            // tried by itself: the first that fails is to blame.
            let blamed = self.origins.keys().find(|key| {
                let mut alone = self.base.clone();
                alone.insert((*key).clone(), self.values[*key].clone());
                read_settings::<T>(Value::Object(alone)).is_err()
            });
            let key = blamed.cloned().unwrap_or(error.key);
            self.wrong(&SettingsError { key, reason: error.reason })
        })
    }

    /// Returns the error about a wrong setting, with its origin.
    pub fn wrong(&self, error: &SettingsError) -> UsageError {
        let origin = self.origins.get(&error.key).unwrap_or(&error.key);
        UsageError(format!("{origin}: {}", error.reason))
    }
}

/// Whether a setting holds a URL with a possible secret: a user or a password before the host, or a query.
/// The user of an ssh URL is not secret.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text.split_once("://").is_some_and(|(scheme, rest)| {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let user = authority.rsplit_once('@').map(|(user, _)| user);
            let is_ssh = scheme.ends_with("ssh");
            user.is_some_and(|user| !is_ssh || user.contains(':')) || (rest.contains('?') && !is_ssh)
        }),
        Value::Array(values) => values.iter().any(holds_secret),
        Value::Object(values) => values.values().any(holds_secret),
        _ => false,
    }
}

/// Parses the text of a variable as a value of the type that the setting has now.
fn parse_like(now: &Value, text: &str) -> Value {
    let parsed = match now {
        Value::Bool(_) => match text {
            "1" | "true" | "yes" | "on" => Some(Value::Bool(true)),
            // An empty variable switches off, as it does for many other programs.
            "0" | "false" | "no" | "off" | "" => Some(Value::Bool(false)),
            _ => None,
        },
        Value::Number(_) => serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number),
        // Commas or spaces: people write both in variables.
        Value::Array(_) => Some(Value::Array(
            text.split([',', ' ']).filter(|item| !item.is_empty()).map(Value::from).collect(),
        )),
        _ => None,
    };
    // Other text stays text; the error of the setting's type then says what was expected.
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}
