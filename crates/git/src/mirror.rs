//! Other places to fetch repositories from, by the word of the user.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Repositories below one URL are fetched from below another. Written `FROM=TO`, such as
/// `https://github.com=http://127.0.0.1:8080/git`. It is the user who says so, hence TO may be
/// any address, by `https` or `http`, or a folder of bare repositories on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mirror {
    from: String,
    to: String,
}

impl Mirror {
    /// A repository at its own address, whatever the host: for what a user names.
    pub fn itself(url: &str) -> Self {
        Self { from: url.to_owned(), to: url.to_owned() }
    }

    /// Where a repository is fetched from, if this speaks of it.
    pub(super) fn target(&self, url: &str) -> Option<String> {
        rebased(url, &self.from, &self.to)
    }

    /// The repository that is fetched from a place, if this speaks of it.
    pub(super) fn origin(&self, place: &str) -> Option<String> {
        rebased(place, &self.to, &self.from)
    }
}

/// Replaces the start of an address by another one.
fn rebased(address: &str, from: &str, to: &str) -> Option<String> {
    let rest = address.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
}

impl FromStr for Mirror {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = |why: &str| {
            format!("{text:?} {why}: give FROM=TO such as https://github.com=https://git.example.org/github")
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
        if rest.is_some_and(|rest| rest.split('/').any(|part| part.contains('@'))) {
            return Err(refused("holds credentials, which would end up in lists of processes"));
        }
        // git takes what stands before the first `=` of a setting for its name.
        if to.contains('=') || text.contains(char::is_control) {
            return Err(refused("holds a second = or a control character"));
        }
        Ok(Self { from: from.to_owned(), to: to.to_owned() })
    }
}

impl TryFrom<String> for Mirror {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Mirror> for String {
    fn from(mirror: Mirror) -> Self {
        mirror.to_string()
    }
}

impl fmt::Display for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.from, self.to)
    }
}
