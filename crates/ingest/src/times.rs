//! How long requests took: sums, and quantiles that are exact as long as there is room.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::run::{LOW_BITS, Packer, Run};
use super::sift::Sieve;
use super::sketch::Sketch;

/// Times that are gathered before they are packed.
const GATHERED: usize = 1 << 16;

/// The times of some requests, in nanoseconds, none above [`super::lines::LONGEST_TIME`].
///
/// All times are kept, packed, while they fit into the share of memory; beyond it
/// there is a sketch of them. Either way count, sums, least and greatest are exact.
#[derive(Debug)]
pub(super) struct Times {
    gathered: Vec<u32>,
    /// Those of 4.3 seconds and more.
    long: Vec<u64>,
    sieve: Sieve,
    sums: Sums,
    kept: Kept,
    share: usize,
}

/// What is added up of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sums {
    /// How many there are.
    pub(super) count: u64,
    /// Their sum.
    pub(super) sum: u128,
    /// The sum of their squares.
    pub(super) squares: u128,
    /// The least of them; 0 if there is none.
    pub(super) least: u64,
    /// The greatest of them.
    pub(super) greatest: u64,
}

#[derive(Debug)]
enum Kept {
    Runs(Vec<Run>),
    Sketch(Sketch),
}

/// A part of what a shard hands on of its times.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// A packed run, as a string in base64. (Who writes or reads it as text looks for escapes in it.)
    Run(Box<RawValue>),
    /// All of them, as a sketch.
    Sketch(Buckets),
}

/// A sketch on its way to the merge.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Buckets(Sketch);

impl Sums {
    /// The sums of short times.
    fn of(times: &[u32]) -> Self {
        let sum: u64 = times.iter().map(|time| u64::from(*time)).sum();
        let squares = times.iter().map(|time| u128::from(u64::from(*time).pow(2))).sum();
        Self {
            count: times.len() as u64,
            sum: sum.into(),
            squares,
            least: times.iter().min().copied().unwrap_or(0).into(),
            greatest: times.iter().max().copied().unwrap_or(0).into(),
        }
    }

    fn add(&mut self, time: u64) {
        self.least = if self.count == 0 { time } else { self.least.min(time) };
        self.greatest = self.greatest.max(time);
        self.count += 1;
        self.sum += u128::from(time);
        self.squares += u128::from(time).pow(2);
    }

    /// Adds the sums of other times.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.least = if self.count == 0 { other.least } else { self.least.min(other.least) };
        self.greatest = self.greatest.max(other.greatest);
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// The mean, in nanoseconds.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The standard deviation of a sample (divided by the count less one), in nanoseconds. Until
    /// the last step it is computed in integers, so that nothing cancels out.
    pub(super) fn deviation(&self) -> Option<f64> {
        let count = u128::from(self.count);
        if count < 2 {
            return None;
        }
        let (mean, rest) = (self.sum / count, self.sum % count);
        // The sum of squared distances from the mean that is rounded down, and what that is too much.
        let around = self.squares - mean * (self.sum + rest);
        let squares = around as f64 - rest as f64 * rest as f64 / count as f64;
        Some((squares / (count - 1) as f64).sqrt())
    }
}

impl Times {
    /// Keeps at most `share` bytes of packed times.
    pub(super) fn new(share: usize) -> Self {
        Self {
            gathered: Vec::new(),
            long: Vec::new(),
            sieve: Sieve::default(),
            sums: Sums::default(),
            kept: Kept::Runs(Vec::new()),
            share,
        }
    }

    /// Adds a time.
    #[inline]
    pub(super) fn add(&mut self, time: u64) {
        match u32::try_from(time) {
            Ok(time) => self.gathered.push(time),
            Err(_) => self.long.push(time),
        }
        if self.gathered.len() >= GATHERED || self.long.len() >= GATHERED {
            self.pack();
        }
    }

    /// Packs what was gathered.
    fn pack(&mut self) {
        self.sums.merge(&Sums::of(&self.gathered));
        self.long.iter().for_each(|time| self.sums.add(*time));
        match &mut self.kept {
            Kept::Runs(runs) => {
                let mut packer = Packer::default();
                self.sieve.sift(&self.gathered, |high, lows| packer.block(high, lows));
                self.long.sort_unstable();
                let long = self.long.chunk_by(|one, other| one == other);
                long.for_each(|same| packer.push(same[0], same.len() as u64));
                runs.push(packer.finish());
            }
            Kept::Sketch(sketch) => {
                self.gathered.iter().for_each(|time| sketch.add((*time).into(), 1));
                self.long.iter().for_each(|time| sketch.add(*time, 1));
            }
        }
        self.gathered.clear();
        self.long.clear();
        self.make_room();
    }

    /// Merges the runs when they have outgrown the share. If that does not help (few times are the
    /// same), only a sketch remains.
    fn make_room(&mut self) {
        let Kept::Runs(runs) = &mut self.kept else { return };
        if runs.iter().map(|run| run.0.len()).sum::<usize>() <= self.share {
            return;
        }
        if let Some(run) = merged(runs, self.share / 2) {
            *runs = vec![run];
            return;
        }
        let mut sketch = Sketch::default();
        runs.iter().flat_map(Run::blocks).for_each(|block| block.each(|time, times| sketch.add(time, times)));
        self.kept = Kept::Sketch(sketch);
    }

    /// The sums, and what is to be handed on of the times themselves.
    pub(super) fn into_parts(mut self) -> (Sums, impl Iterator<Item = Part>) {
        self.pack();
        self.gathered = Vec::new();
        self.sieve = Sieve::default();
        let (runs, sketch) = match self.kept {
            Kept::Runs(runs) => (runs, None),
            Kept::Sketch(sketch) => (Vec::new(), Some(sketch)),
        };
        let runs = runs.into_iter().filter(|run| !run.0.is_empty());
        let runs = runs.map(|run| {
            let mut text = String::from('"');
            STANDARD_NO_PAD.encode_string(run.0, &mut text);
            text.push('"');
            Part::Run(RawValue::from_string(text).expect("letters in quotes are JSON"))
        });
        (self.sums, runs.chain(sketch.map(|sketch| Part::Sketch(Buckets(sketch)))))
    }
}

/// One run of several; none if it is longer than `most` bytes.
fn merged(runs: &[Run], most: usize) -> Option<Run> {
    let mut cursors: Vec<_> = runs.iter().map(|run| run.blocks().peekable()).collect();
    let mut packer = Packer::default();
    let mut numbers = Vec::new();
    while let Some(high) = cursors.iter_mut().filter_map(|blocks| Some(blocks.peek()?.high)).min() {
        numbers.clear();
        for blocks in &mut cursors {
            if let Some(block) = blocks.next_if(|block| block.high == high) {
                block.each(|time, times| numbers.push((time, times)));
            }
        }
        numbers.sort_unstable();
        for same in numbers.chunk_by(|one, other| one.0 == other.0) {
            packer.push(same[0].0, same.iter().map(|(_, times)| times).sum());
        }
        if packer.len() > most {
            return None;
        }
    }
    Some(packer.finish())
}

/// All times of a run of the job.
#[derive(Debug, Default)]
pub(super) struct AllTimes {
    runs: Vec<Run>,
    sketch: Option<Sketch>,
}

impl AllTimes {
    /// Takes what a shard handed on.
    ///
    /// # Errors
    /// In words, if it is damaged.
    pub(super) fn add(&mut self, part: Part) -> Result<(), String> {
        match part {
            Part::Run(text) => {
                let bytes = STANDARD_NO_PAD.decode(text.get().trim_matches('"'));
                let bytes = bytes.map_err(|error| error.to_string())?;
                self.runs.push(Run(bytes));
            }
            Part::Sketch(Buckets(sketch)) => self.sketch.get_or_insert_default().merge(&sketch),
        }
        Ok(())
    }

    /// Whether all times are known one by one.
    pub(super) fn is_exact(&self) -> bool {
        self.sketch.is_none()
    }

    /// The quantiles `wanted` of these times, in nanoseconds: between the two closest ranks they
    /// are interpolated (definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages",
    /// 1996; numpy's default, and `quantile_cont` of SQL).
    pub(super) fn quantiles<const N: usize>(mut self, sums: &Sums, wanted: [f64; N]) -> Option<[f64; N]> {
        let last = sums.count.checked_sub(1)?;
        if let Some(sketch) = &mut self.sketch {
            let blocks = self.runs.iter().flat_map(Run::blocks);
            blocks.for_each(|block| block.each(|time, times| sketch.add(time, times)));
            self.runs.clear();
        }
        let places = wanted.map(|quantile| last as f64 * quantile);
        let ranks = places.map(|place| [place.floor() as u64, last.min(place.floor() as u64 + 1)]);
        let times = match &self.sketch {
            Some(sketch) => {
                ranks.map(|ranks| ranks.map(|rank| sketch.at(rank).clamp(sums.least, sums.greatest)))
            }
            None => at_ranks(&self.runs, ranks),
        };
        let mut quantiles = places;
        for (quantile, [low, high]) in quantiles.iter_mut().zip(times) {
            *quantile = low as f64 + (high as f64 - low as f64) * quantile.fract();
        }
        Some(quantiles)
    }
}

/// The times of these ranks, counted from 0. There are many blocks, so all ranks are looked for at once: first
/// for the upper bits of each, then among the times in the few blocks with these bits.
fn at_ranks<const N: usize>(runs: &[Run], ranks: [[u64; 2]; N]) -> [[u64; 2]; N] {
    let blocks = || runs.iter().flat_map(Run::blocks);
    let mut sizes = BTreeMap::<u64, u64>::new();
    blocks().for_each(|block| *sizes.entry(block.high).or_default() += block.count);
    let sizes = || sizes.iter().map(|(high, size)| (*high, *size));
    let places = ranks.map(|ranks| ranks.map(|rank| group_of(sizes(), rank)));
    let highs = places.iter().flatten().map(|(high, _)| *high);
    let mut counts: BTreeMap<u64, Vec<u64>> = highs.map(|high| (high, vec![0; 1 << LOW_BITS])).collect();
    for block in blocks() {
        if let Some(counts) = counts.get_mut(&block.high) {
            block.each(|time, times| counts[time as usize % (1 << LOW_BITS)] += times);
        }
    }
    places.map(|places| {
        places.map(|(high, rank)| {
            let (low, _) = group_of((0..).zip(counts[&high].iter().copied()), rank);
            (high << LOW_BITS) | low
        })
    })
}

/// Of groups with their sizes, the one that holds a rank, and the rank within it. (The first, should
/// none hold it.)
fn group_of(groups: impl Iterator<Item = (u64, u64)>, mut rank: u64) -> (u64, u64) {
    for (group, size) in groups {
        if rank < size {
            return (group, rank);
        }
        rank -= size;
    }
    (0, 0)
}
