//! The n-th prime: estimated by Riemann's function, then found by counting and sieving.

use std::ops::ControlFlow;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::pi::pi;
use crate::arithmetic::prime_sieve::PrimeSieve;

/// Number of the primes below 2^64 (Buethe, "An improved analytic method for calculating pi(x)", 2014; OEIS A007053).
pub const MAX_NTH: u64 = 425_656_284_035_217_743;

/// Most numbers that are counted at once on the way from the estimate to the prime.
const MAX_CHUNK_NUMBERS: u64 = 1 << 28;

/// Numbers beyond the expected ones that are counted at once, since primes are not spread evenly.
const SPARE_NUMBERS: u64 = 1 << 10;

/// Largest number of terms of the Gram series; from the hundredth on they vanish below 2^64.
const MAX_TERMS: u32 = 200;

/// Returns the `n`-th prime, where 2 is the first one; `None` if there is no such prime below 2^64.
///
/// The time is that of [`pi`] for the result.
///
/// # Errors
/// [`SieveStopped`] as soon as `stop` returns true.
pub fn nth_prime(n: u64, stop: &dyn Fn() -> bool) -> Result<Option<u64>, SieveStopped> {
    if n == 0 || n > MAX_NTH {
        return Ok(None);
    }
    let mut sieve = PrimeSieve::new();
    let estimate = estimate(n);
    let below = pi(estimate, stop)?;
    if below < n {
        find_above(&mut sieve, estimate, n - below, stop)
    } else {
        find_up_to(&mut sieve, estimate, below - n, stop)
    }
}

/// Returns the prime with `nth - 1` primes between it and `number`, which is below it.
fn find_above(
    sieve: &mut PrimeSieve,
    number: u64,
    mut nth: u64,
    stop: &dyn Fn() -> bool,
) -> Result<Option<u64>, SieveStopped> {
    let mut next = number.checked_add(1);
    while let Some(start) = next {
        let chunk = NumberRange { start, end: start.saturating_add(chunk_numbers(number, nth) - 1) };
        let primes = sieve.count(chunk, stop)?;
        if primes >= nth {
            return pick(sieve, chunk, nth, stop);
        }
        nth -= primes;
        next = chunk.end.checked_add(1);
    }
    Ok(None)
}

/// Returns the prime up to `number` with `after` primes between it and `number`.
fn find_up_to(
    sieve: &mut PrimeSieve,
    number: u64,
    mut after: u64,
    stop: &dyn Fn() -> bool,
) -> Result<Option<u64>, SieveStopped> {
    let mut last = Some(number);
    while let Some(end) = last {
        let chunk = NumberRange { start: end.saturating_sub(chunk_numbers(number, after) - 1), end };
        let primes = sieve.count(chunk, stop)?;
        if primes > after {
            return pick(sieve, chunk, primes - after, stop);
        }
        after -= primes;
        last = chunk.start.checked_sub(1);
    }
    Ok(None)
}

/// Returns how many numbers near `number` to count in order to find so many primes.
fn chunk_numbers(number: u64, primes: u64) -> u64 {
    // One in ln x numbers is prime; log2 x is 44 % more.
    let expected = primes.saturating_mul(u64::from(number.max(2).ilog2()) + 1);
    expected.saturating_add(SPARE_NUMBERS).min(MAX_CHUNK_NUMBERS)
}

/// Returns the `nth` prime of a range that has so many.
fn pick(
    sieve: &mut PrimeSieve,
    range: NumberRange,
    mut nth: u64,
    stop: &dyn Fn() -> bool,
) -> Result<Option<u64>, SieveStopped> {
    let mut found = None;
    sieve.for_each(range, stop, |prime| {
        nth -= 1;
        if nth > 0 {
            return ControlFlow::Continue(());
        }
        found = Some(prime);
        ControlFlow::Break(())
    })?;
    Ok(found)
}

/// Returns a number near the `n`-th prime: off by about its square root, as the Riemann hypothesis has it. However far it
/// is off, the result is found, only later.
fn estimate(n: u64) -> u64 {
    let target = n as f64;
    // The n-th prime is about n ln n (the prime number theorem).
    let mut x = (target * (target + 2.0).ln()).max(2.0);
    // Newton's method: the derivative of the function is about 1 / ln x.
    for _ in 0..20 {
        let step = (riemann(x) - target) * x.ln();
        x = (x - step).max(2.0);
        if step.abs() < 1.0 {
            break;
        }
    }
    // A cast saturates, also above 2^64.
    x as u64
}

/// Riemann's function R(x), which approximates pi(x), by the series of Gram (Riesel, "Prime Numbers and Computer Methods
/// for Factorization", chapter 2): 1 + sum over k of (ln x)^k / (k k! zeta(k + 1)).
fn riemann(x: f64) -> f64 {
    let logarithm = x.ln();
    let mut power = 1.0;
    let mut sum = 1.0;
    for k in 1..=MAX_TERMS {
        let k = f64::from(k);
        power *= logarithm / k;
        let term = power / (k * zeta(k + 1.0));
        sum += term;
        if k > logarithm && term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// Riemann's zeta function for s from 2 on, by the formula of Euler and Maclaurin with 16 terms.
fn zeta(s: f64) -> f64 {
    const TERMS: i32 = 16;
    let n = f64::from(TERMS);
    let head: f64 = (1..TERMS).map(|term| f64::from(term).powf(-s)).sum();
    let power = n.powf(-s);
    head + power * n / (s - 1.0) + power / 2.0 + s * power / (12.0 * n)
        - s * (s + 1.0) * (s + 2.0) * power / (720.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_close() {
        assert!((zeta(2.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-9);
        // pi(10^12) is 37607912018, and R(10^12) is 1475 below it.
        assert!((riemann(1e12) - 37_607_910_543.0).abs() < 10.0, "{}", riemann(1e12));
        let (prime, estimate) = (29_996_224_275_833_u64, estimate(1_000_000_000_000));
        assert!(prime.abs_diff(estimate) < prime.isqrt(), "{estimate}");
    }
}
