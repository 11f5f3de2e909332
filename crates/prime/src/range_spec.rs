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
    #[error("{0:?} is not a whole number; expected a number such as 1000, 1_000, 1.5e3, 0x10 or 2^40")]
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

/// Reads `A..B` or `A..=B`, both bounds included, or `A..+N`, the numbers from A to A + N. Without A the range begins
/// at 0. Bounds are numbers such as `1_000`, `1,000`, `1.5e3`, `0x10`, `2^40` and `10**12`.
impl FromStr for NamedRange {
    type Err = RangeSpecError;

    fn from_str(text: &str) -> Result<Self, RangeSpecError> {
        let (start, end) = text.split_once("..").ok_or(RangeSpecError::MissingBounds)?;
        let start = if start.trim().is_empty() { 0 } else { parse_number(start.trim())? };
        let end = end.strip_prefix('=').unwrap_or(end);
        let end = match end.trim().strip_prefix('+') {
            Some(more) => {
                let more = parse_number(more.trim())?;
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

/// Reads a whole number: a power such as `2^40` or `10**12`, or a plain number.
///
/// All arithmetic is on integers, so that 2^64 is told from the number below it.
pub(crate) fn parse_number(text: &str) -> Result<u64, RangeSpecError> {
    let too_large = || RangeSpecError::TooLarge(text.to_owned());
    let Some((base, exponent)) = text.split_once("**").or_else(|| text.split_once('^')) else {
        return parse_plain(text);
    };
    let (base, exponent) = (parse_plain(base.trim())?, parse_plain(exponent.trim())?);
    match base {
        // These powers fit whatever the exponent.
        0 => Ok(u64::from(exponent == 0)),
        1 => Ok(1),
        _ => {
            u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent)).ok_or_else(too_large)
        }
    }
}

/// Reads a number without a power: hexadecimal digits behind `0x`, or digits with an optional exponent, where
/// decimals must vanish. Underscores separate digits, and commas groups of three.
fn parse_plain(text: &str) -> Result<u64, RangeSpecError> {
    let not_a_number = || RangeSpecError::NotANumber(text.to_owned());
    let too_large = || RangeSpecError::TooLarge(text.to_owned());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(not_a_number());
    }
    // In some countries, and in lists, a comma is something else.
    let whole = &text[..text.find(['.', 'e', 'E']).unwrap_or(text.len())];
    if text[whole.len()..].contains(',') || whole.split(',').skip(1).any(|group| group.len() != 3) {
        return Err(not_a_number());
    }
    let separated: String = text.chars().filter(|&c| !matches!(c, '_' | ',')).collect();
    if let Some(digits) = separated.strip_prefix("0x").or_else(|| separated.strip_prefix("0X")) {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(not_a_number());
        }
        return u64::from_str_radix(digits, 16).map_err(|_| too_large());
    }
    let (number, zeros) = separated.split_once(['e', 'E']).unwrap_or((&separated, "0"));
    let zeros = zeros.strip_prefix('+').unwrap_or(zeros);
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    if !is_number(whole) || !is_number(decimals) || !is_number(zeros) {
        return Err(not_a_number());
    }
    let decimals = decimals.trim_end_matches('0');
    let digits = format!("{whole}{decimals}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        // Zero whatever the exponent, even if the power alone does not fit into 64 bits.
        return Ok(0);
    }
    let zeros: usize = zeros.parse().map_err(|_| too_large())?;
    let zeros = zeros.checked_sub(decimals.len()).ok_or_else(not_a_number)?;
    let power = u32::try_from(zeros).ok().and_then(|zeros| 10u64.checked_pow(zeros)).ok_or_else(too_large)?;
    digits.parse::<u64>().ok().and_then(|digits| digits.checked_mul(power)).ok_or_else(too_large)
}
