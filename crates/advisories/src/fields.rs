//! Fields of records whose text has one of a few forms. A field of another form is an error, so that
//! [`crate::lenient`] leaves it out and names it.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use streamguard_dataset::Severity;

use crate::{cvss, timestamp};

/// Deserializes null as the empty value.
pub(crate) fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Deserializes a date, in the form of [`timestamp::normalize`].
pub(crate) fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    parsed(from, timestamp::normalize, "a date")
}

/// Deserializes a severity in the words of NVD, GitHub and OSV.
pub(crate) fn severity<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Severity>, D::Error> {
    parsed(from, cvss::parse_severity, "a severity")
}

/// Deserializes a score of CVSS.
pub(crate) fn score<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let score: Option<f64> = Option::deserialize(from)?;
    match score {
        Some(score) if !(0.0..=10.0).contains(&score) => {
            Err(D::Error::custom(format!("{score} is not a score of CVSS")))
        }
        score => Ok(score),
    }
}

fn parsed<'de, D: Deserializer<'de>, T>(
    from: D,
    parse: impl Fn(&str) -> Option<T>,
    what: &str,
) -> Result<Option<T>, D::Error> {
    let text: Option<Cow<'de, str>> = Option::deserialize(from)?;
    let refused = |text: &str| D::Error::custom(format!("{text:?} is not {what}"));
    text.map(|text| parse(&text).ok_or_else(|| refused(&text))).transpose()
}
