//! The environment: variables of the process, and those of a file `.env` below them in rank.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use streamguard_durable::read_regular;

use crate::exit::UsageError;

/// Prefix of variables that hold settings.
const PREFIX: &str = "STREAMGUARD_";

/// Largest file of variables that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Variables that hold secrets: child processes do not get them.
pub const SECRETS: [&str; 4] = [GITHUB_TOKEN, NVD_API_KEY, RAY_AUTH_TOKEN, RAY_JOB_HEADERS];

/// Variable of the GitHub token.
pub const GITHUB_TOKEN: &str = "GITHUB_TOKEN";

/// Variable of the NVD API key.
pub const NVD_API_KEY: &str = "NVD_API_KEY";

/// Variable of the token that a Ray cluster demands ("Ray token authentication").
pub const RAY_AUTH_TOKEN: &str = "RAY_AUTH_TOKEN";

/// Variable of headers for a proxy before a Ray cluster, a JSON object as `ray job` takes it.
pub const RAY_JOB_HEADERS: &str = "RAY_JOB_HEADERS";

/// Settings from the environment. A variable of the process wins over one in `.env`.
#[derive(Clone, Default)]
pub struct Environment {
    settings: BTreeMap<String, String>,
    /// Variables whose values are those of `.env`.
    found: BTreeSet<String>,
    secrets: BTreeMap<&'static str, SecretString>,
    home_cache: Option<PathBuf>,
}

/// Returns the variable of a setting.
pub(crate) fn variable_of(flag: &str) -> String {
    format!("{PREFIX}{}", flag.replace('-', "_").to_ascii_uppercase())
}

/// Returns the setting of a variable.
pub(crate) fn setting_of(variable: &str) -> Option<String> {
    Some(variable.strip_prefix(PREFIX)?.replace('_', "-").to_ascii_lowercase())
}

impl Environment {
    /// Reads the process's variables, and the file `.env` in `folder`. The file is only read:
    /// nothing is put into the process's own environment, where children would see it.
    ///
    /// # Errors
    /// A `.env` that cannot be read or understood.
    pub fn read(folder: &Path) -> Result<Self, UsageError> {
        let mut settings = variables(&folder.join(".env"))?.unwrap_or_default();
        let own: BTreeMap<String, String> = std::env::vars_os()
            // A variable that is not UTF-8 is none of ours, and no reason to fail.
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let found = settings.keys().filter(|name| !own.contains_key(*name)).cloned().collect();
        // An empty variable counts as not set, as the XDG base directory specification has it. A file in the current
        // folder does not say where this user's folders are.
        let folder_of = |name: &str| own.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home_cache =
            folder_of("XDG_CACHE_HOME").or_else(|| folder_of("HOME").map(|home| home.join(".cache")));
        // Variables of the process come last, and so win over those of `.env`.
        settings.extend(own);
        let secrets = secrets(&settings);
        // Other variables are not ours, and may hold secrets of other programs.
        settings.retain(|name, _| name.starts_with(PREFIX));
        Ok(Self { settings, found, secrets, home_cache })
    }

    /// Returns the names of all variables of this program, except those that only its tests read.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &str> {
        let is_of_tests = |name: &str| name.starts_with("STREAMGUARD_TEST_");
        self.settings.keys().map(String::as_str).filter(move |name| !is_of_tests(name))
    }

    /// Reads the secrets of a file in the format of `.env`. A secret that the environment has already stays.
    ///
    /// # Errors
    /// A file that cannot be read or understood, or holds no secret.
    pub fn read_secrets(&mut self, path: &Path) -> Result<(), UsageError> {
        let missing = || UsageError(format!("cannot read {}: there is no such file", path.display()));
        let found = secrets(&variables(path)?.ok_or_else(missing)?);
        if found.is_empty() {
            return Err(UsageError(format!(
                "{} has none of {}: add a line NAME=.. for each that you have",
                path.display(),
                SECRETS.join(", ")
            )));
        }
        for (name, secret) in found {
            // The environment was asked first, so a file never replaces what it gave.
            self.secrets.entry(name).or_insert(secret);
        }
        Ok(())
    }

    /// Returns a secret, by the name of its variable.
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.secrets.get(name)
    }

    /// Returns the value of a setting with the name of its variable, by the name of its flag:
    /// `STREAMGUARD_SYNTHETIC_SAMPLES` for `synthetic-samples`.
    pub fn setting(&self, flag: &str) -> Option<(String, &str)> {
        let name = variable_of(flag);
        let value = self.settings.get(&name)?;
        Some((name, value))
    }

    /// Returns whether the value of a variable was only found in `.env`, which lies in the current folder and may be a
    /// stranger's.
    pub fn is_found(&self, variable: &str) -> bool {
        self.found.contains(variable)
    }

    /// Returns the folder of this user's caches.
    pub fn cache_folder(&self) -> PathBuf {
        self.home_cache.clone().unwrap_or_else(std::env::temp_dir).join("streamguard")
    }
}

/// Returns the variables of a file in the format of `.env`; none if there is no file.
fn variables(path: &Path) -> Result<Option<BTreeMap<String, String>>, UsageError> {
    let wrong = |error: &dotenvy::Error| {
        UsageError(format!("cannot read {}: {}", path.display(), without_value(error)))
    };
    match read_regular(path, MAX_FILE_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(&dotenvy::Error::Io(error))),
        Ok(bytes) => {
            let hidden = hide_dollars(&bytes);
            let shown = |(name, value): (String, String)| (name, value.replace(HIDDEN_DOLLAR, "$"));
            let variables = dotenvy::from_read_iter(&*hidden).map(|variable| variable.map(shown));
            variables.collect::<Result<_, _>>().map(Some).map_err(|error| wrong(&error))
        }
    }
}

/// Stands for a dollar sign while a file is read; no variable can hold it.
const HIDDEN_DOLLAR: char = '\0';

/// Hides the dollar signs that no backslash escapes. Otherwise `$NAME` would become the value of a variable of the process,
/// and a stranger's file could put a secret into a setting that is sent or written down.
fn hide_dollars(text: &[u8]) -> Vec<u8> {
    let mut backslashes = 0;
    let hide = |&byte: &u8| {
        let is_escaped = backslashes % 2 == 1;
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
        if byte == b'$' && !is_escaped { HIDDEN_DOLLAR as u8 } else { byte }
    };
    text.iter().map(hide).collect()
}

/// Whether others on this machine may read a file.
pub fn is_readable_by_others(path: &Path) -> bool {
    // The bits of the group and of all others. Whether the folders above let them in is not asked.
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
}

/// Returns the secrets among some variables.
fn secrets(variables: &BTreeMap<String, String>) -> BTreeMap<&'static str, SecretString> {
    let of = |name| Some((name, variables.get(name).filter(|value| !value.is_empty())?.as_str().into()));
    SECRETS.into_iter().filter_map(of).collect()
}

/// Describes an error of `.env` without the line that it quotes: there may be a secret in it.
fn without_value(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(_, at) => format!("a line cannot be understood, at character {at}"),
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "the file cannot be understood".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_file_take_nothing_from_other_variables() {
        let folder = tempfile::tempdir().unwrap();
        let text = "STREAMGUARD_A=$PATH${HOME}\nSTREAMGUARD_B=\"x\\\\${PATH}\"\nSTREAMGUARD_C='$PATH' # it's $PATH\n\
                    STREAMGUARD_D=\\$PATH\n";
        std::fs::write(folder.path().join(".env"), text).unwrap();
        let environment = Environment::read(folder.path()).unwrap();
        let value = |flag: &str| environment.setting(flag).map(|(_, value)| value.to_owned());
        let values = ["a", "b", "c", "d"].map(|flag| value(flag).unwrap());
        assert_eq!(values, ["$PATH${HOME}", "x\\${PATH}", "$PATH", "$PATH"]);
    }
}
