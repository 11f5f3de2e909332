//! Sections and keys that `streamguard.toml` may have.

use std::fmt::Display;
use std::io;
use std::path::Path;

use clap::{ArgMatches, Args, Command};
use serde::Serialize;
use serde_json::{Map, Value, json};
use streamguard_durable::read_regular_text;

use super::config_file::{CONFIG_FILE_NAME, ConfigFile};
use crate::env::{Environment, setting_of, variable_of};
use crate::exit::UsageError;

/// Least similarity of a name that is suggested for an unknown one (Jaro, from 0 to 1); as clap has it.
const MIN_SIMILARITY: f64 = 0.7;

/// Largest file of settings that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 16 << 20;

/// The known sections, each with its keys. Reads `streamguard.toml`, and refuses all else in there.
#[derive(Clone, Debug, Default)]
pub struct ConfigSchema {
    sections: Vec<(String, Vec<String>)>,
}

impl ConfigSchema {
    /// Adds a section whose keys are the flags of a command.
    pub fn with_arguments<A: Args + Serialize>(self, name: &str) -> Self {
        self.with_section(name, A::augment_args, |matches| {
            A::from_arg_matches(matches).map(|args| json!(args))
        })
    }

    /// Adds a section. Its keys are those settings that have a flag of the same name: a field without a
    /// flag cannot be set, and a flag that is not written down (a secret, `--config`) has no key.
    pub fn with_section(
        mut self,
        name: &str,
        flags: impl Fn(Command) -> Command,
        settings: impl Fn(&ArgMatches) -> Result<Value, clap::Error>,
    ) -> Self {
        // Nothing is run: the command is only asked for its flags and their defaults.
        let command = flags(Command::new("section").no_binary_name(true));
        // A required flag would make the empty command line fail, and no default would be known.
        let command = command.mut_args(|argument| argument.required(false));
        let flags: Vec<String> =
            command.get_arguments().filter_map(|flag| Some(flag.get_long()?.to_owned())).collect();
        let defaults = command
            .try_get_matches_from(std::iter::empty::<String>())
            .and_then(|matches| settings(&matches))
            .unwrap_or_default();
        let is_setting = |key: &String| defaults.get(key).is_some();
        self.sections.push((name.to_owned(), flags.into_iter().filter(is_setting).collect()));
        self
    }

    /// Reads the file that was named, or `streamguard.toml` in `folder` if there is one.
    ///
    /// # Errors
    /// A named file that does not exist; TOML or jobs that cannot be understood, with the line; unknown
    /// sections and keys.
    pub fn read(&self, folder: &Path, named: Option<&Path>) -> Result<ConfigFile, UsageError> {
        let path = named.map_or_else(|| folder.join(CONFIG_FILE_NAME), Path::to_owned);
        let name = path.display().to_string();
        let text = match read_regular_text(&path, MAX_CONFIG_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                return Ok(ConfigFile::default());
            }
            Err(error) => return Err(UsageError(format!("cannot read {name}: {error}"))),
            Ok(text) => text,
        };
        Ok(ConfigFile { is_found: named.is_none(), ..self.parse(name, &text)? })
    }

    /// Reads the text of a file of this name.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(&self, name: String, text: &str) -> Result<ConfigFile, UsageError> {
        let wrong = |error: &dyn Display| UsageError(format!("{name}: {error}"));
        let mut sections: Map<String, Value> = toml::from_str(text).map_err(|error| wrong(&error))?;
        let jobs = match sections.remove("job") {
            None => Vec::new(),
            Some(jobs) => serde_path_to_error::deserialize(jobs)
                .map_err(|error| wrong(&format!("[[job]] {}: {}", error.path(), error.inner())))?,
        };
        for (section, table) in &sections {
            self.check(section, table).map_err(|reason| wrong(&reason))?;
        }
        Ok(ConfigFile { name, is_found: false, sections, jobs })
    }

    /// Returns a warning for each variable of this program that no setting has, with the name that was probably meant.
    /// Values are not repeated.
    pub fn unknown_variables(&self, environment: &Environment) -> Vec<String> {
        let known: Vec<&str> =
            self.sections.iter().flat_map(|(_, keys)| keys.iter().map(String::as_str)).collect();
        let unknown = environment.settings().filter_map(|variable| {
            let key = setting_of(variable)?;
            if known.contains(&key.as_str()) {
                return None;
            }
            let hint = suggestion(&key, known.iter().copied());
            let hint =
                hint.map_or_else(String::new, |known| format!("; did you mean {}?", variable_of(known)));
            Some(format!(
                "warning: the variable {variable} is not a setting of any command, and is ignored{hint}"
            ))
        });
        unknown.collect()
    }

    /// Checks the names in a section, and its own.
    fn check(&self, name: &str, table: &Value) -> Result<(), String> {
        let Some((_, keys)) = self.sections.iter().find(|(known, _)| known == name) else {
            let hint = suggestion(name, self.sections.iter().map(|(known, _)| known.as_str()));
            let hint = hint.map_or_else(String::new, |known| format!("; did you mean [{known}]?"));
            let known: Vec<String> = self.sections.iter().map(|(known, _)| format!("[{known}]")).collect();
            return Err(format!("there is no section [{name}]{hint} (sections: {})", known.join(", ")));
        };
        let Value::Object(table) = table else {
            return Err(format!("{name} is not a table: write [{name}]"));
        };
        let Some(unknown) = table.keys().find(|key| !keys.contains(key)) else { return Ok(()) };
        // A key in a wrong section is the more likely mistake than a misspelt one, so that hint comes
        // first.
        let elsewhere = self.sections.iter().find(|(_, keys)| keys.contains(unknown));
        let hint = match (elsewhere, suggestion(unknown, keys.iter().map(String::as_str))) {
            (Some((section, _)), _) => format!("; it belongs to [{section}]"),
            (None, Some(known)) => format!("; did you mean {known}?"),
            (None, None) => String::new(),
        };
        Err(format!("[{name}] has no key {unknown:?}{hint} (keys: {})", keys.join(", ")))
    }
}

/// Returns the known name that is most like an unknown one.
pub fn suggestion<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let similar = known.map(|name| (strsim::jaro(unknown, name), name));
    similar
        .filter(|(similarity, _)| *similarity > MIN_SIMILARITY)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Args, Serialize)]
    #[serde(rename_all = "kebab-case")]
    struct Example {
        #[arg(long, required = true)]
        max_size: Vec<u64>,
        #[arg(long)]
        #[serde(skip)]
        token: Option<String>,
        #[arg(skip)]
        seed: u64,
    }

    fn read(text: &str) -> Result<ConfigFile, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CONFIG_FILE_NAME), text).unwrap();
        let schema = ConfigSchema::default().with_arguments::<Example>("example");
        let schema = schema.with_section("other", |command| command, |_| Ok(Value::Null));
        schema.read(folder.path(), None).map_err(|error| error.0)
    }

    #[test]
    fn known_keys_are_settings_with_a_flag() {
        assert!(read("[example]\nmax-size = [3]\n").is_ok());
        for (text, hints) in [
            ("[exampel]\n", &["[exampel]", "did you mean [example]?"][..]),
            ("[example]\nmax-sise = 3\n", &["\"max-sise\"", "did you mean max-size?"]),
            ("[other]\nmax-size = 3\n", &["it belongs to [example]"]),
            ("[example]\ntoken = \"x\"\n", &["has no key \"token\" (keys: max-size)"]),
            ("[example]\nseed = 3\n", &["has no key \"seed\""]),
            ("example = 3\n", &["is not a table"]),
        ] {
            let error = read(text).unwrap_err();
            assert!(hints.iter().all(|hint| error.contains(hint)), "{text}: {error}");
        }
    }
}
