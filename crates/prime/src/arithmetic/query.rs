//! Questions about the primes of a range that need not sieve all of it.

use std::ops::ControlFlow;

use crate::arithmetic::pi::pi;
use crate::arithmetic::primality::is_prime;
use crate::arithmetic::sieve::{Range, Sieve, Stopped};

/// The first `n` primes of a range, or all if it has no more.
///
/// # Errors
/// [`Stopped`] as soon as `stop` says so.
pub fn first(
    sieve: &mut Sieve,
    range: Range,
    n: usize,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<u64>, Stopped> {
    let mut primes = Vec::new();
    let Range { mut start, end } = range;
    while primes.len() < n && start <= end {
        // Of the numbers about x, one in ln x is prime; a half more suffice but for small n.
        let likely = (n - primes.len()) as u64 + 8;
        let until = end.min(start.saturating_add(likely.saturating_mul(u64::from(start.max(2).ilog2()) + 8)));
        sieve.each(Range { start, end: until }, stop, |prime| {
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

/// The greatest prime of a range. No two primes below 2^64 are more than 1550 apart (Nicely, "First
/// occurrence prime gaps"; Visser et al., 2018), so that this takes a few milliseconds at most.
pub fn last(range: Range) -> Option<u64> {
    (range.start..=range.end).rev().find(|&n| is_prime(n))
}

/// The number of primes of a range, sieved or as the difference of two [`pi`], whichever is cheaper.
///
/// # Errors
/// [`Stopped`] as soon as `stop` says so.
pub fn count(sieve: &mut Sieve, range: Range, stop: &dyn Fn() -> bool) -> Result<u64, Stopped> {
    let Range { start, end } = range;
    if start > end {
        return Ok(0);
    }
    if counts_by_pi(range) {
        Ok(pi(end, stop)? - pi(start.saturating_sub(1), stop)?)
    } else {
        sieve.count(range, stop)
    }
}

/// Whether [`count`] takes a range as the difference of two [`pi`], which cannot be split, rather than
/// to sieve it.
pub fn counts_by_pi(range: Range) -> bool {
    pi_cost(range.end) + pi_cost(range.start.saturating_sub(1)) < sieve_cost(range)
}

/// Nanoseconds that [`pi`] takes, as measured from 10^10 to 10^16.
fn pi_cost(x: u64) -> f64 {
    (x as f64).powf(2.0 / 3.0) / 4.0
}

/// Nanoseconds that the sieve of a range takes, as measured from 10^9 to 2^64; generously for short ones.
pub fn sieve_cost(range: Range) -> f64 {
    let bits = f64::from(range.end.max(2).ilog2());
    range.end.saturating_sub(range.start) as f64 * bits * bits / 10_000.0
}
