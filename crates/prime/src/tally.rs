//! From what was found in pieces to the figures of the ranges.

use serde::{Deserialize, Serialize};

use super::arithmetic::Range;

/// How many of the first primes of a range are told.
pub(crate) const FIRST: usize = 20;

/// What was found in one piece: the record of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    #[serde(flatten)]
    pub(crate) range: Range,
    /// How many primes.
    pub(crate) count: u64,
    /// The first of them; none if they are only counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) first: Vec<u64>,
    /// The last of them; none if they are only counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<u64>,
}

/// What was found in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    /// How many of its numbers were looked at.
    pub(crate) covered: u128,
    /// How many primes are among these.
    pub(crate) count: u64,
    /// The first primes of the range, as far as all before them was looked at.
    pub(crate) first: Vec<u64>,
    /// The last prime of the range, if all behind it was looked at.
    pub(crate) last: Option<u64>,
}

/// Parts in ascending order.
pub(crate) struct Tally {
    parts: Vec<Part>,
    /// Numbers and primes in the parts before each one, and in all.
    sums: Vec<(u128, u64)>,
}

impl Tally {
    /// Takes disjoint parts in ascending order.
    pub(crate) fn new(parts: Vec<Part>) -> Self {
        let mut sums = vec![(0, 0)];
        let (mut numbers, mut count) = (0, 0);
        for part in &parts {
            numbers += part.range.numbers();
            count += part.count;
            sums.push((numbers, count));
        }
        Self { parts, sums }
    }

    /// Of all parts.
    pub(crate) fn covered_and_count(&self) -> (u128, u64) {
        self.sums[self.parts.len()]
    }

    /// The figures of a range, across whose borders no part lies.
    pub(crate) fn of(&self, range: Range) -> Figures {
        let from = self.parts.partition_point(|part| part.range.start < range.start);
        let until = self.parts.partition_point(|part| part.range.end <= range.end);
        // Without any part of the range, both are where these would be.
        let parts = self.parts.get(from..until).unwrap_or_default();
        let (before, all) = (self.sums[from], self.sums[from + parts.len()]);

        let mut first = Vec::new();
        let mut next = Some(range.start);
        for part in parts.iter().take_while(|part| {
            let follows = next == Some(part.range.start);
            next = part.range.end.checked_add(1);
            follows
        }) {
            first.extend(part.first.iter().take(FIRST - first.len()));
            if first.len() == FIRST {
                break;
            }
        }
        let mut last = None;
        let mut previous = Some(range.end);
        for part in parts.iter().rev() {
            if previous != Some(part.range.end) || last.is_some() {
                break;
            }
            previous = part.range.start.checked_sub(1);
            last = part.last;
        }
        Figures { covered: all.0 - before.0, count: all.1 - before.1, first, last }
    }
}
