//! Texts that are data: TOML files of the folder `data`, embedded in the program.

use serde::de::DeserializeOwned;

/// Parses an embedded file.
///
/// # Panics
/// If the file has a fault. Data files are part of the program, so the first test sees it.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("data/{name}: {error}"))
}
