//! Quantiles of the latencies of all shards.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::ddsketch::DdSketch;
use crate::latencies::LatencyPart;
use crate::latency_sums::LatencySums;
use crate::packed_run::{LOW_BITS, PackedRun};

/// The latencies of all shards of a run.
#[derive(Debug, Default)]
pub(crate) struct MergedLatencies {
    runs: Vec<PackedRun>,
    sketch: Option<DdSketch>,
}

impl MergedLatencies {
    /// Adds a part that a shard emitted.
    ///
    /// # Errors
    /// A description if the part is damaged.
    pub(crate) fn add(&mut self, part: LatencyPart) -> Result<(), String> {
        match part {
            LatencyPart::Run(text) => {
                let bytes = STANDARD_NO_PAD.decode(text.get().trim_matches('"'));
                let bytes = bytes.map_err(|error| error.to_string())?;
                self.runs.push(PackedRun(bytes));
            }
            LatencyPart::Sketch(sketch) => self.sketch.get_or_insert_default().merge(&sketch),
        }
        Ok(())
    }

    /// Returns whether all latencies are known one by one.
    pub(crate) fn is_exact(&self) -> bool {
        self.sketch.is_none()
    }

    /// Calls `take` with each latency in nanoseconds and its count, in any order; a latency may come several times.
    /// Those of a sketch are within its error.
    pub(crate) fn each(&self, mut take: impl FnMut(u64, u64)) {
        let blocks = self.runs.iter().flat_map(PackedRun::blocks);
        blocks.for_each(|block| block.each(&mut take));
        self.sketch.iter().flat_map(DdSketch::buckets).for_each(|(latency, count)| take(latency, count));
    }

    /// Returns the `wanted` quantiles in nanoseconds, interpolated between the two closest ranks.
    ///
    /// This is definition 7 of Hyndman and Fan ("Sample Quantiles in Statistical Packages", The American
    /// Statistician 50, 1996), the default of numpy and the `quantile_cont` of SQL.
    pub(crate) fn quantiles<const N: usize>(
        mut self,
        sums: &LatencySums,
        wanted: [f64; N],
    ) -> Option<[f64; N]> {
        let last = sums.count.checked_sub(1)?;
        if let Some(sketch) = &mut self.sketch {
            let blocks = self.runs.iter().flat_map(PackedRun::blocks);
            blocks.for_each(|block| block.each(|latency, count| sketch.add(latency, count)));
            self.runs.clear();
        }
        // One shard with a sketch is enough to lose the exact ranks: the runs of the others join the sketch.
        let positions = wanted.map(|quantile| last as f64 * quantile);
        let ranks =
            positions.map(|position| [position.floor() as u64, last.min(position.floor() as u64 + 1)]);
        let latencies = match &self.sketch {
            Some(sketch) => {
                ranks.map(|ranks| ranks.map(|rank| sketch.value_at_rank(rank).clamp(sums.min, sums.max)))
            }
            None => values_at_ranks(&self.runs, ranks),
        };
        let mut quantiles = positions;
        for (quantile, [low, high]) in quantiles.iter_mut().zip(latencies) {
            *quantile = low as f64 + (high as f64 - low as f64) * quantile.fract();
        }
        Some(quantiles)
    }
}

/// Returns the latencies of these ranks, counted from 0.
///
/// There are many blocks, so all ranks are searched at once: first for the upper bits of each, then among the
/// latencies of the few blocks with these bits.
fn values_at_ranks<const N: usize>(runs: &[PackedRun], ranks: [[u64; 2]; N]) -> [[u64; 2]; N] {
    // Unpacking all latencies at once would take several times the memory of the packed runs.
    let blocks = || runs.iter().flat_map(PackedRun::blocks);
    let mut sizes = BTreeMap::<u64, u64>::new();
    blocks().for_each(|block| *sizes.entry(block.high).or_default() += block.count);
    let sizes = || sizes.iter().map(|(high, size)| (*high, *size));
    let positions = ranks.map(|ranks| ranks.map(|rank| group_at_rank(sizes(), rank)));
    let highs = positions.iter().flatten().map(|(high, _)| *high);
    let mut counts: BTreeMap<u64, Vec<u64>> = highs.map(|high| (high, vec![0; 1 << LOW_BITS])).collect();
    for block in blocks() {
        if let Some(counts) = counts.get_mut(&block.high) {
            block.each(|latency, count| counts[latency as usize % (1 << LOW_BITS)] += count);
        }
    }
    positions.map(|positions| {
        positions.map(|(high, rank)| {
            let (low, _) = group_at_rank((0..).zip(counts[&high].iter().copied()), rank);
            (high << LOW_BITS) | low
        })
    })
}

/// Returns the group that holds a rank, and the rank within the group. Returns the first if none holds the
/// rank.
fn group_at_rank(groups: impl Iterator<Item = (u64, u64)>, mut rank: u64) -> (u64, u64) {
    for (group, size) in groups {
        if rank < size {
            return (group, rank);
        }
        rank -= size;
    }
    (0, 0)
}
