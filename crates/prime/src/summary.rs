//! The figures of the ranges as tables for people and reports.

use serde_json::{Value, json};
use streamguard_engine::{Summary, Table};

use super::named::NamedRange;
use super::pieces::disjoint;
use super::tally::{Figures, Tally};

/// The summary of all ranges.
pub(crate) fn of(ranges: &[NamedRange], count_only: bool, tally: &Tally) -> Summary {
    let figures: Vec<Figures> = ranges.iter().map(|named| tally.of(named.range)).collect();
    let numbers: u128 = ranges.iter().map(|named| named.range.numbers()).sum();
    let different: u128 = disjoint(ranges).iter().map(|range| range.numbers()).sum();
    let covered: u128 = figures.iter().map(|figures| figures.covered).sum();
    let primes: u128 = figures.iter().map(|figures| u128::from(figures.count)).sum();
    let (different_covered, different_primes) = tally.covered_and_count();

    let mut summary = Summary::default()
        .metric("ranges", ranges.len())
        .metric("numbers", whole(numbers))
        .metric("primes", whole(primes))
        .metric("density", density(primes, covered));
    if different < numbers {
        summary = summary
            .metric("different_numbers", whole(different))
            .metric("different_primes", different_primes);
    }
    if different_covered < different {
        summary = summary.metric("numbers_covered", whole(covered));
    }
    if !count_only {
        summary = summary
            .metric("smallest", ends(&figures, |figures| figures.first.first().copied()).min())
            .metric("largest", ends(&figures, |figures| figures.last).max());
    }
    summary = summary.table(by_range(ranges, &figures, count_only));
    if count_only { summary } else { summary.table(first_primes(ranges, &figures)) }
}

fn ends<'a>(
    figures: &'a [Figures],
    end: impl Fn(&Figures) -> Option<u64> + 'a,
) -> impl Iterator<Item = u64> + 'a {
    figures.iter().filter_map(end)
}

fn by_range(ranges: &[NamedRange], figures: &[Figures], count_only: bool) -> Table {
    let mut columns = vec!["description", "start", "end", "numbers", "primes", "density"];
    if !count_only {
        columns.extend(["smallest", "largest"]);
    }
    let is_partial =
        ranges.iter().zip(figures).any(|(named, figures)| figures.covered < named.range.numbers());
    if is_partial {
        columns.push("covered");
    }
    let row = |(named, figures): (&NamedRange, &Figures)| {
        let mut row = vec![
            json!(named.description),
            json!(named.range.start),
            json!(named.range.end),
            whole(named.range.numbers()),
            json!(figures.count),
            density(figures.count.into(), figures.covered),
        ];
        if !count_only {
            row.extend([json!(figures.first.first()), json!(figures.last)]);
        }
        if is_partial {
            row.push(whole(figures.covered));
        }
        row
    };
    Table {
        title: "Ranges".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: ranges.iter().zip(figures).map(row).collect(),
    }
}

fn first_primes(ranges: &[NamedRange], figures: &[Figures]) -> Table {
    let row =
        |(named, figures): (&NamedRange, &Figures)| vec![json!(named.to_string()), json!(figures.first)];
    Table {
        title: "First primes".to_owned(),
        columns: vec!["range".to_owned(), "primes".to_owned()],
        rows: ranges.iter().zip(figures).map(row).collect(),
    }
}

/// A whole number; as text if JSON readers of 64 bits could not hold it.
fn whole(number: u128) -> Value {
    u64::try_from(number).map_or_else(|_| json!(number.to_string()), Value::from)
}

/// Primes for each number, to eight digits; null if no number was looked at.
fn density(primes: u128, numbers: u128) -> Value {
    match numbers {
        0 => Value::Null,
        _ => json!((primes as f64 / numbers as f64 * 1e8).round() / 1e8),
    }
}
