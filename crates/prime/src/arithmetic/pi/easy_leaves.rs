//! Easy leaves: the special leaves that need no sieve.
//!
//! For p above the square root of y, m is a prime q > p, and the leaf is phi(v, pi(p) - 1) with v = x / (p
//! q). Its value is 1 if v < p, and pi(v) - pi(p) + 2 if p <= v < p^2.

use crate::arithmetic::number_range::SieveStopped;

use super::pi_table::PiTable;
use super::terms::PiTerms;

/// Returns the sum of the special leaves with v < p, or v < p^2 within the table of pi.
pub(super) fn sum(terms: &PiTerms, stop: &dyn Fn() -> bool) -> Result<u64, SieveStopped> {
    let PiTerms { x, y, primes, table } = terms;
    let mut sum = 0u64;
    let first = primes.partition_point(|&p| u64::from(p).pow(2) <= *y);
    for (before, &p) in primes.iter().enumerate().skip(first) {
        if before % 64 == 0 && stop() {
            return Err(SieveStopped);
        }
        let p = u64::from(p);
        let quotient = x / p;
        // Leaves by the index of q: p < q <= hard are counted in the sieve, hard < q <= easy looked up.
        let index = |q: u64| table.pi(q.clamp(p, *y)) as usize;
        let hard = index(terms.hard_to(p));
        let easy = index(quotient / p);
        sum = sum.wrapping_add((primes.len() - easy) as u64);
        if hard < easy {
            // pi(p) is `before + 1`, so each of these leaves is pi(v) - (before - 1).
            let count = (easy - hard) as u64;
            sum = sum.wrapping_add(between(terms, quotient, hard, easy));
            sum = sum.wrapping_sub((before as u64).wrapping_sub(1).wrapping_mul(count));
        }
    }
    Ok(sum)
}

/// Returns the sum of pi(quotient / q) over the primes q of index `from..to`.
///
/// Many q above the square root of the quotient have the same pi. There the sum is reordered: every prime r
/// counts for the q up to quotient / r.
fn between(terms: &PiTerms, quotient: u64, from: usize, to: usize) -> u64 {
    let PiTerms { primes, table, .. } = terms;
    let index = |v: u64| table.pi(v) as usize;
    let root = quotient.isqrt();
    let turn = primes.partition_point(|&q| u64::from(q) <= root).clamp(from, to);
    let direct = lookup(table, quotient, &primes[from..turn]);
    let (Some(least), Some(greatest)) = (primes[turn..to].first(), primes[turn..to].last()) else {
        return direct;
    };
    // Primes r up to quotient / greatest count for every q, those up to quotient / least for some.
    let all = index(quotient / u64::from(*greatest));
    let some = index(quotient / u64::from(*least));
    let turned = lookup(table, quotient, &primes[all..some]) - ((some - all) * turn) as u64;
    direct + (all * (to - turn)) as u64 + turned
}

/// Returns the sum of pi(quotient / q) over all q.
fn lookup(table: &PiTable, quotient: u64, qs: &[u32]) -> u64 {
    // Floating-point division is faster, and exact enough: below 2^53 the quotient of two integers is never rounded
    // up to an integer.
    let double = quotient as f64;
    qs.iter().map(|&q| table.pi(u64::from((double / f64::from(q)) as u32))).sum()
}
