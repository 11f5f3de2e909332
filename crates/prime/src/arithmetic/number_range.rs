//! Ranges of numbers.

use serde::{Deserialize, Serialize};

/// A range of numbers, both bounds included; empty if `start > end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRange {
    /// Least number.
    pub start: u64,
    /// Greatest number.
    pub end: u64,
}

impl NumberRange {
    /// Returns how many numbers the range holds, up to 2^64.
    pub fn numbers(self) -> u128 {
        (u128::from(self.end) + 1).saturating_sub(self.start.into())
    }

    /// Returns whether a number lies in the range.
    pub(crate) fn contains(self, n: u64) -> bool {
        (self.start..=self.end).contains(&n)
    }
}

/// Work ended early because the caller's `stop` function returned true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SieveStopped;

impl std::fmt::Display for SieveStopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped before all numbers were sieved")
    }
}

impl std::error::Error for SieveStopped {}
