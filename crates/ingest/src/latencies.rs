//! Latencies of the requests of one shard, in bounded memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ddsketch::DdSketch;
use crate::latency_sums::LatencySums;
use crate::packed_run::{PackedRun, RunPacker};
use crate::radix_group::RadixGrouper;

/// Latencies that are gathered before they are packed.
const PENDING_LIMIT: usize = 1 << 16;

/// The latencies of some requests, in nanoseconds, none above [`crate::parse::MAX_LATENCY_NS`].
///
/// All latencies are kept, packed, while they fit into the memory limit; beyond it only a sketch of them
/// remains. Either way count, sums, minimum and maximum are exact.
#[derive(Debug)]
pub(crate) struct LatencyRecorder {
    /// Latencies that are not packed yet, below 2^32 ns (4.3 seconds).
    pending: Vec<u32>,
    /// Latencies that are not packed yet, of 2^32 ns and more.
    long: Vec<u64>,
    grouper: RadixGrouper,
    sums: LatencySums,
    store: LatencyStore,
    memory_limit: usize,
}

/// Packed latencies: all of them, or a sketch.
#[derive(Debug)]
enum LatencyStore {
    Runs(Vec<PackedRun>),
    Sketch(DdSketch),
}

/// A part of the latencies that a shard emits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LatencyPart {
    /// A packed run in base64. A raw value, because serde would search a string for characters to escape.
    Run(Box<RawValue>),
    /// All latencies, as a sketch.
    Sketch(DdSketch),
}

impl LatencyRecorder {
    /// Creates a recorder that keeps at most `memory_limit` bytes of packed latencies.
    pub(crate) fn new(memory_limit: usize) -> Self {
        Self {
            pending: Vec::new(),
            long: Vec::new(),
            grouper: RadixGrouper::default(),
            sums: LatencySums::default(),
            store: LatencyStore::Runs(Vec::new()),
            memory_limit,
        }
    }

    /// Adds a latency.
    #[inline]
    pub(crate) fn add(&mut self, latency: u64) {
        match u32::try_from(latency) {
            Ok(latency) => self.pending.push(latency),
            Err(_) => self.long.push(latency),
        }
        if self.pending.len() >= PENDING_LIMIT || self.long.len() >= PENDING_LIMIT {
            self.pack();
        }
    }

    /// Packs the pending latencies.
    fn pack(&mut self) {
        self.sums.merge(&LatencySums::of_short(&self.pending));
        self.long.iter().for_each(|latency| self.sums.add(*latency));
        match &mut self.store {
            LatencyStore::Runs(runs) => {
                let mut packer = RunPacker::default();
                self.grouper.group(&self.pending, |high, lows| packer.block(high, lows));
                self.long.sort_unstable();
                let groups = self.long.chunk_by(|one, other| one == other);
                groups.for_each(|same| packer.push(same[0], same.len() as u64));
                runs.push(packer.finish());
            }
            LatencyStore::Sketch(sketch) => {
                self.pending.iter().for_each(|latency| sketch.add((*latency).into(), 1));
                self.long.iter().for_each(|latency| sketch.add(*latency, 1));
            }
        }
        self.pending.clear();
        self.long.clear();
        self.compact();
    }

    /// Merges the runs if they exceed the memory limit. If merging does not help, because few latencies are
    /// equal, only a sketch remains.
    fn compact(&mut self) {
        let LatencyStore::Runs(runs) = &mut self.store else { return };
        if runs.iter().map(|run| run.0.len()).sum::<usize>() <= self.memory_limit {
            return;
        }
        // Half of the limit: a merged run that only just fits would be merged again after every few latencies.
        if let Some(run) = merge_runs(runs, self.memory_limit / 2) {
            *runs = vec![run];
            return;
        }
        let mut sketch = DdSketch::default();
        runs.iter()
            .flat_map(PackedRun::blocks)
            .for_each(|block| block.each(|latency, count| sketch.add(latency, count)));
        self.store = LatencyStore::Sketch(sketch);
    }

    /// Returns the sums, and the parts of the latencies themselves.
    pub(crate) fn into_parts(mut self) -> (LatencySums, impl Iterator<Item = LatencyPart>) {
        self.pack();
        self.pending = Vec::new();
        self.grouper = RadixGrouper::default();
        let (runs, sketch) = match self.store {
            LatencyStore::Runs(runs) => (runs, None),
            LatencyStore::Sketch(sketch) => (Vec::new(), Some(sketch)),
        };
        let runs = runs.into_iter().filter(|run| !run.0.is_empty());
        let runs = runs.map(|run| {
            let mut text = String::from('"');
            STANDARD_NO_PAD.encode_string(run.0, &mut text);
            text.push('"');
            LatencyPart::Run(RawValue::from_string(text).expect("letters in quotes are JSON"))
        });
        (self.sums, runs.chain(sketch.map(LatencyPart::Sketch)))
    }
}

/// Merges runs into one, or returns `None` if the result is longer than `max_bytes`.
fn merge_runs(runs: &[PackedRun], max_bytes: usize) -> Option<PackedRun> {
    let mut cursors: Vec<_> = runs.iter().map(|run| run.blocks().peekable()).collect();
    let mut packer = RunPacker::default();
    let mut numbers = Vec::new();
    while let Some(high) = cursors.iter_mut().filter_map(|blocks| Some(blocks.peek()?.high)).min() {
        numbers.clear();
        for blocks in &mut cursors {
            if let Some(block) = blocks.next_if(|block| block.high == high) {
                block.each(|latency, count| numbers.push((latency, count)));
            }
        }
        numbers.sort_unstable();
        for same in numbers.chunk_by(|one, other| one.0 == other.0) {
            packer.push(same[0].0, same.iter().map(|(_, count)| count).sum());
        }
        if packer.len() > max_bytes {
            return None;
        }
    }
    Some(packer.finish())
}
