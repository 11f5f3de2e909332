//! The questions, and their answers.

use std::path::{Path, PathBuf};

use anyhow::Result;
use secrecy::{ExposeSecret, SecretString};
use streamguard::env::{self, Environment};
use streamguard::ui::{self, questions};
use streamguard_registry::{self as registry, JobEntry, JobKind};

use super::{ask, default_output_dir, no_answer};

/// Answers of the user.
pub(super) struct Answers {
    /// Names of collectors; empty for all.
    pub(super) collectors: Vec<String>,
    pub(super) output_dir: PathBuf,
    /// Most samples of each collector; `None` for the default of each.
    pub(super) samples: Option<u64>,
    pub(super) github: Option<SecretString>,
    pub(super) nvd: Option<SecretString>,
}

impl Default for Answers {
    fn default() -> Self {
        let output_dir = default_output_dir();
        Self { collectors: Vec::new(), output_dir, samples: None, github: None, nvd: None }
    }
}

impl Answers {
    /// Asks everything. Wrong answers are asked again.
    pub(super) fn ask(environment: &Environment) -> Result<Self> {
        ui::print("This writes streamguard.toml and .env. Enter takes the value in brackets.\n\n");
        for entry in choices() {
            ui::print(&ui::list_entry(entry.name, &format!("{}; needs {}", entry.about, entry.needs)));
        }
        let collectors = repeat("Collectors, separated by spaces or commas [all]:", collectors)?;
        let output_dir = repeat("Folder of the dataset [data/raw]:", output_dir)?;
        let samples = repeat("Samples from each collector, at most [the default of each]:", samples)?;
        let is_wanted = |name: &str| collectors.is_empty() || collectors.iter().any(|known| known == name);
        let (mut github, mut nvd) = (None, None);
        if is_wanted("github") {
            let about = "A GitHub token needs no scope: https://github.com/settings/tokens";
            github = token(environment, env::GITHUB_TOKEN, about)?;
        }
        if is_wanted("cve") {
            let about = "An NVD key is free: https://nvd.nist.gov/developers/request-an-api-key";
            nvd = token(environment, env::NVD_API_KEY, about)?;
        }
        Ok(Self { collectors, output_dir, samples, github, nvd })
    }
}

/// Returns the collectors to choose from. The fix miner comes with the sources of advisories.
pub(super) fn choices() -> impl Iterator<Item = &'static JobEntry> {
    registry::collected().filter(|entry| !matches!(entry.kind, JobKind::FixMiner))
}

/// Asks until the answer can be used.
fn repeat<T>(question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T> {
    loop {
        match read(&ask(question)?) {
            Ok(answer) => return Ok(answer),
            Err(reason) => ui::print(&format!("  {}\n", ui::escape::escape(&reason))),
        }
    }
}

/// Whether an answer agrees.
pub(super) fn is_yes(answer: &str) -> bool {
    matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes")
}

fn collectors(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<&str> = text.split([' ', ',']).filter(|name| !name.is_empty()).collect();
    if names.is_empty() || names.contains(&"all") {
        return Ok(Vec::new());
    }
    match names.iter().find(|name| !choices().any(|entry| entry.name == **name)) {
        Some(unknown) => Err(format!("there is no collector {unknown:?}: choose from the list above")),
        None => Ok(choices()
            .map(|entry| entry.name)
            .filter(|name| names.contains(name))
            .map(str::to_owned)
            .collect()),
    }
}

fn output_dir(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Ok(default_output_dir());
    }
    if text.chars().any(char::is_control) || text.contains("://") {
        return Err("this is not the path of a folder".to_owned());
    }
    match Path::new(text) {
        path if path.exists() && !path.is_dir() => Err("this is a file: name a folder".to_owned()),
        path => Ok(path.to_owned()),
    }
}

fn samples(text: &str) -> Result<Option<u64>, String> {
    match text.parse() {
        _ if text.is_empty() => Ok(None),
        Ok(number @ 1..) => Ok(Some(number)),
        _ => Err("write a number from 1 on, without separators".to_owned()),
    }
}

/// Asks for a token. An empty answer means none, or the one that is there already.
fn token(environment: &Environment, name: &str, about: &str) -> Result<Option<SecretString>> {
    ui::print(&format!("\n{about}\n"));
    let empty = match environment.secret(name) {
        Some(_) => "empty keeps the one that is set",
        None => "empty for none",
    };
    loop {
        let token = questions::ask_secret(&format!("{name}, not shown [{empty}]:")).map_err(no_answer)?;
        let text = token.expose_secret();
        if text.is_empty() {
            return Ok(None);
        }
        // What needs no quotes in .env, and in no header of HTTP.
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./+=:~".contains(&byte)) {
            return Ok(Some(token));
        }
        ui::print("  a token has only letters, digits and -_./+=:~ in it\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_checked() {
        assert_eq!(collectors(""), Ok(Vec::new()));
        assert_eq!(collectors("osv,  cve"), Ok(vec!["cve".to_owned(), "osv".to_owned()]));
        assert!(collectors("cve nothing").is_err() && collectors("fixes").is_err());
        assert_eq!(samples("12"), Ok(Some(12)));
        assert!(["0", "-1", "1,000", "many"].into_iter().all(|text| samples(text).is_err()));
        assert!(output_dir("https://host.test/a").is_err() && output_dir("Cargo.toml").is_err());
    }
}
