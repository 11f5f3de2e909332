//! Fields of records whose text has one of a few forms. A field of another form is an error, so that
//! [`crate::lenient`] leaves it out and names it.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use streamguard_dataset::{Advisory, Severity};

use crate::{LenientRecord, cvss, timestamp};

/// Date of a withdrawal of which nothing says when it was.
const UNKNOWN_DATE: &str = "1970-01-01T00:00:00.000Z";

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

/// Returns the date from which a record counts as withdrawn whose withdrawal has no date: that of its last change, or
/// else of its publication.
pub(crate) fn withdrawal_date(modified: Option<&String>, published: Option<&String>) -> String {
    modified.or(published).map_or_else(|| UNKNOWN_DATE.to_owned(), Clone::clone)
}

/// Marks a record as withdrawn if the date of its withdrawal, at this path, was left out as unreadable.
pub(crate) fn keep_withdrawal(read: &mut LenientRecord<Advisory>, path: &str) {
    let advisory = &mut read.record;
    if read.left_out.iter().any(|left_out| left_out == path) {
        let date = withdrawal_date(advisory.modified.as_ref(), advisory.published.as_ref());
        advisory.withdrawn = Some(date);
    }
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
