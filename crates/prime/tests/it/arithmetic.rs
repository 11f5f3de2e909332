//! The sieve, pi and the primality test agree with each other and with known values.

use std::cell::Cell;
use std::ops::ControlFlow;

use proptest::prelude::*;
use streamguard_prime::arithmetic::{
    MAX_NTH, NumberRange, PiPart, PiTables, PrimeSieve, SieveStopped, count_tuples, first_primes, is_prime,
    last_prime, nth_prime, pi,
};

const NEVER: &dyn Fn() -> bool = &|| false;

fn primes_of(range: NumberRange) -> Vec<u64> {
    let mut primes = Vec::new();
    let listed = PrimeSieve::new().for_each(range, NEVER, |p| {
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
fn all_ranges_of_small_numbers() {
    let mut sieve = PrimeSieve::new();
    for start in 0..70 {
        for end in 0..130 {
            let primes: Vec<u64> = (start..=end).filter(|&n| by_division(n)).collect();
            let range = NumberRange { start, end };
            assert_eq!(sieve.count(range, NEVER), Ok(primes.len() as u64), "{range:?}");
            assert_eq!(primes_of(range), primes, "{range:?}");
            assert_eq!(last_prime(range), primes.last().copied(), "{range:?}");
        }
    }
}

#[test]
fn the_largest_64_bit_numbers() {
    // The greatest primes below 2^64 are 2^64 - 59 and 2^64 - 83.
    let top = u64::MAX;
    let primes = [top - 82, top - 58];
    assert_eq!(primes_of(NumberRange { start: top - 82, end: top }), primes);
    assert!(primes_of(NumberRange { start: top, end: top }).is_empty());
    assert_eq!(last_prime(NumberRange { start: 0, end: top }), Some(primes[1]));
    assert_eq!(
        first_primes(&mut PrimeSieve::new(), NumberRange { start: top - 82, end: top }, 5, NEVER),
        Ok(primes.to_vec())
    );
}

#[test]
fn ranges_across_borders_of_segments_and_stripes() {
    // Segments and stripes of a sieve from 0 on end at multiples of 30 times a power of two.
    let mut sieve = PrimeSieve::new();
    for power in [12, 15, 17, 18, 19, 20] {
        let border = 30u64 << power;
        let (start, end) = (border - 400, border + 400);
        let expected = (start..=end).filter(|&n| by_division(n)).count() as u64;
        let before = sieve.count(NumberRange { start: 0, end: start - 1 }, NEVER).unwrap();
        assert_eq!(sieve.count(NumberRange { start, end }, NEVER), Ok(expected));
        assert_eq!(sieve.count(NumberRange { start: 0, end }, NEVER), Ok(before + expected));
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
fn empty_ranges_have_no_primes() {
    for end in [4, 1 << 60] {
        let empty = NumberRange { start: end + 1, end };
        assert_eq!(PrimeSieve::new().count(empty, NEVER), Ok(0));
        assert_eq!((primes_of(empty), last_prime(empty)), (vec![], None));
    }
}

#[test]
fn parts_of_pi_add_up_to_the_whole() {
    for (x, count) in [(999_983, 78_498), (1_000_000_000_000, 37_607_912_018)] {
        let tables = PiTables::new(x, NEVER).unwrap();
        for parts in [1, 2, 7] {
            let found: Vec<PiPart> =
                (0..parts).map(|part| tables.part(part, parts, NEVER).unwrap()).collect();
            assert_eq!(PiPart::add_up(&found), count, "{x} in {parts} parts");
        }
    }
}

#[test]
fn large_sieving_primes() {
    // As primesieve 11.0 counts them: the sieving primes are kept, or generated for one stripe.
    for (start, numbers, count) in [(10u64.pow(15), 20_000_000, 578_837), (10u64.pow(18), 5_000_000, 121_045)]
    {
        assert_eq!(PrimeSieve::new().count(NumberRange { start, end: start + numbers }, NEVER), Ok(count));
    }
}

#[test]
fn sieving_primes_join_while_sieving() {
    // The square of 2^19, above which primes are in buckets, lies in the range.
    let range = NumberRange { start: 274_600_000_000, end: 275_200_000_000 };
    let difference = pi(range.end, NEVER).and_then(|end| Ok(end - pi(range.start - 1, NEVER)?));
    assert_eq!(PrimeSieve::new().count(range, NEVER), difference);
}

#[test]
fn work_stops_on_request() {
    let calls_so_far = Cell::new(0);
    let stop = || {
        calls_so_far.set(calls_so_far.get() + 1);
        calls_so_far.get() > 3
    };
    let range = NumberRange { start: 0, end: u64::MAX };
    assert_eq!(PrimeSieve::new().count(range, &stop), Err(SieveStopped));
    assert_eq!(pi(u64::MAX >> 8, &|| true), Err(SieveStopped));

    // Work that was stopped must not affect the next result.
    let mut sieve = PrimeSieve::new();
    let long = NumberRange { start: 1_000_000_000_000_000, end: 1_000_000_020_000_000 };
    for calls in [1, 5, 30, 100] {
        let calls_so_far = Cell::new(0);
        let stop_early = || {
            calls_so_far.set(calls_so_far.get() + 1);
            calls_so_far.get() > calls
        };
        assert_eq!(
            sieve.count(NumberRange { start: 1 << 60, end: (1 << 60) + (1 << 30) }, &stop_early),
            Err(SieveStopped)
        );
        assert_eq!(sieve.count(long, NEVER), PrimeSieve::new().count(long, NEVER));
    }
}

#[test]
fn strong_pseudoprimes_are_not_prime() {
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
    let mut sieve = PrimeSieve::new();
    for p in (1000..1200).chain(9500..9600).filter(|&p| is_prime(p)) {
        for x in [p * p - 1, p * p, p * p + 1] {
            assert_eq!(pi(x, NEVER), sieve.count(NumberRange { start: 0, end: x }, NEVER), "{x}");
        }
    }
    for p in (101..450).filter(|&p| is_prime(p)) {
        let x = p * p * p;
        assert_eq!(pi(x, NEVER), sieve.count(NumberRange { start: 0, end: x }, NEVER), "{x}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_sieve_agrees_with_the_primality_test(bits in 0u32..64, low in any::<u64>(), length in 0u64..3000) {
        let start = low >> bits;
        let range = NumberRange { start, end: start.saturating_add(length) };
        let expected: Vec<u64> = (range.start..=range.end).filter(|&n| is_prime(n)).collect();
        prop_assert_eq!(PrimeSieve::new().count(range, NEVER), Ok(expected.len() as u64));
        prop_assert_eq!(first_primes(&mut PrimeSieve::new(), range, 7, NEVER), Ok(expected.iter().copied().take(7).collect()));
        prop_assert_eq!(last_prime(range), expected.last().copied());
        prop_assert_eq!(primes_of(range), expected);
    }

    #[test]
    fn a_range_is_the_sum_of_its_parts(start in 0u64..1 << 44, length in 0u64..1 << 22, cut in 0.0..1.0f64) {
        let middle = start + (cut * length as f64) as u64;
        let mut sieve = PrimeSieve::new();
        let mut count = |start, end| sieve.count(NumberRange { start, end }, NEVER).unwrap();
        prop_assert_eq!(count(start, middle) + count(middle + 1, start + length), count(start, start + length));
    }

    #[test]
    fn pi_agrees_with_the_sieve(x in 0u64..100_000_000) {
        prop_assert_eq!(pi(x, NEVER), PrimeSieve::new().count(NumberRange { start: 0, end: x }, NEVER));
    }
}

#[test]
fn primes_are_found_by_their_ordinals() {
    let mut ordinal = 0;
    for prime in primes_of(NumberRange { start: 0, end: 3000 }) {
        ordinal += 1;
        assert_eq!(nth_prime(ordinal, NEVER), Ok(Some(prime)));
    }
    // As primesieve -n has them.
    for (nth, prime) in [(1_000_000, 15_485_863), (1_000_000_000, 22_801_763_489)] {
        assert_eq!(nth_prime(nth, NEVER), Ok(Some(prime)));
    }
    assert_eq!([nth_prime(0, NEVER), nth_prime(MAX_NTH + 1, NEVER)], [Ok(None), Ok(None)]);
    assert_eq!(nth_prime(1_000_000_000_000, &|| true), Err(SieveStopped));
}

#[test]
fn tuplets_are_those_of_primesieve() {
    let sizes = [2, 3, 4, 5, 6];
    let mut sieve = PrimeSieve::new();
    // As primesieve 0 1e8 -c2 to -c6 counts them; none begins below 10^8 and ends above.
    let range = NumberRange { start: 0, end: 100_000_000 };
    assert_eq!(count_tuples(&mut sieve, range, &sizes, NEVER), Ok(vec![440_312, 111_156, 4_768, 1_383, 82]));
    let high = NumberRange { start: 1_000_000_000_000, end: 1_000_100_000_000 };
    assert_eq!(count_tuples(&mut sieve, high, &[2], NEVER), Ok(vec![172_900]));
    let top = NumberRange { start: u64::MAX - 1000, end: u64::MAX };
    assert!(count_tuples(&mut sieve, top, &sizes, NEVER).is_ok());
}
