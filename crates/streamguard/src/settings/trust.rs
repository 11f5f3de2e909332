//! Settings that a file which was only found in the current folder may not change.

use serde_json::{Map, Value};

/// Endings of the keys of addresses.
const ADDRESS_ENDINGS: [&str; 3] = ["-url", "-mirrors", "-address"];

/// Keys of settings that name what is written over, emptied or run.
const POWERFUL_KEYS: [&str; 7] =
    ["cache-dir", "refresh-cache", "record", "fresh", "list", "remote-binary", "sbatch-args"];

/// Returns what a setting does that only the user may decide; `None` for all other settings.
fn effect(key: &str) -> Option<&'static str> {
    if is_address(key) {
        return Some("changes an address to which requests and tokens are sent");
    }
    POWERFUL_KEYS.contains(&key).then_some("decides which files are replaced or removed, or what is run")
}

/// Returns why a file of the current folder may not change a setting, if it may not: such a file may be a stranger's.
pub(super) fn refusal(key: &str) -> Option<String> {
    let effect = effect(key)?;
    Some(format!(
        "it {effect}, and comes from a file that was only found in the current folder; if you trust it, name the file by \
         --config, give --trust-config, or set it by its flag or a variable of the environment"
    ))
}

/// Returns whether a setting says where requests are sent.
fn is_address(key: &str) -> bool {
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
    format!("{key} {}", without_user(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}

/// Replaces the user and the password of an address, which is shown before it is refused.
fn without_user(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(user)) if scheme < user => {
            format!("{}***{}", &address[..scheme + "://".len()], &address[user..])
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_listed_without_passwords() {
        let settings = json!({
            "nvd-url": "http://user:sg/canary@127.0.0.1:1/nvd",
            "git-mirrors": ["https://github.com=https://user:sgcanary@a.b", "https://github.com=/srv/git"],
            "cve-samples": 1,
            "osv-url": "usual",
        });
        let (Value::Object(settings), Value::Object(usual)) = (settings, json!({"osv-url": "usual"})) else {
            unreachable!("both are objects")
        };
        let expected = [
            "git-mirrors https://***@a.b",
            "git-mirrors https://github.com=/srv/git",
            "nvd-url http://***@127.0.0.1:1/nvd",
        ];
        assert_eq!(other_addresses(&settings, &usual), expected);
    }
}
