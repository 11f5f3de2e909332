//! Ranges as people give them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::arithmetic::Range;

/// A range of numbers whose primes are wanted, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRange {
    /// The numbers, both bounds included; never empty.
    #[serde(flatten)]
    pub range: Range,
    /// What the user calls it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

impl fmt::Display for NamedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.range.start, self.range.end)
    }
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotationError {
    /// There is no `..` between two bounds.
    #[error("expected two numbers with .. between them, such as 1..1000 or 1e12..+1e9")]
    NoBounds,
    /// A bound is no number.
    #[error("{0:?} is no whole number; expected one such as 1000, 1_000 or 1e3")]
    NoNumber(String),
    /// A bound is too great.
    #[error("{0} is beyond {max}, the greatest number of 64 bits", max = u64::MAX)]
    TooGreat(String),
    /// The bounds stand the wrong way round.
    #[error("it starts at {start}, above its end {end}")]
    Reversed {
        /// The first bound.
        start: u64,
        /// The second bound.
        end: u64,
    },
}

/// Reads `A..B`, both bounds included, and `A..+N`, the numbers from A to A + N. Bounds may have
/// underscores, or an exponent as in `1e9`.
impl FromStr for NamedRange {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let (start, end) = text.split_once("..").ok_or(NotationError::NoBounds)?;
        let start = number(start.trim())?;
        let end = match end.trim().strip_prefix('+') {
            Some(more) => {
                let more = number(more)?;
                start.checked_add(more).ok_or_else(|| NotationError::TooGreat(format!("{start} + {more}")))?
            }
            None => number(end.trim())?,
        };
        if start > end {
            return Err(NotationError::Reversed { start, end });
        }
        Ok(Self { range: Range { start, end }, description: String::new() })
    }
}

/// A whole number: digits and underscores, then perhaps `e` and how many zeros follow.
fn number(text: &str) -> Result<u64, NotationError> {
    let no_number = || NotationError::NoNumber(text.to_owned());
    let too_great = || NotationError::TooGreat(text.to_owned());
    let (digits, zeros) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let digits: String = digits.chars().filter(|&c| c != '_').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(&digits) || !is_number(zeros) {
        return Err(no_number());
    }
    let digits: u64 = digits.parse().map_err(|_| too_great())?;
    let power = zeros.parse().ok().and_then(|zeros| 10u64.checked_pow(zeros));
    match (digits, power) {
        (0, _) => Ok(0),
        (_, power) => power.and_then(|power| digits.checked_mul(power)).ok_or_else(too_great),
    }
}
