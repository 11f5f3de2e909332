//! The primes of a range.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::arithmetic::band::{Band, FAR};
use crate::arithmetic::buckets::{self, Buckets, SEGMENT};
use crate::arithmetic::large::Large;
use crate::arithmetic::primality::is_prime;
use crate::arithmetic::wheel::{self, SPAN};

/// Bytes of a stripe, at most.
const STRIPE: u64 = 18 << 20;

/// The greatest prime in the buckets where not all have place there beside a stripe.
const BUCKETED: u64 = 8 * FAR;

/// A range of numbers, both bounds included; empty if `start > end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The least number.
    pub start: u64,
    /// The greatest number.
    pub end: u64,
}

impl Range {
    /// How many numbers it holds, up to 2^64.
    pub fn numbers(self) -> u128 {
        (u128::from(self.end) + 1).saturating_sub(self.start.into())
    }

    fn contains(self, n: u64) -> bool {
        (self.start..=self.end).contains(&n)
    }
}

/// The caller's wish to stop was met before the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped before all numbers were sieved")
    }
}

impl std::error::Error for Stopped {}

/// A segmented sieve; keep it to use its buffers again.
pub struct Sieve {
    band: Band,
    buckets: Buckets,
    large: Large,
}

impl Default for Sieve {
    fn default() -> Self {
        Self::new()
    }
}

impl Sieve {
    /// A sieve without buffers yet.
    pub fn new() -> Self {
        Self { band: Band::new(SEGMENT), buckets: Buckets::new(), large: Large::new() }
    }

    /// The number of primes of a range. `stop` is asked every few milliseconds.
    ///
    /// # Errors
    /// [`Stopped`] as soon as `stop` says so.
    pub fn count(&mut self, range: Range, stop: &dyn Fn() -> bool) -> Result<u64, Stopped> {
        self.survey(range, 0, stop).map(|(count, _)| count)
    }

    /// The number of primes of a range, and the first `n` of them. `stop` is asked every few milliseconds.
    ///
    /// # Errors
    /// [`Stopped`] as soon as `stop` says so.
    pub fn survey(
        &mut self,
        range: Range,
        n: usize,
        stop: &dyn Fn() -> bool,
    ) -> Result<(u64, Vec<u64>), Stopped> {
        let wheel = [2, 3, 5].into_iter().filter(|&p| range.contains(p));
        let mut count = wheel.clone().count() as u64;
        let mut first: Vec<u64> = wheel.take(n).collect();
        let flow = self.run(range, stop, |bytes, at, certain| {
            let primes = || wheel::numbers(bytes, at).filter(|&n| certain || is_prime(n));
            first.extend(primes().take(n - first.len()));
            count += if certain { wheel::count_ones(bytes) } else { primes().count() as u64 };
            ControlFlow::Continue(())
        });
        if flow.is_break() { Err(Stopped) } else { Ok((count, first)) }
    }

    /// Calls `f` with each prime of a range in ascending order, until it breaks. `stop` is asked every few
    /// milliseconds.
    ///
    /// # Errors
    /// [`Stopped`] as soon as `stop` says so.
    pub fn each(
        &mut self,
        range: Range,
        stop: &dyn Fn() -> bool,
        mut f: impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), Stopped> {
        let mut broken = false;
        let mut give = |n| {
            let flow = f(n);
            broken = flow.is_break();
            flow
        };
        let mut flow = [2, 3, 5].into_iter().filter(|&p| range.contains(p)).try_for_each(&mut give);
        if flow.is_continue() {
            flow = self.run(range, stop, |bytes, first, certain| {
                wheel::numbers(bytes, first).filter(|&n| certain || is_prime(n)).try_for_each(&mut give)
            });
        }
        if flow.is_break() && !broken { Err(Stopped) } else { Ok(()) }
    }

    /// Shows the sieve of a range, 7 and above, piece by piece: what is set is prime; with each the number of
    /// its first byte. The range must not be short in comparison with the square root of its end.
    pub(crate) fn segments(
        &mut self,
        range: Range,
        stop: &dyn Fn() -> bool,
        mut visit: impl FnMut(&[u8], u64) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.run(range, stop, |bytes, first, certain| {
            debug_assert!(certain, "the range is long");
            visit(bytes, first)
        })
    }

    /// Shows the sieve of a range, 7 and above, piece by piece; with each the number of its first byte and
    /// whether all that is set in it is prime or still to be tested.
    fn run(
        &mut self,
        range: Range,
        stop: &dyn Fn() -> bool,
        mut visit: impl FnMut(&[u8], u64, bool) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Self { band, buckets, large } = self;
        let way = Way::of(range);
        buckets.clear(FAR);
        band.run(
            (range.start, range.end),
            way.stripe,
            |stripe, first| {
                if way.generated {
                    large.cross_out(stripe, first, way.bucketed, stop)?
                }
                ControlFlow::Continue(())
            },
            |bytes, first| {
                if stop() {
                    return ControlFlow::Break(());
                }
                if way.bucketed > FAR {
                    buckets.cross_out(bytes, first, way.bucketed);
                }
                visit(bytes, first, way.certain)
            },
        )
    }
}

/// How a range is sieved with the primes above [`FAR`].
struct Way {
    /// Whether all of them are used; else what is left has to be tested.
    certain: bool,
    /// The greatest prime in the buckets.
    bucketed: u64,
    /// Whether larger ones are generated anew for each stripe.
    generated: bool,
    /// Bytes of a stripe.
    stripe: usize,
}

impl Way {
    /// The fastest way in 32 MB: all primes in the buckets if they have place there; few there and large
    /// stripes if not; no buckets for a single stripe; and none of these for a range so short that testing
    /// what the primes up to [`FAR`] leave is cheaper than to generate the others.
    fn of(range: Range) -> Self {
        let root = range.end.isqrt();
        let bytes = range.end.saturating_sub(range.start) / SPAN + 2;
        let certain = root <= FAR || !testing_is_cheaper(range);
        let bucketed = if root <= FAR || !certain || bytes <= STRIPE {
            FAR
        } else if root <= buckets::LIMIT {
            root
        } else {
            BUCKETED
        };
        let generated = certain && bucketed < root;
        let stripe = if generated { bytes.div_ceil(bytes.div_ceil(STRIPE)) as usize } else { SEGMENT };
        Self { certain, bucketed, generated, stripe: stripe.next_multiple_of(SEGMENT) }
    }
}

/// Whether to test single numbers is cheaper for a range than to generate all sieving primes: measured, a
/// number of the range costs as much as thirteen sieving primes.
fn testing_is_cheaper(range: Range) -> bool {
    let root = range.end.isqrt();
    let primes = root / u64::from(root.ilog2()) * 3 / 2;
    range.end.saturating_sub(range.start).saturating_mul(13) < primes
}
