//! The sieve for any range: a choice of methods by the size of the numbers and the length of the range.

use std::ops::ControlFlow;

use crate::arithmetic::bucket_sieve::{BucketSieve, SEGMENT_BYTES};
use crate::arithmetic::large_primes::LargePrimes;
use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::primality::is_prime;
use crate::arithmetic::segmented_sieve::{MAX_CYCLE_PRIME, SegmentedSieve};
use crate::arithmetic::wheel::{self, NUMBERS_PER_BYTE, byte_of};

/// Greatest prime in the buckets if all sieving primes are there, which then take up to 140 MB.
const MAX_BUCKET_PRIME: u64 = 320_000_000;

/// Greatest prime in the buckets if they do not have room for all primes beside a stripe.
const LIMITED_BUCKET_PRIME: u64 = 1 << 25;

/// Longest stripe, in bytes.
const MAX_STRIPE_BYTES: u64 = 112 << 20;

/// Longest range that is a single stripe, without buckets, in bytes of the sieve.
const MAX_SINGLE_STRIPE_BYTES: u64 = 36 << 20;

/// A segmented sieve. Reuse a value to reuse its buffers.
pub struct PrimeSieve {
    segmented: SegmentedSieve,
    buckets: BucketSieve,
    large: LargePrimes,
}

impl Default for PrimeSieve {
    fn default() -> Self {
        Self::new()
    }
}

impl PrimeSieve {
    /// Creates a sieve without buffers.
    pub fn new() -> Self {
        Self {
            segmented: SegmentedSieve::new(SEGMENT_BYTES),
            buckets: BucketSieve::new(),
            large: LargePrimes::new(),
        }
    }

    /// Returns the number of primes of a range. Calls `stop` every few milliseconds.
    ///
    /// # Errors
    /// [`SieveStopped`] as soon as `stop` returns true.
    pub fn count(&mut self, range: NumberRange, stop: &dyn Fn() -> bool) -> Result<u64, SieveStopped> {
        self.count_and_first(range, 0, stop).map(|(count, _)| count)
    }

    /// Returns the number of primes of a range, and the first `n` primes. Calls `stop` every few
    /// milliseconds.
    ///
    /// # Errors
    /// [`SieveStopped`] as soon as `stop` returns true.
    pub fn count_and_first(
        &mut self,
        range: NumberRange,
        n: usize,
        stop: &dyn Fn() -> bool,
    ) -> Result<(u64, Vec<u64>), SieveStopped> {
        // The layout of the sieve has no bits for the primes of the wheel.
        let wheel = [2, 3, 5].into_iter().filter(|&p| range.contains(p));
        let mut count = wheel.clone().count() as u64;
        let mut first: Vec<u64> = wheel.take(n).collect();
        let flow = self.run(range, stop, |bytes, at, is_complete| {
            let primes = || wheel::numbers(bytes, at).filter(|&n| is_complete || is_prime(n));
            first.extend(primes().take(n - first.len()));
            count += if is_complete { wheel::count_ones(bytes) } else { primes().count() as u64 };
            ControlFlow::Continue(())
        });
        if flow.is_break() { Err(SieveStopped) } else { Ok((count, first)) }
    }

    /// Calls `f` with each prime of a range in ascending order, until `f` breaks. Calls `stop` every few
    /// milliseconds.
    ///
    /// # Errors
    /// [`SieveStopped`] as soon as `stop` returns true.
    pub fn for_each(
        &mut self,
        range: NumberRange,
        stop: &dyn Fn() -> bool,
        mut f: impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), SieveStopped> {
        // `run` breaks both for `stop` and for `f`; only the former is an error.
        let mut broken = false;
        let mut give = |n| {
            let flow = f(n);
            broken = flow.is_break();
            flow
        };
        let mut flow = [2, 3, 5].into_iter().filter(|&p| range.contains(p)).try_for_each(&mut give);
        if flow.is_continue() {
            flow = self.run(range, stop, |bytes, first, is_complete| {
                wheel::numbers(bytes, first).filter(|&n| is_complete || is_prime(n)).try_for_each(&mut give)
            });
        }
        if flow.is_break() && !broken { Err(SieveStopped) } else { Ok(()) }
    }

    /// Passes the sieve of a range, 7 and above, to `visit` piece by piece, with the number of the first byte
    /// of each piece. Every set bit is a prime. The range must not be short compared with the square root of
    /// its end.
    pub(crate) fn segments(
        &mut self,
        range: NumberRange,
        stop: &dyn Fn() -> bool,
        mut visit: impl FnMut(&[u8], u64) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.run(range, stop, |bytes, first, is_complete| {
            debug_assert!(is_complete, "the range is long");
            visit(bytes, first)
        })
    }

    /// Passes the sieve of a range, 7 and above, to `visit` piece by piece, with the number of the first byte
    /// of each piece and whether every set bit is a prime; otherwise set bits must still be tested.
    fn run(
        &mut self,
        range: NumberRange,
        stop: &dyn Fn() -> bool,
        visit: impl FnMut(&[u8], u64, bool) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.run_plan(&SievePlan::of(range), range, stop, visit)
    }

    /// Implements [`PrimeSieve::run`] by certain methods.
    fn run_plan(
        &mut self,
        plan: &SievePlan,
        range: NumberRange,
        stop: &dyn Fn() -> bool,
        mut visit: impl FnMut(&[u8], u64, bool) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Self { segmented, buckets, large } = self;
        let last = byte_of(range.end);
        let has_buckets = plan.max_bucketed > MAX_CYCLE_PRIME;
        if has_buckets {
            buckets.clear(MAX_CYCLE_PRIME, plan.max_bucketed);
        }
        segmented.run(
            (range.start, range.end),
            plan.stripe,
            |stripe, first| {
                if plan.generates_large {
                    large.cross_out(stripe, first, plan.max_bucketed, stop)?
                }
                ControlFlow::Continue(())
            },
            |bytes, first| {
                if stop() {
                    return ControlFlow::Break(());
                }
                if has_buckets {
                    let left = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
                    buckets.cross_out(bytes, first, left, stop)?;
                }
                visit(bytes, first, plan.is_complete)
            },
        )
    }
}

/// The methods by which a range is sieved with the primes above [`MAX_CYCLE_PRIME`].
struct SievePlan {
    /// Whether all sieving primes are used; otherwise remaining numbers must be tested.
    is_complete: bool,
    /// Greatest prime in the buckets.
    max_bucketed: u64,
    /// Whether larger primes are generated anew for each stripe.
    generates_large: bool,
    /// Bytes of a stripe.
    stripe: usize,
}

impl SievePlan {
    /// Chooses the fastest methods within 200 MB.
    ///
    /// All primes go into the buckets if they have room there. If not, a short range is a single stripe; for a longer one,
    /// few primes go into the buckets and stripes are large. For a very short range, numbers that the primes up to
    /// [`MAX_CYCLE_PRIME`] leave are tested, which is cheaper than generating the other primes.
    fn of(range: NumberRange) -> Self {
        let root = range.end.isqrt();
        let bytes = range.end.saturating_sub(range.start) / NUMBERS_PER_BYTE + 2;
        let is_complete = root <= MAX_CYCLE_PRIME || !testing_is_cheaper(range);
        let max_bucketed = if root <= MAX_CYCLE_PRIME || !is_complete {
            MAX_CYCLE_PRIME
        } else if root <= MAX_BUCKET_PRIME {
            root
        } else if bytes <= MAX_SINGLE_STRIPE_BYTES {
            MAX_CYCLE_PRIME
        } else {
            LIMITED_BUCKET_PRIME
        };
        let generates_large = is_complete && max_bucketed < root;
        let stripe = if generates_large {
            bytes.div_ceil(bytes.div_ceil(MAX_STRIPE_BYTES)) as usize
        } else {
            SEGMENT_BYTES
        };
        Self { is_complete, max_bucketed, generates_large, stripe: stripe.next_multiple_of(SEGMENT_BYTES) }
    }
}

/// Returns whether testing single numbers of a range is cheaper than generating all sieving primes. As
/// measured, a number of the range costs as much as thirteen sieving primes.
fn testing_is_cheaper(range: NumberRange) -> bool {
    let root = range.end.isqrt();
    let primes = root / u64::from(root.ilog2()) * 3 / 2;
    range.end.saturating_sub(range.start).saturating_mul(13) < primes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_methods_find_the_same_primes() {
        // pi(10^13 + 10^8) - pi(10^13) as primesieve 11.0 counts it.
        let range = NumberRange { start: 10_000_000_000_001, end: 10_000_100_000_000 };
        let root = range.end.isqrt();
        // All primes in buckets; one stripe; several stripes with and without buckets, of one segment and more.
        for (max_bucketed, stripe) in
            [(root, 1), (MAX_CYCLE_PRIME, 8), (1 << 20, 3), (MAX_CYCLE_PRIME, 2), (1 << 20, 1)]
        {
            let plan = SievePlan {
                is_complete: true,
                max_bucketed,
                generates_large: max_bucketed < root,
                stripe: stripe * SEGMENT_BYTES,
            };
            let mut count = 0;
            let flow = PrimeSieve::new().run_plan(&plan, range, &|| false, |bytes, _, _| {
                count += wheel::count_ones(bytes);
                ControlFlow::Continue(())
            });
            assert!(flow.is_continue());
            assert_eq!(count, 3_342_093, "primes up to {max_bucketed} in buckets, {stripe} segments");
        }
    }
}
