//! From ranges to the pieces that are worked on one by one.

use super::arithmetic::{Range, counts_by_pi, sieve_cost};
use super::named::NamedRange;

/// Pieces of a range for each worker, at most: enough that all are busy to the end.
const MANY: f64 = 8.0;

/// Primes that a sieve begins a piece with in [`STORED_COST`] each: those up to 2^20.
const STORED: f64 = 82_025.0;

/// Nanoseconds that a piece takes for each of these sieving primes, whatever its length; measured.
const STORED_COST: f64 = 50.0;

/// The same for the others, which are generated anew; measured.
const GENERATED_COST: f64 = 10.0;

/// Numbers after which the sieve generates its primes anew in any case, so that a longer piece gains nothing.
const STRIPE: f64 = (30 * (18 << 20)) as f64;

/// Nanoseconds of a piece for which a further one is worth while.
const SHORT: f64 = 1e6;

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
pub(crate) fn shards(ranges: &[NamedRange], count_only: bool, workers: u16) -> Vec<Vec<Range>> {
    let disjoint = disjoint(ranges);
    let whole: f64 = disjoint.iter().map(|&range| sieve_cost(range)).sum();
    let mut shards: Vec<Vec<Range>> = Vec::new();
    let mut room = 0.0;
    for range in disjoint {
        let length = match count_only && counts_by_pi(range) {
            true => u64::MAX,
            false => length(range, whole, workers),
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
fn length(range: Range, whole: f64, workers: u16) -> u64 {
    let cost = sieve_cost(range).max(1.0);
    let numbers = range.numbers() as f64;
    let workers = f64::from(workers.max(1));
    let begin = begin_cost(range.end);
    let pieces = match workers {
        1.0 => 1.0,
        // To begin pieces should cost a tenth of the time, or half where there is one for each worker only.
        _ => (cost / (10.0 * begin))
            .clamp(workers, MANY * workers)
            .min((2.0 * cost / begin).max(numbers / STRIPE))
            .min(cost / SHORT),
    };
    // Pieces of equal length: as many for each worker.
    let pieces = if pieces < workers { pieces.max(1.0) } else { (pieces / workers).ceil() * workers };
    let pieces = pieces.max(cost / PIECE_COST).min((cost / whole * MOST).max(1.0));
    (numbers / pieces).ceil() as u64
}

/// Nanoseconds that it takes to begin a piece with all sieving primes. There are about r / ln r of them up
/// to the square root r; ln r is 0.69 times its binary logarithm.
fn begin_cost(end: u64) -> f64 {
    let root = end.max(4).isqrt() as f64;
    let primes = root / root.log2() * 1.5;
    primes.min(STORED) * STORED_COST + (primes - STORED).max(0.0) * GENERATED_COST
}

/// A range in pieces of equal length, at most `length` each.
fn cut(range: Range, length: u64) -> impl Iterator<Item = Range> {
    let pieces = range.numbers().div_ceil(u128::from(length.max(1)));
    let border = move |at: u128| u128::from(range.start) + range.numbers() * at / pieces;
    // All borders but the last are numbers of the range, and that is one more than its end.
    (0..pieces).map(move |at| Range { start: border(at) as u64, end: (border(at + 1) - 1) as u64 })
}
