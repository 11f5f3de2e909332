//! The figures of the ranges as metrics and tables.

use serde_json::{Value, json};
use streamguard_engine::{JobSummary, SummaryTable};

use crate::arithmetic::{count_crossing, tuple_name};
use crate::piece_results::{NthPrime, PieceResults, RangeStats};
use crate::range_spec::NamedRange;
use crate::shard_plan::disjoint_ranges;

/// Returns the summary of all ranges.
pub(crate) fn summarize(
    ranges: &[NamedRange],
    count_only: bool,
    tuples: &[u8],
    results: &PieceResults,
) -> JobSummary {
    let stats: Vec<RangeStats> = ranges.iter().map(|named| results.stats_of(named.range)).collect();
    let numbers: u128 = ranges.iter().map(|named| named.range.numbers()).sum();
    let distinct: u128 = disjoint_ranges(ranges).iter().map(|range| range.numbers()).sum();
    let covered: u128 = stats.iter().map(|stats| stats.covered).sum();
    let primes: u128 = stats.iter().map(|stats| u128::from(stats.count)).sum();
    let (distinct_covered, distinct_primes) = results.covered_and_count();

    let mut summary = JobSummary::default()
        .metric("ranges", ranges.len())
        .metric("numbers", whole_number(numbers))
        .metric("primes", whole_number(primes))
        .metric("density", density(primes, covered));
    if distinct < numbers {
        summary = summary
            .metric("different_numbers", whole_number(distinct))
            .metric("different_primes", distinct_primes);
    }
    if distinct_covered < distinct {
        summary = summary.metric("numbers_covered", whole_number(covered));
    }
    summary = summary.figure("Primes", grouped(primes), "").figure("Numbers", grouped(numbers), "");
    if !count_only {
        let largest = ends(&stats, |stats| stats.last).max();
        summary = summary
            .metric("smallest", ends(&stats, |stats| stats.first.first().copied()).min())
            .metric("largest", largest);
        if let Some(largest) = largest {
            summary = summary.figure("Largest prime", grouped(largest.into()), "");
        }
    }
    summary = summary.table(ranges_table(ranges, &stats, count_only));
    if !tuples.is_empty() {
        summary = summary.table(tuples_table(ranges, tuples, results));
    }
    if count_only { summary } else { summary.table(first_primes_table(ranges, &stats)) }
}

/// Returns the summary of primes that were found by their ordinals.
pub(crate) fn summarize_ordinals(primes: &[NthPrime]) -> JobSummary {
    let table = SummaryTable {
        title: "Primes".to_owned(),
        columns: vec!["n".to_owned(), "prime".to_owned()],
        rows: primes.iter().map(|found| vec![json!(found.nth), json!(found.prime)]).collect(),
    };
    JobSummary::default().metric("primes", primes.len()).table(table)
}

/// Returns the table of the tuplets that lie within each range.
fn tuples_table(ranges: &[NamedRange], sizes: &[u8], results: &PieceResults) -> SummaryTable {
    let row = |named: &NamedRange| {
        // One that begins at the very end of a range may end behind it.
        let crossing = count_crossing(named.range, sizes);
        let counts = results.tuples_from(named.range, sizes.len());
        let within =
            counts.iter().zip(crossing).map(|(count, crossing)| json!(count.saturating_sub(crossing)));
        std::iter::once(json!(named.to_string())).chain(within).collect()
    };
    let names = sizes.iter().map(|size| tuple_name(*size).to_owned());
    SummaryTable {
        title: "Prime tuplets".to_owned(),
        columns: std::iter::once("range".to_owned()).chain(names).collect(),
        rows: ranges.iter().map(row).collect(),
    }
}

/// Returns the first or last prime of each range that has one.
fn ends<'a>(
    stats: &'a [RangeStats],
    end: impl Fn(&RangeStats) -> Option<u64> + 'a,
) -> impl Iterator<Item = u64> + 'a {
    stats.iter().filter_map(end)
}

/// Returns the table with a row of figures for each range.
fn ranges_table(ranges: &[NamedRange], stats: &[RangeStats], count_only: bool) -> SummaryTable {
    let mut columns = vec!["description", "start", "end", "numbers", "primes", "density"];
    if !count_only {
        columns.extend(["smallest", "largest"]);
    }
    let is_partial = ranges.iter().zip(stats).any(|(named, stats)| stats.covered < named.range.numbers());
    if is_partial {
        columns.push("covered");
    }
    let row = |(named, stats): (&NamedRange, &RangeStats)| {
        let mut row = vec![
            json!(named.description),
            json!(named.range.start),
            json!(named.range.end),
            whole_number(named.range.numbers()),
            json!(stats.count),
            density(stats.count.into(), stats.covered),
        ];
        if !count_only {
            row.extend([json!(stats.first.first()), json!(stats.last)]);
        }
        if is_partial {
            row.push(whole_number(stats.covered));
        }
        row
    };
    SummaryTable {
        title: "Ranges".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: ranges.iter().zip(stats).map(row).collect(),
    }
}

/// Returns the table of the first primes of each range.
fn first_primes_table(ranges: &[NamedRange], stats: &[RangeStats]) -> SummaryTable {
    let row = |(named, stats): (&NamedRange, &RangeStats)| vec![json!(named.to_string()), json!(stats.first)];
    SummaryTable {
        title: "First primes".to_owned(),
        columns: vec!["range".to_owned(), "primes".to_owned()],
        rows: ranges.iter().zip(stats).map(row).collect(),
    }
}

/// Formats a number with a comma before every three digits.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

/// Converts a whole number to JSON, as text if readers limited to 64 bits could not hold it.
fn whole_number(number: u128) -> Value {
    u64::try_from(number).map_or_else(|_| json!(number.to_string()), Value::from)
}

/// Returns the share of primes among numbers, to eight digits; null if no number was examined.
fn density(primes: u128, numbers: u128) -> Value {
    match numbers {
        0 => Value::Null,
        _ => json!((primes as f64 / numbers as f64 * 1e8).round() / 1e8),
    }
}
