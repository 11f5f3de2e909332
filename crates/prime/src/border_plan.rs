//! Counting up to the borders of ranges, so that the ranges themselves need not be sieved.
//!
//! The primes of a range are pi(end) - pi(start - 1). Each of these numbers is a border and is counted once, whatever
//! ranges begin or end there. A border close behind another one is reached by sieving the step between them.

use std::collections::{BTreeMap, BTreeSet};

use crate::arithmetic::{NumberRange, PiPart, pi_cost, sieve_cost};
use crate::job::PrimeShard;
use crate::piece_results::{PieceResult, PrimeRecord};
use crate::shard_plan::{PIECE_OVERHEAD_NS, cut_range, grouped};

/// Shortest estimated time of a part of a count, in nanoseconds.
const MIN_PART_COST_NS: f64 = 2e7;

/// Longest estimated time of a part of a count, and of a step that is sieved at once, in nanoseconds.
const MAX_PART_COST_NS: f64 = 5e9;

/// Parts into which all counts together are split for each worker, enough to keep all workers busy to the end.
const PARTS_PER_WORKER: f64 = 6.0;

/// Returns the shards that count the primes up to the borders of some disjoint ranges in ascending order.
pub(crate) fn plan_borders(ranges: &[NumberRange], workers: u16) -> Vec<PrimeShard> {
    // Nothing is prime up to 0.
    let borders: BTreeSet<u64> = ranges
        .iter()
        .flat_map(|range| [range.start.saturating_sub(1), range.end])
        .filter(|&border| border > 0)
        .collect();
    let (mut counted, mut steps) = (Vec::new(), Vec::new());
    let mut previous: Option<u64> = None;
    for border in borders {
        let step = previous.map(|previous| NumberRange { start: previous + 1, end: border });
        match step.filter(|&step| sieve_cost(step) < pi_cost(border)) {
            Some(step) => {
                let pieces = (sieve_cost(step) / MAX_PART_COST_NS).ceil().max(1.0);
                steps.extend(cut_range(step, (step.numbers() as f64 / pieces).ceil() as u64));
            }
            None => counted.push(border),
        }
        previous = Some(border);
    }
    let mut shards = count_shards(&counted, workers);
    let groups = grouped(&steps, |&step| PIECE_OVERHEAD_NS + sieve_cost(step));
    shards.extend(groups.map(|steps| PrimeShard::Steps { steps }));
    shards
}

/// Returns the shards that count up to each border by itself.
fn count_shards(borders: &[u64], workers: u16) -> Vec<PrimeShard> {
    let total_cost: f64 = borders.iter().map(|&border| pi_cost(border)).sum();
    let part_cost = match workers {
        0 | 1 => MAX_PART_COST_NS,
        _ => (total_cost / (PARTS_PER_WORKER * f64::from(workers))).clamp(MIN_PART_COST_NS, MAX_PART_COST_NS),
    };
    let (small, large): (Vec<u64>, Vec<u64>) =
        borders.iter().partition(|&&border| pi_cost(border) <= part_cost);
    let mut shards = Vec::new();
    // The longest first, so that no worker begins it when the others are done.
    for border in large.into_iter().rev() {
        let parts = (pi_cost(border) / part_cost).ceil() as u32;
        shards.extend((0..parts).map(|part| PrimeShard::BorderPart { border, part, parts }));
    }
    let small: Vec<u64> = small.into_iter().rev().collect();
    shards.extend(grouped(&small, |&border| pi_cost(border)).map(|borders| PrimeShard::Borders { borders }));
    shards
}

/// The number of primes up to each border.
#[derive(Default)]
pub(crate) struct BorderCounts {
    counts: BTreeMap<u64, u64>,
    /// Parts of counts by border, of which some are not there yet.
    parts: BTreeMap<u64, BTreeMap<u32, PiPart>>,
    steps: Vec<(NumberRange, u64)>,
}

impl BorderCounts {
    /// Takes the record of a shard; returns that of a piece.
    pub(crate) fn take(&mut self, record: PrimeRecord) -> Option<PieceResult> {
        match record {
            PrimeRecord::Piece(piece) => return Some(piece),
            PrimeRecord::Border { border, primes } => {
                self.counts.insert(border, primes);
            }
            PrimeRecord::BorderPart { border, part, parts, found } => {
                let all = self.parts.entry(border).or_default();
                all.insert(part, found);
                if all.len() == parts as usize {
                    self.counts.insert(border, PiPart::add_up(&all.values().cloned().collect::<Vec<_>>()));
                    self.parts.remove(&border);
                }
            }
            PrimeRecord::Step { step, primes } => self.steps.push((step, primes)),
        }
        None
    }

    /// Returns the results of some ranges, as far as both their borders are known.
    pub(crate) fn into_pieces(mut self, ranges: &[NumberRange]) -> Vec<PieceResult> {
        self.counts.insert(0, 0);
        self.steps.sort_unstable_by_key(|(step, _)| step.start);
        for (step, primes) in self.steps {
            if let Some(before) = self.counts.get(&(step.start - 1)) {
                self.counts.insert(step.end, before + primes);
            }
        }
        let count = |range: &NumberRange| {
            Some(self.counts.get(&range.end)? - self.counts.get(&range.start.saturating_sub(1))?)
        };
        ranges
            .iter()
            .filter_map(|range| {
                Some(PieceResult {
                    range: *range,
                    count: count(range)?,
                    tuples: Vec::new(),
                    first: Vec::new(),
                    last: None,
                })
            })
            .collect()
    }
}
