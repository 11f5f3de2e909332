//! Errors of settings and of commands that make a job.

use std::io;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

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

#[cfg(feature = "prime")]
impl From<streamguard_prime::PrimeArgsError> for SetUpError {
    fn from(error: streamguard_prime::PrimeArgsError) -> Self {
        use streamguard_prime::PrimeArgsError;
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
        // Only the first part: settings are flat, and it is the name of the flag.
        let key = path.split(['.', '[']).next().unwrap_or_default().to_owned();
        SettingsError { key, reason: plain_reason(&error.into_inner().to_string()) }
    })
}

/// Words for the types of Rust that messages of serde name.
const TYPE_WORDS: [(&[&str], &str); 5] = [
    (&["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "a nonzero"], "a whole number"),
    (&["f32", "f64"], "a number"),
    (&["a boolean"], "true or false"),
    (&["a string", "path string"], "text"),
    (&["a sequence"], "a list"),
];

/// Says in words for users what serde says about a value of a wrong type; other reasons stay as they are.
fn plain_reason(reason: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: "].iter().find_map(|start| reason.strip_prefix(start));
    let parts = wrong.and_then(|wrong| wrong.rsplit_once(", expected "));
    let Some((found, expected)) = parts else { return reason.to_owned() };
    let word = TYPE_WORDS.iter().find(|(types, _)| types.iter().any(|name| expected.starts_with(name)));
    let Some((_, word)) = word else { return reason.to_owned() };
    let kinds = ["string ", "integer ", "floating point ", "boolean "];
    let found = match found {
        "sequence" => "a list",
        "map" => "a table",
        found => kinds.iter().find_map(|kind| found.strip_prefix(kind)).unwrap_or(found),
    };
    format!("expected {word}, not {}", found.trim_matches('`'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_a_wrong_type_are_told_in_plain_words() {
        #[derive(Debug, serde::Deserialize)]
        struct Settings {
            #[expect(dead_code, reason = "only read")]
            workers: u16,
        }
        let told =
            |value: Value| read_settings::<Settings>(json!({"workers": value})).unwrap_err().to_string();
        assert_eq!(told(json!("abc")), "workers: expected a whole number, not \"abc\"");
        assert_eq!(told(json!(-1)), "workers: expected a whole number, not -1");
        assert_eq!(told(json!([1])), "workers: expected a whole number, not a list");
        assert_eq!(plain_reason("unknown field `a`"), "unknown field `a`");
    }
}
