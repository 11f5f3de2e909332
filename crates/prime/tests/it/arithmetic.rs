//! The sieve, pi and the primality test against each other and against known values.

use std::cell::Cell;
use std::ops::ControlFlow;

use proptest::prelude::*;
use streamguard_prime::arithmetic::{Range, Sieve, Stopped, count, first, is_prime, last, pi};

const NEVER: &dyn Fn() -> bool = &|| false;

fn listed(range: Range) -> Vec<u64> {
    let mut primes = Vec::new();
    let listed = Sieve::new().each(range, NEVER, |p| {
        primes.push(p);
        ControlFlow::Continue(())
    });
    assert_eq!(listed, Ok(()));
    primes
}

fn by_division(n: u64) -> bool {
    n >= 2 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

#[test]
fn all_ranges_of_the_first_numbers() {
    let mut sieve = Sieve::new();
    for start in 0..70 {
        for end in 0..130 {
            let primes: Vec<u64> = (start..=end).filter(|&n| by_division(n)).collect();
            let range = Range { start, end };
            assert_eq!(sieve.count(range, NEVER), Ok(primes.len() as u64), "{range:?}");
            assert_eq!(listed(range), primes, "{range:?}");
            assert_eq!(last(range), primes.last().copied(), "{range:?}");
        }
    }
}

#[test]
fn the_end_of_the_numbers() {
    // The greatest primes below 2^64 are 2^64 - 59 and 2^64 - 83.
    let top = u64::MAX;
    let primes = [top - 82, top - 58];
    assert_eq!(listed(Range { start: top - 82, end: top }), primes);
    assert!(listed(Range { start: top, end: top }).is_empty());
    assert_eq!(last(Range { start: 0, end: top }), Some(primes[1]));
    assert_eq!(first(&mut Sieve::new(), Range { start: top - 82, end: top }, 5, NEVER), Ok(primes.to_vec()));
}

#[test]
fn borders_of_segments_and_stripes() {
    // Every border of the sieve from 0 on is a multiple of 30 times a power of two.
    let mut sieve = Sieve::new();
    for power in [12, 15, 17, 18, 19, 20] {
        let border = 30u64 << power;
        let (start, end) = (border - 400, border + 400);
        let expected = (start..=end).filter(|&n| by_division(n)).count() as u64;
        let before = sieve.count(Range { start: 0, end: start - 1 }, NEVER).unwrap();
        assert_eq!(sieve.count(Range { start, end }, NEVER), Ok(expected));
        assert_eq!(sieve.count(Range { start: 0, end }, NEVER), Ok(before + expected));
        assert_eq!(pi(end, NEVER), Ok(before + expected));
    }
}

#[test]
fn known_values_of_pi() {
    let known = [4, 25, 168, 1229, 9592, 78_498, 664_579, 5_761_455, 50_847_534, 455_052_511, 4_118_054_813];
    for (k, value) in (1..).zip(known) {
        assert_eq!(pi(10u64.pow(k), NEVER), Ok(value), "10^{k}");
    }
    assert_eq!([pi(0, NEVER), pi(1, NEVER), pi(2, NEVER)], [Ok(0), Ok(0), Ok(1)]);
}

#[test]
fn counts_by_either_way() {
    let mut sieve = Sieve::new();
    let long = Range { start: 1_000_000_000, end: 10_000_000_000 };
    assert_eq!(count(&mut sieve, long, NEVER), Ok(455_052_511 - 50_847_534));
    let short = Range { start: 1_000_000_000_000, end: 1_000_000_001_000 };
    assert_eq!(count(&mut sieve, short, NEVER), sieve.count(short, NEVER));
    for end in [4, 1 << 60] {
        let empty = Range { start: end + 1, end };
        assert_eq!((count(&mut sieve, empty, NEVER), sieve.count(empty, NEVER)), (Ok(0), Ok(0)));
        assert_eq!((listed(empty), last(empty)), (vec![], None));
    }
    assert_eq!(count(&mut sieve, Range { start: 0, end: 0 }, NEVER), Ok(0));
}

#[test]
fn sieving_primes_beyond_the_stored_ones() {
    // Marked in stripes: pi(10^13 + 5 10^7) - pi(10^13), as primesieve 11.0 counts it.
    let range = Range { start: 10_000_000_000_001, end: 10_000_050_000_000 };
    let difference = pi(range.end, NEVER).and_then(|end| Ok(end - pi(range.start - 1, NEVER)?));
    assert_eq!(Sieve::new().count(range, NEVER), difference);
}

#[test]
fn primes_in_buckets() {
    // Longer than one stripe, so that the primes above 2^20 wait in buckets, those of new squares too.
    let range = Range { start: 1_099_000_000_000, end: 1_099_700_000_000 };
    let difference = pi(range.end, NEVER).and_then(|end| Ok(end - pi(range.start - 1, NEVER)?));
    assert_eq!(Sieve::new().count(range, NEVER), difference);
}

#[test]
fn stops_when_asked() {
    let asked = Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() > 3
    };
    let range = Range { start: 0, end: u64::MAX };
    assert_eq!(Sieve::new().count(range, &stop), Err(Stopped));
    assert_eq!(pi(u64::MAX >> 8, &|| true), Err(Stopped));

    // What was under way must not show in the next answer.
    let mut sieve = Sieve::new();
    let long = Range { start: 1_000_000_000_000_000, end: 1_000_000_020_000_000 };
    for patience in [1, 5, 30, 100] {
        let asked = Cell::new(0);
        let impatient = || {
            asked.set(asked.get() + 1);
            asked.get() > patience
        };
        assert_eq!(
            sieve.count(Range { start: 1 << 60, end: (1 << 60) + (1 << 30) }, &impatient),
            Err(Stopped)
        );
        assert_eq!(sieve.count(long, NEVER), Sieve::new().count(long, NEVER));
    }
}

#[test]
fn the_primality_test_knows_strong_pseudoprimes() {
    for n in [2047, 3_215_031_751, 3_825_123_056_546_413_051, 561, 1_373_653, 25_326_001] {
        assert!(!is_prime(n), "{n}");
    }
    for n in [2, 3, 5, 325 + 6, 9_780_509, 1_795_265_023, u64::MAX - 58] {
        assert_eq!(is_prime(n), n > 1 << 32 || by_division(n), "{n}");
    }
    assert_eq!((0..10_000).filter(|&n| is_prime(n) != by_division(n)).count(), 0);
}

#[test]
fn pi_of_squares_and_cubes_of_primes() {
    let mut sieve = Sieve::new();
    for p in (1000..1200).chain(9500..9600).filter(|&p| is_prime(p)) {
        for x in [p * p - 1, p * p, p * p + 1] {
            assert_eq!(pi(x, NEVER), sieve.count(Range { start: 0, end: x }, NEVER), "{x}");
        }
    }
    for p in (101..450).filter(|&p| is_prime(p)) {
        let x = p * p * p;
        assert_eq!(pi(x, NEVER), sieve.count(Range { start: 0, end: x }, NEVER), "{x}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_sieve_finds_what_the_test_calls_prime(bits in 0u32..64, low in any::<u64>(), length in 0u64..3000) {
        let start = low >> bits;
        let range = Range { start, end: start.saturating_add(length) };
        let expected: Vec<u64> = (range.start..=range.end).filter(|&n| is_prime(n)).collect();
        prop_assert_eq!(Sieve::new().count(range, NEVER), Ok(expected.len() as u64));
        prop_assert_eq!(first(&mut Sieve::new(), range, 7, NEVER), Ok(expected.iter().copied().take(7).collect()));
        prop_assert_eq!(last(range), expected.last().copied());
        prop_assert_eq!(listed(range), expected);
    }

    #[test]
    fn a_range_is_the_sum_of_its_parts(start in 0u64..1 << 44, length in 0u64..1 << 22, cut in 0.0..1.0f64) {
        let middle = start + (cut * length as f64) as u64;
        let mut sieve = Sieve::new();
        let mut count = |start, end| sieve.count(Range { start, end }, NEVER).unwrap();
        prop_assert_eq!(count(start, middle) + count(middle + 1, start + length), count(start, start + length));
    }

    #[test]
    fn pi_is_what_the_sieve_counts(x in 0u64..100_000_000) {
        prop_assert_eq!(pi(x, NEVER), Sieve::new().count(Range { start: 0, end: x }, NEVER));
    }
}
