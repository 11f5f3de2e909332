//! The setting `since`: how far back a history is read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Date of the oldest commits to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SinceDate {
    /// No limit: the whole history.
    All,
    /// The start of this day in UTC.
    Day(jiff::civil::Date),
}

impl FromStr for SinceDate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse()
            .map(Self::Day)
            .map_err(|_| format!("{text:?} is neither a date such as 2020-01-31 nor `all`"))
    }
}

impl TryFrom<String> for SinceDate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SinceDate> for String {
    fn from(since: SinceDate) -> Self {
        since.to_string()
    }
}

impl fmt::Display for SinceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Day(date) => date.fmt(f),
        }
    }
}
