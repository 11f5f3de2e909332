//! Prime k-tuplets: primes as close together as k primes can be, again and again.

use std::ops::ControlFlow;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::primality::is_prime;
use crate::arithmetic::prime_sieve::PrimeSieve;

/// The patterns of the k-tuplets, from twins to sextuplets: distances from the first prime (Forbes, "Prime clusters and
/// Cunningham chains", Math. Comp. 68, 1999; the same as those of primesieve).
const PATTERNS: [&[&[u64]]; 5] =
    [&[&[2]], &[&[2, 6], &[4, 6]], &[&[2, 6, 8]], &[&[2, 6, 8, 12], &[4, 6, 10, 12]], &[&[4, 6, 10, 12, 16]]];

/// Names of the tuplets, in the order of [`PATTERNS`].
const NAMES: [&str; 5] = ["twins", "triplets", "quadruplets", "quintuplets", "sextuplets"];

/// Greatest distance between the first and the last prime of a tuplet.
const MAX_DIAMETER: u64 = 16;

/// Numbers of primes in a tuplet that are counted.
pub const TUPLE_SIZES: std::ops::RangeInclusive<u8> = 2..=6;

/// Returns the name of the tuplets of so many primes, from 2 to 6.
///
/// # Panics
/// For any other number.
pub fn tuple_name(size: u8) -> &'static str {
    NAMES[position(size)]
}

fn position(size: u8) -> usize {
    assert!(TUPLE_SIZES.contains(&size), "tuplets have 2 to 6 primes");
    usize::from(size - 2)
}

/// Returns for each size the number of tuplets whose first prime lies in a range; the others may lie behind its end.
///
/// # Errors
/// [`SieveStopped`] as soon as `stop` returns true.
pub fn count_tuples(
    sieve: &mut PrimeSieve,
    range: NumberRange,
    sizes: &[u8],
    stop: &dyn Fn() -> bool,
) -> Result<Vec<u64>, SieveStopped> {
    let masks: Vec<Vec<(u64, u64)>> = sizes.iter().map(|size| masks(position(*size))).collect();
    let mut counts = vec![0; sizes.len()];
    // Bit i stands for the number 2 i below the latest prime. 2 is part of no tuplet.
    let (mut recent, mut latest) = (0_u64, 1_u64);
    let wide = NumberRange { start: range.start.max(3), end: range.end.saturating_add(MAX_DIAMETER) };
    sieve.for_each(wide, stop, |prime| {
        let step = (prime - latest) / 2;
        recent = if step < 64 { recent << step | 1 } else { 1 };
        latest = prime;
        for (count, masks) in counts.iter_mut().zip(&masks) {
            for (mask, diameter) in masks {
                if recent & mask == *mask && range.contains(prime - diameter) {
                    *count += 1;
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(counts)
}

/// Returns the patterns of a size as bits below the last prime, with their diameters.
fn masks(position: usize) -> Vec<(u64, u64)> {
    let of_pattern = |pattern: &&[u64]| {
        let diameter = pattern.iter().copied().max().unwrap_or(0);
        let mask = pattern
            .iter()
            .fold(1 << (diameter / 2), |mask, distance| mask | 1 << ((diameter - distance) / 2));
        (mask, diameter)
    };
    PATTERNS[position].iter().map(of_pattern).collect()
}

/// Returns for each size the number of tuplets that begin in a range and end behind it.
pub(crate) fn count_crossing(range: NumberRange, sizes: &[u8]) -> Vec<u64> {
    let first = range.start.max(range.end.saturating_sub(MAX_DIAMETER - 1));
    let crosses = |start: u64, pattern: &[u64]| {
        let last = start.checked_add(pattern.last().copied().unwrap_or(0));
        let all_prime = || is_prime(start) && pattern.iter().all(|distance| is_prime(start + distance));
        last.is_some_and(|last| last > range.end && all_prime())
    };
    let of_size = |size: &u8| {
        let patterns = PATTERNS[position(*size)];
        let starts =
            (first..=range.end).flat_map(|start| patterns.iter().map(move |pattern| (start, pattern)));
        starts.filter(|(start, pattern)| crosses(*start, pattern)).count() as u64
    };
    sizes.iter().map(of_size).collect()
}
