//! Rules of the user that replace the place from which repositories are fetched.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A rule that repositories below one URL are fetched from below another.
///
/// Written `FROM=TO`, such as `https://github.com=http://127.0.0.1:8080/git`. Since it is the user who decides, TO may
/// have any address: by `https`, by `http`, or a folder of bare repositories on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MirrorRule {
    from: String,
    to: String,
}

impl MirrorRule {
    /// Makes a rule that fetches a repository from its own URL, whatever its host: for repositories that a user
    /// names.
    pub fn identity(url: &str) -> Self {
        Self { from: url.to_owned(), to: url.to_owned() }
    }

    /// Returns the place from which a repository is fetched, if the rule covers it.
    pub(crate) fn target(&self, url: &str) -> Option<String> {
        rebased(url, &self.from, &self.to)
    }

    /// Returns the repository that is fetched from a place, if the rule covers it.
    pub(crate) fn origin(&self, place: &str) -> Option<String> {
        rebased(place, &self.to, &self.from)
    }
}

/// Replaces the start of an address, if it ends where a part of the path does.
fn rebased(address: &str, from: &str, to: &str) -> Option<String> {
    let rest = address.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
}

impl FromStr for MirrorRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // An address with a user may hold a password.
        let shown = if text.contains('@') { "the rule".to_owned() } else { format!("{text:?}") };
        let refused = |why: &str| {
            format!("{shown} {why}: give FROM=TO such as https://github.com=https://git.example.org/github")
        };
        let (from, to) = text.split_once('=').ok_or_else(|| refused("has no ="))?;
        let (from, to) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
        if from.strip_prefix("https://").is_none_or(str::is_empty) {
            return Err(refused("does not begin with https://"));
        }
        let rest = to.strip_prefix("https://").or_else(|| to.strip_prefix("http://"));
        if rest.is_none_or(str::is_empty) && !to.starts_with('/') {
            return Err(refused("leads to neither https:// nor http:// nor an absolute path"));
        }
        let holds_user =
            |address: &str| address.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
        if holds_user(from) || holds_user(to) {
            return Err(refused("holds credentials, which would end up in lists of processes"));
        }
        // In `-c name=value`, git ends the name of the setting, which holds TO, at the first `=`.
        if to.contains('=') || text.contains(char::is_control) {
            return Err(refused("holds a second = or a control character"));
        }
        Ok(Self { from: from.to_owned(), to: to.to_owned() })
    }
}

impl TryFrom<String> for MirrorRule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<MirrorRule> for String {
    fn from(rule: MirrorRule) -> Self {
        rule.to_string()
    }
}

impl fmt::Display for MirrorRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.from, self.to)
    }
}
