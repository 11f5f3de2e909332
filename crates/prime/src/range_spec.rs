//! Ranges as users write them, such as `1e12..+1e9`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::arithmetic::NumberRange;

/// A range of numbers with an optional description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRange {
    /// The numbers, both bounds included; never empty.
    #[serde(flatten)]
    pub range: NumberRange,
    /// Description by the user; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

impl fmt::Display for NamedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.range.start, self.range.end)
    }
}

/// Reason why a text is not a range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RangeSpecError {
    /// The text does not have two bounds with `..` between them.
    #[error("expected two numbers with .. between them, such as 1..1000 or 1e12..+1e9")]
    MissingBounds,
    /// A bound is not a number.
    #[error("{0:?} is not a whole number; expected a number such as 1000, 1_000 or 1e3")]
    NotANumber(String),
    /// A bound does not fit into 64 bits.
    #[error("{0} is beyond {max}, the largest 64-bit number", max = u64::MAX)]
    TooLarge(String),
    /// The start is above the end.
    #[error("the start {start} is above the end {end}")]
    Reversed {
        /// Start of the range.
        start: u64,
        /// End of the range.
        end: u64,
    },
}

/// Reads `A..B`, both bounds included, or `A..+N`, the numbers from A to A + N. Bounds may contain
/// underscores, or an exponent as in `1e9`.
impl FromStr for NamedRange {
    type Err = RangeSpecError;

    fn from_str(text: &str) -> Result<Self, RangeSpecError> {
        let (start, end) = text.split_once("..").ok_or(RangeSpecError::MissingBounds)?;
        let start = parse_number(start.trim())?;
        let end = match end.trim().strip_prefix('+') {
            Some(more) => {
                let more = parse_number(more)?;
                start
                    .checked_add(more)
                    .ok_or_else(|| RangeSpecError::TooLarge(format!("{start} + {more}")))?
            }
            None => parse_number(end.trim())?,
        };
        if start > end {
            return Err(RangeSpecError::Reversed { start, end });
        }
        Ok(Self { range: NumberRange { start, end }, description: String::new() })
    }
}

/// Reads a whole number: digits and underscores, then optionally `e` and the number of zeros that follow.
fn parse_number(text: &str) -> Result<u64, RangeSpecError> {
    let not_a_number = || RangeSpecError::NotANumber(text.to_owned());
    let too_large = || RangeSpecError::TooLarge(text.to_owned());
    let (digits, zeros) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let digits: String = digits.chars().filter(|&c| c != '_').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(&digits) || !is_number(zeros) {
        return Err(not_a_number());
    }
    let digits: u64 = digits.parse().map_err(|_| too_large())?;
    let power = zeros.parse().ok().and_then(|zeros| 10u64.checked_pow(zeros));
    match (digits, power) {
        // Zero whatever the exponent, even if the power alone does not fit into 64 bits.
        (0, _) => Ok(0),
        (_, power) => power.and_then(|power| digits.checked_mul(power)).ok_or_else(too_large),
    }
}
