//! From ranges to pieces, and from pieces to shards.

use crate::arithmetic::{NumberRange, is_counted_by_pi, sieve_cost};
use crate::range_spec::NamedRange;

/// Most pieces of a range for each worker, enough to keep all workers busy to the end.
const MAX_PIECES_PER_WORKER: f64 = 8.0;

/// Number of the sieving primes up to 2^19, whose set-up costs [`STORED_PRIME_COST_NS`] each.
const STORED_PRIMES: f64 = 43_390.0;

/// Nanoseconds that a piece takes for each stored sieving prime, whatever the length of the piece; measured.
const STORED_PRIME_COST_NS: f64 = 50.0;

/// Nanoseconds that a piece takes for each larger sieving prime, which is generated anew; measured.
const GENERATED_PRIME_COST_NS: f64 = 10.0;

/// Numbers of a stripe of the sieve. Where larger primes are generated anew, that is done for each stripe, so that a longer
/// piece gains nothing.
const STRIPE_NUMBERS: f64 = (30 * (36 << 20)) as f64;

/// Shortest time of a piece for which cutting is worth while, in nanoseconds.
const MIN_PIECE_COST_NS: f64 = 1e6;

/// Longest estimated time of a piece, in nanoseconds, unless there are too many pieces or the set-up takes long.
const MAX_PIECE_COST_NS: f64 = 1e9;

/// Shortest estimated time of a piece that is cut only because it takes long, in times of its set-up.
const MIN_COST_BY_SETUP: f64 = 20.0;

/// Most pieces, apart from those that borders of ranges create.
const MAX_PIECES: f64 = 16_384.0;

/// Estimated time of a shard of several pieces, borders or steps, in nanoseconds.
const SHARD_COST_NS: f64 = 2e6;

/// Nanoseconds that every piece takes, however short.
pub(crate) const PIECE_OVERHEAD_NS: f64 = 5e4;

/// Cuts disjoint ranges into pieces in ascending order, and groups short pieces.
///
/// The pieces cover every number of the ranges once, and none lies across a border of a range.
pub(crate) fn plan_pieces(ranges: &[NumberRange], workers: u16) -> Vec<Vec<NumberRange>> {
    let total_cost: f64 = ranges.iter().map(|&range| sieve_cost(range)).sum();
    let pieces = ranges.iter().flat_map(|&range| cut_range(range, piece_length(range, total_cost, workers)));
    let pieces: Vec<NumberRange> = pieces.collect();
    grouped(&pieces, |&piece| PIECE_OVERHEAD_NS + sieve_cost(piece)).collect()
}

/// Groups neighbours of little cost in nanoseconds, each group for a shard.
pub(crate) fn grouped<T: Copy>(items: &[T], cost: impl Fn(&T) -> f64) -> impl Iterator<Item = Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut room = 0.0;
    for item in items {
        match groups.last_mut() {
            Some(group) if cost(item) <= room => group.push(*item),
            _ => {
                groups.push(vec![*item]);
                room = SHARD_COST_NS;
            }
        }
        room -= cost(item);
    }
    groups.into_iter()
}

/// Returns the stretches between borders of ranges, as [`disjoint_ranges`] does: those that are sieved, and those whose
/// primes are counted at their borders instead, which happens only if primes are merely counted.
pub(crate) fn split_by_method(
    ranges: &[NamedRange],
    counts_only: bool,
) -> (Vec<NumberRange>, Vec<NumberRange>) {
    disjoint_ranges(ranges).into_iter().partition(|range| !(counts_only && is_counted_by_pi(*range)))
}

/// Returns the stretches between borders of ranges that belong to any range, in ascending order.
pub(crate) fn disjoint_ranges(ranges: &[NamedRange]) -> Vec<NumberRange> {
    let mut borders: Vec<(u128, i64)> = ranges
        .iter()
        .flat_map(|NamedRange { range, .. }| [(range.start.into(), 1), (u128::from(range.end) + 1, -1)])
        .collect();
    // A sweep over the borders: `depth` is the number of ranges that cover the stretch behind a border.
    // At the same border ends (-1) sort before starts (1), so a range that ends there is never
    // counted with one that begins.
    borders.sort_unstable();
    let mut depth = 0;
    let mut disjoint_ranges = Vec::new();
    for pair in borders.windows(2) {
        let [(from, step), (until, _)] = [pair[0], pair[1]];
        depth += step;
        if depth > 0 && from < until {
            // Both bounds lie within a range, so they fit into 64 bits again.
            disjoint_ranges.push(NumberRange { start: from as u64, end: (until - 1) as u64 });
        }
    }
    disjoint_ranges
}

/// Returns the numbers per piece of a range that is sieved. All ranges together cost `total_cost`.
fn piece_length(range: NumberRange, total_cost: f64, workers: u16) -> u64 {
    let cost = sieve_cost(range).max(1.0);
    let numbers = range.numbers() as f64;
    let workers = f64::from(workers.max(1));
    let begin = setup_cost(range.end);
    let pieces = match workers {
        1.0 => 1.0,
        // The set-up of all pieces should take at most a tenth of the sieving time, or twice the sieving time if
        // there is only one piece per worker: then they set up side by side.
        _ => (cost / (10.0 * begin))
            .clamp(workers, MAX_PIECES_PER_WORKER * workers)
            .min((2.0 * cost / begin).max(numbers / STRIPE_NUMBERS))
            .min(cost / MIN_PIECE_COST_NS),
    };
    // A multiple of the workers: pieces have equal length, so each worker gets as many.
    let pieces = if pieces < workers { pieces.max(1.0) } else { (pieces / workers).ceil() * workers };
    let longest = MAX_PIECE_COST_NS.max(MIN_COST_BY_SETUP * begin);
    let pieces = pieces.max(cost / longest).min((cost / total_cost * MAX_PIECES).max(1.0));
    (numbers / pieces).ceil() as u64
}

/// Estimates the nanoseconds that a piece needs to set up all sieving primes. There are about r / ln r of
/// them up to the square root r; ln r is 0.69 times the binary logarithm.
fn setup_cost(end: u64) -> f64 {
    let root = end.max(4).isqrt() as f64;
    let primes = root / root.log2() * 1.5;
    primes.min(STORED_PRIMES) * STORED_PRIME_COST_NS
        + (primes - STORED_PRIMES).max(0.0) * GENERATED_PRIME_COST_NS
}

/// Cuts a range into pieces of equal length, at most `length` each.
pub(crate) fn cut_range(range: NumberRange, length: u64) -> impl Iterator<Item = NumberRange> {
    // In 128 bits: the range up to 2^64 - 1 has 2^64 numbers.
    let pieces = range.numbers().div_ceil(u128::from(length.max(1)));
    let border = move |at: u128| u128::from(range.start) + range.numbers() * at / pieces;
    // All borders but the last are numbers of the range; the last one may be 2^64, so the sums are in 128 bits.
    (0..pieces).map(move |at| NumberRange { start: border(at) as u64, end: (border(at + 1) - 1) as u64 })
}
