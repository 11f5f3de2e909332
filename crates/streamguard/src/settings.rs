//! Settings: built-in defaults < `streamguard.toml` < environment and `.env` < flags.
//!
//! A setting has one definition, the field of a settings struct: that makes the flag, the key
//! in its section of `streamguard.toml`, and the variable `STREAMGUARD_<FLAG>`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use streamguard_registry::{SettingsError, read_settings};

use crate::env::Environment;
use crate::exit::UsageError;

/// The file that is read when none is named.
pub const FILE: &str = "streamguard.toml";

/// What `streamguard.toml` says.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    name: String,
    sections: Map<String, Value>,
    /// Jobs that are commands: the tables `[[job]]`.
    pub jobs: Vec<CommandJob>,
}

/// A table `[[job]]`: a job that is a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandJob {
    /// Its name: lower-case letters and digits.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What the program is told at its start.
    #[serde(default)]
    pub settings: Value,
    /// How long a shard may take, in seconds.
    pub deadline: Option<u64>,
    /// How many of its shards may run at once.
    pub lane: Option<usize>,
}

impl ConfigFile {
    /// Reads the file that was named, or `streamguard.toml` in `folder` if there is one.
    ///
    /// # Errors
    /// A named file that is not there; TOML or jobs that cannot be understood, with the line.
    pub fn read(folder: &Path, named: Option<&Path>) -> Result<Self, UsageError> {
        let path = named.map_or_else(|| folder.join(FILE), Path::to_owned);
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => return Err(UsageError(format!("cannot read {name}: {error}"))),
            Ok(text) => text,
        };
        let wrong = |error: &dyn std::fmt::Display| UsageError(format!("{name}: {error}"));
        let mut sections: Map<String, Value> = toml::from_str(&text).map_err(|error| wrong(&error))?;
        let jobs = match sections.remove("job") {
            None => Vec::new(),
            Some(jobs) => serde_path_to_error::deserialize(jobs)
                .map_err(|error| wrong(&format!("[[job]] {}: {}", error.path(), error.inner())))?,
        };
        Ok(Self { name, sections, jobs })
    }

    /// Says no to sections that nobody reads.
    ///
    /// # Errors
    /// The first unknown section, and the known ones.
    pub fn check_sections(&self, known: &[&str]) -> Result<(), UsageError> {
        match self.sections.keys().find(|section| !known.contains(&section.as_str())) {
            None => Ok(()),
            Some(section) => Err(UsageError(format!(
                "{}: there is no section [{section}]; there are {}",
                self.name,
                known.iter().map(|known| format!("[{known}]")).collect::<Vec<_>>().join(", ")
            ))),
        }
    }
}

/// Everything that settings are made of.
pub struct Layers<'a> {
    /// `streamguard.toml`.
    pub file: &'a ConfigFile,
    /// The environment and `.env`.
    pub environment: &'a Environment,
    /// The flags.
    pub matches: &'a ArgMatches,
}

impl Layers<'_> {
    /// Whether a flag was given on the command line.
    pub fn is_given(&self, flag: &str) -> bool {
        // Settings that have no flag are asked for too.
        self.has_flag(flag)
            && self.matches.value_source(&flag.replace('-', "_")) == Some(ValueSource::CommandLine)
    }

    /// Whether there is such a flag.
    pub fn has_flag(&self, key: &str) -> bool {
        self.matches.try_contains_id(&key.replace('-', "_")).is_ok()
    }

    /// The settings of a section. `base` holds what the flags and their defaults say, keyed
    /// like the flags; keys without a flag are not settable.
    ///
    /// # Errors
    /// An unknown key in the file.
    pub fn settle(&self, section: &str, base: Value) -> Result<Settled, UsageError> {
        let Value::Object(mut values) = base else {
            return Err(UsageError(format!("the settings of {section} are no table")));
        };
        let name = &self.file.name;
        let in_file = match self.file.sections.get(section) {
            None => &Map::new(),
            Some(Value::Object(table)) => table,
            Some(_) => return Err(UsageError(format!("{name}: {section} is no table"))),
        };
        let is_flag = |key: &str| self.has_flag(key);
        if let Some(key) = in_file.keys().find(|key| !values.contains_key(*key) || !is_flag(key)) {
            let known: Vec<&str> = values.keys().map(String::as_str).filter(|key| is_flag(key)).collect();
            return Err(UsageError(format!("{name}: [{section}] has no {key:?}, but {}", known.join(", "))));
        }
        let mut places = BTreeMap::new();
        let base = values.clone();
        for (key, value) in &mut values {
            if !is_flag(key) || self.is_given(key) {
                continue;
            }
            if let Some((variable, text)) = self.environment.setting(key) {
                *value = parse_like(value, text);
                places.insert(key.clone(), variable);
            } else if let Some(configured) = in_file.get(key) {
                *value = configured.clone();
                places.insert(key.clone(), format!("{name}: [{section}] {key}"));
            }
        }
        let settled = Settled { values, base, places };
        match settled.values.iter().find(|(_, value)| holds_secret(value)) {
            None => Ok(settled),
            // The value is not repeated.
            Some((key, _)) => Err(settled.wrong(&SettingsError {
                key: key.clone(),
                reason: "a URL in there holds a user, a password or a query, and settings are written down; \
                         give tokens by the variables GITHUB_TOKEN and NVD_API_KEY, and those of git by its \
                         credential helpers"
                    .to_owned(),
            })),
        }
    }
}

/// The settings of a section, and where those come from that are no flags.
pub struct Settled {
    /// The settings.
    pub values: Map<String, Value>,
    /// What flags and defaults alone say.
    base: Map<String, Value>,
    places: BTreeMap<String, String>,
}

impl Settled {
    /// The settings as what they are for.
    ///
    /// # Errors
    /// A value of the wrong type, with the place it came from.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, UsageError> {
        read_settings(Value::Object(self.values.clone())).map_err(|error| {
            // Flattened settings lose their keys: then it is tried which one is to blame.
            let blamed = self.places.keys().find(|key| {
                let mut alone = self.base.clone();
                alone.insert((*key).clone(), self.values[*key].clone());
                read_settings::<T>(Value::Object(alone)).is_err()
            });
            let key = blamed.cloned().unwrap_or(error.key);
            self.wrong(&SettingsError { key, reason: error.reason })
        })
    }

    /// What to say of a setting that is wrong.
    pub fn wrong(&self, error: &SettingsError) -> UsageError {
        let place = self.places.get(&error.key).unwrap_or(&error.key);
        UsageError(format!("{place}: {}", error.reason))
    }
}

/// Whether a setting holds a URL with what may be a secret: a user or a password before the host, or
/// a query. The user of ssh is none.
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

/// The text of a variable as a value of the type that the setting has now.
fn parse_like(now: &Value, text: &str) -> Value {
    let parsed = match now {
        Value::Bool(_) => match text {
            "1" | "true" | "yes" | "on" => Some(Value::Bool(true)),
            "0" | "false" | "no" | "off" | "" => Some(Value::Bool(false)),
            _ => None,
        },
        Value::Number(_) => serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number),
        Value::Array(_) => Some(Value::Array(
            text.split([',', ' ']).filter(|item| !item.is_empty()).map(Value::from).collect(),
        )),
        _ => None,
    };
    // What does not fit stays text; the type's own error then says what was expected.
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}
