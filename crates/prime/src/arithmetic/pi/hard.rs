//! The special leaves that are counted in a sieve.
//!
//! The sieve runs up to x / y in segments. In each, the primes are crossed out one after another, and before
//! p_(b+1) is, the leaves mu(m) phi(x / (m p_(b+1)), b) that fall into the segment are counted. Counts of
//! blocks are kept up to date while crossing out, so that a leaf needs to look at one block only (a flat form
//! of the tree of Lagarias, Miller and Odlyzko).

mod counter;

use crate::arithmetic::sieve::Stopped;
use crate::arithmetic::wheel::SPAN;

use super::factors::Factors;
use super::{BASE, Terms};
use counter::Counter;

/// A prime of the leaves, and what is known of it in the segments so far.
struct Level {
    p: u64,
    /// phi(v, b) for the last v before the segment.
    phi: u64,
    /// Where the next cycle of `p` begins, in bytes from the begin of the segment.
    next: usize,
    /// How many primes q may still make leaves, for `p` above the square root of y.
    qs: usize,
}

/// The sum of all special leaves that [`super::easy`] leaves.
pub(super) fn sum(terms: &Terms, factors: &Factors, stop: &dyn Fn() -> bool) -> Result<u64, Stopped> {
    let &Terms { x, y, .. } = terms;
    let beyond = x / y + 1;
    let mut levels = levels(terms);
    let mut counter = Counter::new();
    let mut sum = 0u64;
    let mut first = 0;
    while first * SPAN < beyond && !levels.is_empty() {
        if stop() {
            return Err(Stopped);
        }
        counter.begin(first);
        let low = (first * SPAN).max(1);
        let high = (first * SPAN + Counter::NUMBERS).min(beyond);
        // No leaf of a prime p above the square root of y is as large as x / p^2, and the primes after the
        // last that has one need not be crossed out.
        let alive = levels.partition_point(|level| level.p * level.p <= y || x / level.p / level.p >= low);
        levels.truncate(alive);
        for level in &mut levels {
            let leaves = level.leaves(terms, factors, &mut counter, low, high);
            sum = sum.wrapping_add(leaves);
            level.phi += counter.total();
            level.next = counter.cross_out(level.p as usize, level.next);
        }
        first += Counter::BYTES as u64;
    }
    Ok(sum)
}

/// The levels from the first prime after 13 on, as far as there are hard leaves.
fn levels(terms: &Terms) -> Vec<Level> {
    let hard = |&p: &u64| p * p <= terms.y || terms.hard_to(p) > p;
    let primes = terms.primes.iter().map(|&p| u64::from(p));
    let level = |p: u64| {
        let qs = if p * p <= terms.y { 0 } else { terms.table.pi(terms.hard_to(p).min(terms.y)) as usize };
        Level { p, phi: 0, next: 0, qs }
    };
    primes.skip(BASE).take_while(hard).map(level).collect()
}

impl Level {
    /// The sum of the leaves of this prime with `low <= v < high`.
    fn leaves(
        &mut self,
        terms: &Terms,
        factors: &Factors,
        counter: &mut Counter,
        low: u64,
        high: u64,
    ) -> u64 {
        let Self { p, phi, .. } = *self;
        let quotient = terms.x / p;
        let least = quotient / high;
        let greatest = (quotient / low).min(terms.y);
        let mut sum = 0u64;
        counter.rewind();
        let mut leaf = |m: u64| phi + counter.count_to(quotient / m - (low - low % SPAN));
        if p * p <= terms.y {
            for (m, even) in factors.leaves(least.max(terms.y / p), greatest, p) {
                let count = leaf(m);
                sum = if even { sum.wrapping_sub(count) } else { sum.wrapping_add(count) };
            }
        } else {
            let least = least.max(p);
            while let Some(&q) = self.qs.checked_sub(1).and_then(|i| terms.primes.get(i))
                && u64::from(q) > least
            {
                sum = sum.wrapping_add(leaf(q.into()));
                self.qs -= 1;
            }
        }
        sum
    }
}
