//! From ranges to the pieces that are worked on one by one.

use super::arithmetic::{Range, counts_by_pi, sieve_cost};
use super::named::NamedRange;

/// So many pieces of a range keep all workers busy to the end, where pieces cost little to begin.
const MANY: u64 = 32;

/// The same where all sieving primes have to be generated for each piece.
const FEW: u64 = 8;

/// The greatest square root whose primes are at hand at once (see the sieve).
const AT_HAND: u64 = 1 << 20;

/// Numbers of a piece, at least.
const SHORT: u64 = 1 << 22;

/// Numbers of a piece for each sieving prime, so that to generate these takes a small part of the time.
const PER_PRIME: u64 = 26;

/// Numbers after which the sieve generates its primes anew in any case, so that a longer piece gains nothing.
const STRIPE: u64 = 30 * (18 << 20);

/// Nanoseconds that a piece takes, about, unless there are too many of them.
const PIECE_COST: f64 = 1e9;

/// Pieces at most, but for those that borders of ranges make.
const MOST: f64 = 16_384.0;

/// Nanoseconds that a shard of several pieces takes, about.
const SHARD_COST: f64 = 2e6;

/// Nanoseconds that every piece takes, however short.
const BASE_COST: f64 = 5e4;

/// Pieces of numbers in ascending order, shard by shard. They cover every number of the ranges once,
/// and none lies across the border of a range. With `count_only` a piece stays whole if its primes
/// can be counted without finding them.
pub(crate) fn shards(ranges: &[NamedRange], count_only: bool) -> Vec<Vec<Range>> {
    let disjoint = disjoint(ranges);
    let whole: f64 = disjoint.iter().map(|&range| sieve_cost(range)).sum();
    let mut shards: Vec<Vec<Range>> = Vec::new();
    let mut room = 0.0;
    for range in disjoint {
        let length = match count_only && counts_by_pi(range) {
            true => u64::MAX,
            false => length(range, whole),
        };
        for piece in cut(range, length) {
            let cost = BASE_COST + sieve_cost(piece);
            match shards.last_mut() {
                Some(shard) if cost <= room => shard.push(piece),
                _ => {
                    shards.push(vec![piece]);
                    room = SHARD_COST;
                }
            }
            room -= cost;
        }
    }
    shards
}

/// The stretches between borders of ranges that belong to any range, in ascending order.
pub(crate) fn disjoint(ranges: &[NamedRange]) -> Vec<Range> {
    let mut borders: Vec<(u128, i64)> = ranges
        .iter()
        .flat_map(|NamedRange { range, .. }| [(range.start.into(), 1), (u128::from(range.end) + 1, -1)])
        .collect();
    borders.sort_unstable();
    let mut depth = 0;
    let mut disjoint = Vec::new();
    for pair in borders.windows(2) {
        let [(from, step), (until, _)] = [pair[0], pair[1]];
        depth += step;
        if depth > 0 && from < until {
            // Both lie within a range, so 64 bits hold them.
            disjoint.push(Range { start: from as u64, end: (until - 1) as u64 });
        }
    }
    disjoint
}

/// Numbers of each piece of a range that is sieved; all ranges together cost `whole`.
fn length(range: Range, whole: f64) -> u64 {
    let root = range.end.isqrt();
    let numbers = u64::try_from(range.numbers()).unwrap_or(u64::MAX);
    let by_cost = |cost: f64| (numbers as f64 * cost / sieve_cost(range).max(1.0)) as u64;
    let (pieces, least) = match root <= AT_HAND {
        true => (MANY, SHORT),
        false => (FEW, (root / u64::from(root.ilog2()) * 3 / 2).saturating_mul(PER_PRIME).min(STRIPE)),
    };
    let most = by_cost(PIECE_COST).max(least);
    numbers.div_ceil(pieces).clamp(least, most).max(by_cost(whole / MOST))
}

/// A range in pieces of equal length, at most `length` each.
fn cut(range: Range, length: u64) -> impl Iterator<Item = Range> {
    let pieces = range.numbers().div_ceil(u128::from(length.max(1)));
    let border = move |at: u128| u128::from(range.start) + range.numbers() * at / pieces;
    // All borders but the last are numbers of the range, and that is one more than its end.
    (0..pieces).map(move |at| Range { start: border(at) as u64, end: (border(at + 1) - 1) as u64 })
}
