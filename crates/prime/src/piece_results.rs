//! From the results of pieces to the figures of the ranges.

use serde::{Deserialize, Serialize};

use crate::arithmetic::{NumberRange, PiPart};

/// First primes of a range that are listed.
pub(crate) const FIRST_PRIMES_LISTED: usize = 20;

/// The primes of one piece: a record of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PieceResult {
    #[serde(flatten)]
    pub(crate) range: NumberRange,
    /// Number of primes.
    pub(crate) count: u64,
    /// Numbers of the tuplets that begin here, for each of the sizes that are counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tuples: Vec<u64>,
    /// The first primes; empty if primes are only counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) first: Vec<u64>,
    /// The last prime; `None` if primes are only counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<u64>,
}

/// A record of a shard that counts primes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum PrimeRecord {
    /// The primes of a piece.
    Piece(PieceResult),
    /// The number of primes up to a border.
    Border { border: u64, primes: u64 },
    /// A part of the number of primes up to a border.
    BorderPart { border: u64, part: u32, parts: u32, found: PiPart },
    /// The number of primes between two borders.
    Step { step: NumberRange, primes: u64 },
}

/// A prime with its ordinal: a record of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NthPrime {
    pub(crate) nth: u64,
    /// The prime; `None` if it is not below 2^64.
    pub(crate) prime: Option<u64>,
}

/// Figures of one range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RangeStats {
    /// Numbers of the range that were examined.
    pub(crate) covered: u128,
    /// Primes among them.
    pub(crate) count: u64,
    /// First primes of the range, as far as all numbers before them were examined.
    pub(crate) first: Vec<u64>,
    /// Last prime of the range, if all numbers after it were examined.
    pub(crate) last: Option<u64>,
}

/// Results of disjoint pieces in ascending order.
pub(crate) struct PieceResults {
    pieces: Vec<PieceResult>,
    /// Numbers and primes before each piece, and in all pieces.
    sums: Vec<(u128, u64)>,
}

impl PieceResults {
    /// Takes the results of disjoint pieces in ascending order.
    pub(crate) fn new(pieces: Vec<PieceResult>) -> Self {
        let mut sums = vec![(0, 0)];
        let (mut numbers, mut count) = (0, 0);
        for piece in &pieces {
            numbers += piece.range.numbers();
            count += piece.count;
            sums.push((numbers, count));
        }
        Self { pieces, sums }
    }

    /// Returns the numbers that were examined and the primes among them, in all pieces.
    pub(crate) fn covered_and_count(&self) -> (u128, u64) {
        self.sums[self.pieces.len()]
    }

    /// Returns for each size the number of the tuplets that begin in a range, as far as it was examined.
    pub(crate) fn tuples_from(&self, range: NumberRange, sizes: usize) -> Vec<u64> {
        let is_within =
            |piece: &&PieceResult| piece.range.start >= range.start && piece.range.end <= range.end;
        let mut sums = vec![0; sizes];
        for piece in self.pieces.iter().filter(is_within) {
            sums.iter_mut().zip(&piece.tuples).for_each(|(sum, count)| *sum += count);
        }
        sums
    }

    /// Returns the figures of a range. No piece lies across a border of the range.
    pub(crate) fn stats_of(&self, range: NumberRange) -> RangeStats {
        let from = self.pieces.partition_point(|piece| piece.range.start < range.start);
        let until = self.pieces.partition_point(|piece| piece.range.end <= range.end);
        // If all pieces of the range are missing, both indices are the position where they would be.
        let pieces = self.pieces.get(from..until).unwrap_or_default();
        let (before, through) = (self.sums[from], self.sums[from + pieces.len()]);

        // The first primes are certain up to the first missing piece, the last one from the last missing piece on.
        let mut first = Vec::new();
        let mut next = Some(range.start);
        for piece in pieces.iter().take_while(|piece| {
            // `None` if a piece ends at 2^64 - 1: nothing can follow.
            let follows = next == Some(piece.range.start);
            next = piece.range.end.checked_add(1);
            follows
        }) {
            first.extend(piece.first.iter().take(FIRST_PRIMES_LISTED - first.len()));
            if first.len() == FIRST_PRIMES_LISTED {
                break;
            }
        }
        let mut last = None;
        let mut previous = Some(range.end);
        for piece in pieces.iter().rev() {
            if previous != Some(piece.range.end) || last.is_some() {
                break;
            }
            previous = piece.range.start.checked_sub(1);
            last = piece.last;
        }
        RangeStats { covered: through.0 - before.0, count: through.1 - before.1, first, last }
    }
}
