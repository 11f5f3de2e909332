//! The environment: variables of the process, and those of a file `.env` beneath them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::exit::UsageError;

/// What settings in the environment begin with.
const PREFIX: &str = "STREAMGUARD_";

/// Settings from the environment. A variable of the process wins over one in `.env`.
#[derive(Clone, Default)]
pub struct Environment {
    settings: BTreeMap<String, String>,
    home_cache: Option<PathBuf>,
}

impl Environment {
    /// Reads the process's variables, and the file `.env` in `folder`. The file is only read:
    /// nothing is put into the process's own environment, where children would see it.
    ///
    /// # Errors
    /// A `.env` that cannot be read or understood.
    pub fn read(folder: &Path) -> Result<Self, UsageError> {
        let path = folder.join(".env");
        let mut settings = BTreeMap::new();
        match dotenvy::from_path_iter(&path) {
            Ok(variables) => {
                for variable in variables {
                    let (name, value) = variable.map_err(|error| {
                        UsageError(format!("{}: {}", path.display(), without_value(&error)))
                    })?;
                    settings.insert(name, value);
                }
            }
            Err(dotenvy::Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(UsageError(format!("cannot read {}: {}", path.display(), without_value(&error))));
            }
        }
        settings.extend(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        let folder_of = |name: &str| settings.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home_cache =
            folder_of("XDG_CACHE_HOME").or_else(|| folder_of("HOME").map(|home| home.join(".cache")));
        settings.retain(|name, _| name.starts_with(PREFIX));
        Ok(Self { settings, home_cache })
    }

    /// The value of a setting, by the name of its flag: `STREAMGUARD_SYNTHETIC_SAMPLES` for
    /// `synthetic-samples`. Returns the variable's name too.
    pub fn setting(&self, flag: &str) -> Option<(String, &str)> {
        let name = format!("{PREFIX}{}", flag.replace('-', "_").to_ascii_uppercase());
        let value = self.settings.get(&name)?;
        Some((name, value))
    }

    /// Where this user's caches belong.
    pub fn cache_folder(&self) -> PathBuf {
        self.home_cache.clone().unwrap_or_else(std::env::temp_dir).join("streamguard")
    }
}

/// An error of `.env` without the line that it quotes: there may be a secret in it.
fn without_value(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(_, at) => format!("a line cannot be understood, at character {at}"),
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "it cannot be understood".to_owned(),
    }
}
