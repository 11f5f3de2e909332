//! Queries about the primes of a range that need not sieve all of it.

use std::ops::ControlFlow;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::pi::pi;
use crate::arithmetic::primality::is_prime;
use crate::arithmetic::prime_sieve::PrimeSieve;

/// Returns the first `n` primes of a range, or all if the range has fewer.
///
/// # Errors
/// [`SieveStopped`] as soon as `stop` returns true.
pub fn first_primes(
    sieve: &mut PrimeSieve,
    range: NumberRange,
    n: usize,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<u64>, SieveStopped> {
    let mut primes = Vec::new();
    let NumberRange { mut start, end } = range;
    while primes.len() < n && start <= end {
        // About one in ln x numbers near x is prime, and log2 x is 44 % more than ln x, which nearly always suffices.
        let likely = (n - primes.len()) as u64 + 8;
        let until = end.min(start.saturating_add(likely.saturating_mul(u64::from(start.max(2).ilog2()) + 8)));
        sieve.for_each(NumberRange { start, end: until }, stop, |prime| {
            if primes.len() < n {
                primes.push(prime);
            }
            if primes.len() < n { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let Some(next) = until.checked_add(1) else { break };
        start = next;
    }
    Ok(primes)
}

/// Returns the greatest prime of a range. Gaps between primes below 2^64 are at most 1550 long (Nicely,
/// "First occurrence prime gaps"; Visser et al., 2018), so this takes a few milliseconds at most.
pub fn last_prime(range: NumberRange) -> Option<u64> {
    (range.start..=range.end).rev().find(|&n| is_prime(n))
}

/// The number of primes up to a border between two ranges: the end of one, before the start of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PiBorder {
    number: u64,
    primes: u64,
}

/// Returns the number of primes of a range, sieved or as the difference of two [`pi`], whichever is cheaper. `border` is
/// what was counted before, and afterwards the end of this range: ranges side by side count each border once.
///
/// # Errors
/// [`SieveStopped`] as soon as `stop` returns true.
pub fn count_primes(
    sieve: &mut PrimeSieve,
    range: NumberRange,
    border: &mut PiBorder,
    stop: &dyn Fn() -> bool,
) -> Result<u64, SieveStopped> {
    let NumberRange { start, end } = range;
    if start > end {
        return Ok(0);
    }
    if is_counted_by_pi(range) {
        let before = start.saturating_sub(1);
        let below = if border.number == before { border.primes } else { pi(before, stop)? };
        *border = PiBorder { number: end, primes: pi(end, stop)? };
        Ok(border.primes - below)
    } else {
        sieve.count(range, stop)
    }
}

/// Returns whether [`count_primes`] takes the difference of two [`pi`], which cannot be split, instead of
/// sieving.
pub fn is_counted_by_pi(range: NumberRange) -> bool {
    pi_cost(range.end) + pi_cost(range.start.saturating_sub(1)) < sieve_cost(range)
}

/// Estimates the nanoseconds that [`pi`] takes, as measured from 10^10 to 10^16.
fn pi_cost(x: u64) -> f64 {
    (x as f64).powf(2.0 / 3.0) / 4.0
}

/// Estimates the nanoseconds that sieving a range takes, as measured from 10^9 to 2^64; generous for short
/// ranges.
pub fn sieve_cost(range: NumberRange) -> f64 {
    let bits = f64::from(range.end.max(2).ilog2());
    range.end.saturating_sub(range.start) as f64 * bits * bits / 10_000.0
}
