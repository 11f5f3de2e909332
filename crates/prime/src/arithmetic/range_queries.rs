//! Queries about the primes of a range that need not sieve all of it.

use std::ops::ControlFlow;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
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

/// Returns whether counting the primes of a range as the difference of two [`pi`](fn@crate::arithmetic::pi) is cheaper than
/// sieving it.
pub fn is_counted_by_pi(range: NumberRange) -> bool {
    pi_cost(range.end) + pi_cost(range.start.saturating_sub(1)) < sieve_cost(range)
}

/// Nanoseconds that the tables of [`pi`](fn@crate::arithmetic::pi) take, however small the number; an estimate.
const PI_OVERHEAD_NS: f64 = 5e5;

/// Estimates the nanoseconds that [`pi`](fn@crate::arithmetic::pi) takes, as measured from 10^10 to 10^16.
pub(crate) fn pi_cost(x: u64) -> f64 {
    PI_OVERHEAD_NS + (x as f64).powf(2.0 / 3.0) / 10.0
}

/// Estimates the nanoseconds that sieving a range takes, as measured from 10^9 to 2^64; generous for short
/// ranges.
pub fn sieve_cost(range: NumberRange) -> f64 {
    let bits = f64::from(range.end.max(2).ilog2());
    range.end.saturating_sub(range.start) as f64 * bits.powi(3) / 300_000.0
}
