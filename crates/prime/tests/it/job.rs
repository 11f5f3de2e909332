//! The job gives the same result however its ranges are cut.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use streamguard_engine::testing::check_job;
use streamguard_engine::{CancelToken, CompletionStatus, JobSummary, RunOptions};
use streamguard_prime::arithmetic::{NumberRange, is_prime, pi};
use streamguard_prime::{NamedRange, PrimeFile, PrimeFileFormat, PrimeJob, PrimeShard};

fn named(start: u64, end: u64) -> NamedRange {
    NamedRange { range: NumberRange { start, end }, description: String::new() }
}

fn run(job: PrimeJob, workers: usize) -> JobSummary {
    let options = RunOptions { workers, ..RunOptions::default() };
    let finished = streamguard_engine::run(vec![Arc::new(job)], &options, None, &mut ()).unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete);
    finished.state.jobs[0].summary.clone()
}

fn prime_file(folder: &tempfile::TempDir, format: PrimeFileFormat) -> Option<PrimeFile> {
    Some(PrimeFile { file: folder.path().join("primes"), format })
}

#[test]
fn the_job_keeps_the_contract_of_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let ranges = vec![named(0, 3_000_000), named(500_000, 500_000_000), named(u64::MAX - 5000, u64::MAX)];
    for count_only in [false, true] {
        let job = PrimeJob::new(ranges.clone(), 3)
            .counting_only(count_only)
            .writing_to(prime_file(&folder, PrimeFileFormat::Binary));
        check_job(&job, serde_json::from_value::<PrimeJob>).unwrap();
    }
}

#[test]
fn overlapping_ranges_have_their_own_figures() {
    let ranges = vec![named(1, 100), named(11, 20), named(90, 130), named(24, 28)];
    let summary = run(PrimeJob::new(ranges, 2), 2);
    let figure = |name: &str| summary.metrics[name].clone();
    assert_eq!([figure("numbers"), figure("primes")], [json!(156), json!(25 + 4 + 7)]);
    assert_eq!([figure("different_numbers"), figure("different_primes")], [json!(130), json!(31)]);
    assert_eq!([figure("smallest"), figure("largest")], [json!(2), json!(127)]);
    let column = |at: usize| summary.tables[0].rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>();
    assert_eq!(column(4), [json!(25), json!(4), json!(7), json!(0)]);
    assert_eq!(column(5), [json!(0.25), json!(0.4), json!(0.17073171), json!(0.0)]);
    assert_eq!(column(6), [json!(2), json!(11), json!(97), Value::Null]);
    assert_eq!(column(7), [json!(97), json!(19), json!(127), Value::Null]);
    let first = &summary.tables[1].rows;
    assert_eq!(
        first[0][1],
        json!([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71])
    );
    assert_eq!(first[1], [json!("11..20"), json!([11, 13, 17, 19])]);
}

#[test]
fn counting_only_gives_the_same_counts() {
    // One range is counted by pi, the other by the sieve.
    let ranges = vec![named(1, 10_000_000_000), named(1_000_000_000_000, 1_000_001_000_000)];
    let counted = run(PrimeJob::new(ranges, 2).counting_only(true), 2);
    assert_eq!(counted.tables[0].rows[0][4], json!(455_052_511));
    assert_eq!(counted.tables[0].rows[1][4], json!(36_249));
    assert!(!counted.metrics.contains_key("smallest"));
}

#[test]
fn all_64_bit_numbers_can_be_planned() {
    let job = PrimeJob::new(vec![named(0, u64::MAX), named(u64::MAX, u64::MAX)], 4);
    let planning = streamguard_engine::PlanContext {
        clock_ms: 0,
        cancel: CancelToken::new(),
        results: streamguard_engine::EarlierResults::default(),
    };
    let shards = streamguard_engine::Job::plan(&job, &planning).unwrap().shards().len();
    assert!((10_000..20_000).contains(&shards), "{shards}");
}

#[test]
fn known_counts_up_to_10_to_the_12() {
    // https://oeis.org/A006880
    let known = [4, 25, 168, 1229, 9592, 78_498, 664_579, 5_761_455, 50_847_534, 455_052_511, 4_118_054_813];
    let known = known.into_iter().chain([37_607_912_018]);
    for (k, count) in (1..).zip(known) {
        assert_eq!(pi(10u64.pow(k), &|| false), Ok(count), "10^{k}");
        let summary = run(PrimeJob::new(vec![named(0, 10u64.pow(k))], 2).counting_only(true), 2);
        assert_eq!(summary.metrics["primes"], json!(count), "10^{k}");
    }
}

#[test]
fn many_small_ranges_share_shards() {
    let job = PrimeJob::new((0..10_000).map(|at| named(at * 100, at * 100 + 40)).collect(), 4);
    let planning = streamguard_engine::PlanContext {
        clock_ms: 0,
        cancel: CancelToken::new(),
        results: streamguard_engine::EarlierResults::default(),
    };
    assert!(streamguard_engine::Job::plan(&job, &planning).unwrap().shards().len() < 1000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_result_is_that_of_testing_every_number(
        ranges in prop::collection::vec((0u64..3000, 0u64..900), 1..6),
        high in any::<u64>(),
        workers in 1u16..5,
    ) {
        let mut ranges: Vec<_> = ranges.into_iter().map(|(start, length)| named(start, start + length)).collect();
        ranges.push(named(high, high.saturating_add(300)));
        let primes = |range: NumberRange| (range.start..=range.end).filter(|&n| is_prime(n)).collect::<Vec<u64>>();
        let mut all: Vec<u64> = ranges.iter().flat_map(|named| primes(named.range)).collect();
        let sum = all.len();
        all.sort_unstable();
        all.dedup();

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("primes");
        let job = PrimeJob::new(ranges.clone(), workers).writing_to(prime_file(&folder, PrimeFileFormat::Text));
        let summary = run(job, workers.into());
        prop_assert_eq!(&summary.metrics["primes"], &json!(sum));
        for (named, row) in ranges.iter().zip(&summary.tables[0].rows) {
            let primes = primes(named.range);
            prop_assert_eq!(&row[4], &json!(primes.len()));
            prop_assert_eq!(&row[6..8], &[json!(primes.first()), json!(primes.last())]);
        }
        for (named, row) in ranges.iter().zip(&summary.tables[1].rows) {
            prop_assert_eq!(&row[1], &json!(primes(named.range).iter().take(20).collect::<Vec<_>>()));
        }
        let text: String = all.iter().map(|prime| format!("{prime}\n")).collect();
        prop_assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        run(PrimeJob::new(ranges, workers).writing_to(prime_file(&folder, PrimeFileFormat::Binary)), 1);
        let bytes: Vec<u8> = all.iter().flat_map(|prime| prime.to_le_bytes()).collect();
        prop_assert_eq!(std::fs::read(&file).unwrap(), bytes);
    }

    #[test]
    fn the_result_is_the_same_for_any_cut(start in 0u64..1 << 40, length in 0u64..80_000_000, cuts in prop::collection::vec(0.0..1.0f64, 0..5), workers in 1u16..40) {
        let whole = named(start, start + length);
        let expected = run(PrimeJob::new(vec![whole.clone()], 1), 1);
        let other = run(PrimeJob::new(vec![whole], workers), 3);
        prop_assert_eq!(&other, &expected);
        // The same numbers, given as several ranges.
        let mut borders: Vec<u64> = cuts.iter().map(|cut| start + (cut * length as f64) as u64).collect();
        borders.extend([start, start + length + 1]);
        borders.sort_unstable();
        borders.dedup();
        let parts: Vec<_> = borders.windows(2).map(|pair| named(pair[0], pair[1] - 1)).collect();
        let parts = run(PrimeJob::new(parts, workers), 2);
        for name in ["numbers", "primes", "density", "smallest", "largest"] {
            prop_assert_eq!(&parts.metrics[name], &expected.metrics[name], "{}", name);
        }
    }
}

#[test]
fn tuplets_belong_to_the_ranges_that_hold_all_their_primes() {
    // The first range cuts the twins 101, 103 and the quadruplet 101, 103, 107, 109; pieces cut nothing.
    let ranges = vec![named(1, 102), named(90, 110), named(100, 5_000_000), named(5_000_001, 9_000_000)];
    for workers in [1, 3] {
        let job = PrimeJob::new(ranges.clone(), workers).counting_only(true).counting_tuples(vec![2, 4]);
        let summary = run(job, workers.into());
        let table = summary.tables.iter().find(|table| table.title == "Prime tuplets").unwrap();
        assert_eq!(table.columns, ["range", "twins", "quadruplets"]);
        assert_eq!(table.rows[0][1..], [json!(8), json!(2)]);
        assert_eq!(table.rows[1][1..], [json!(2), json!(1)]);
        let by_hand = |from: u64, to: u64| {
            (from..=to - 2).filter(|n| n % 2 == 1 && is_prime(*n) && is_prime(n + 2)).count()
        };
        assert_eq!(table.rows[3][1], json!(by_hand(5_000_001, 9_000_000)));
    }
}

#[test]
fn ranges_side_by_side_are_counted_as_one_would_be() {
    let borders = [0, 2_000_000_000, 5_000_000_000, 30_000_000_000, 60_000_000_000];
    let ranges: Vec<NamedRange> = borders.windows(2).map(|pair| named(pair[0] + 1, pair[1])).collect();
    for workers in [1, 2] {
        let summary = run(PrimeJob::new(ranges.clone(), workers).counting_only(true), workers.into());
        let counts = summary.tables[0].rows.iter().map(|row| row[4].as_u64().unwrap());
        let never = || false;
        let expected =
            borders.windows(2).map(|pair| pi(pair[1], &never).unwrap() - pi(pair[0], &never).unwrap());
        assert!(counts.eq(expected));
    }
    // The same with bounds that belong to two ranges; none of them is prime.
    let shared = borders.windows(2).map(|pair| named(pair[0], pair[1])).collect();
    let summary = run(PrimeJob::new(shared, 1).counting_only(true), 1);
    assert_eq!(summary.metrics["primes"], json!(pi(60_000_000_000, &|| false).unwrap()));
}

#[test]
fn each_border_is_counted_once_and_in_parts() {
    // Each bound but the outermost belongs to two ranges.
    let tenth = 10_000_000_000_000;
    let ranges: Vec<NamedRange> = (0..10).map(|at| named(at * tenth, (at + 1) * tenth)).collect();
    let planning = streamguard_engine::PlanContext {
        clock_ms: 0,
        cancel: CancelToken::new(),
        results: streamguard_engine::EarlierResults::default(),
    };
    for workers in [1, 4] {
        let job = PrimeJob::new(ranges.clone(), workers).counting_only(true);
        let plan = streamguard_engine::Job::plan(&job, &planning).unwrap();
        let (mut borders, mut parts_planned, mut stepped) = (Vec::new(), 0, 0);
        for shard in plan.shards() {
            match shard.payload.read::<PrimeShard>().unwrap() {
                PrimeShard::Borders { borders: whole } => borders.extend(whole),
                PrimeShard::BorderPart { border, part, parts } => {
                    if part == 0 {
                        borders.push(border);
                    }
                    parts_planned += u64::from(parts > 1);
                }
                PrimeShard::Steps { steps } => {
                    stepped += steps.iter().map(|step| step.numbers()).sum::<u128>()
                }
                // The bounds that two ranges share.
                PrimeShard::Pieces(pieces) => assert!(pieces.iter().all(|piece| piece.numbers() == 1)),
                PrimeShard::Ordinal { .. } => panic!("{:?}", shard.payload),
            }
        }
        borders.sort_unstable();
        assert!(
            borders.iter().copied().eq((1..=10).map(|at| at * tenth - u64::from(at < 10))),
            "{borders:?}"
        );
        assert_eq!(parts_planned > 10, workers > 1);
        // Only the bounds themselves are sieved.
        assert_eq!(stepped, 9);
    }
}

#[test]
fn ordinals_are_found_in_the_order_in_which_they_are_asked() {
    let job = PrimeJob::of_ordinals(vec![1_000_000, 1]);
    check_job(&job, serde_json::from_value::<PrimeJob>).unwrap();
    let rows = &run(job, 2).tables[0].rows;
    assert_eq!(rows[..], [vec![json!(1_000_000), json!(15_485_863)], vec![json!(1), json!(2)]]);
}
