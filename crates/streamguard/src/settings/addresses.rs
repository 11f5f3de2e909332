//! Settings that say where requests are sent.

use serde_json::{Map, Value};

/// Reason why a file of the current folder may not change an address.
pub(super) const REFUSAL: &str = "it changes an address to which requests and tokens are sent, and comes from a file that \
     was only found in the current folder; if you trust it, name the file by --config, give --trust-config, or set the \
     address by its flag or a variable of the environment";

/// Endings of the keys of such settings.
const ADDRESS_ENDINGS: [&str; 3] = ["-url", "-mirrors", "-address"];

/// Returns whether a setting says where requests are sent.
pub(super) fn is_address(key: &str) -> bool {
    ADDRESS_ENDINGS.iter().any(|ending| key.ends_with(ending))
}

/// Lists the addresses that are not the usual ones, as `key value`.
pub fn other_addresses(settings: &Map<String, Value>, usual: &Map<String, Value>) -> Vec<String> {
    let others = settings.iter().filter(|(key, value)| is_address(key) && usual.get(*key) != Some(value));
    others
        .flat_map(|(key, value)| match value {
            Value::Array(values) => values.iter().map(|value| described(key, value)).collect(),
            value => vec![described(key, value)],
        })
        .collect()
}

fn described(key: &str, value: &Value) -> String {
    format!("{key} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
