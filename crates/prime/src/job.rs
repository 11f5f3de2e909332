//! The job: its settings, its shards and their merge.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    JobError, JobSummary, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits, ShardOutput,
    TypedJob,
};

use crate::arithmetic::{
    NumberRange, PiTables, PrimeSieve, SieveStopped, count_tuples, last_prime, nth_prime, pi,
};
use crate::border_plan::{BorderCounts, plan_borders};
use crate::piece_results::{FIRST_PRIMES_LISTED, NthPrime, PieceResult, PieceResults, PrimeRecord};
use crate::prime_file::{self, PrimeFile};
use crate::range_spec::NamedRange;
use crate::shard_plan::{disjoint_ranges, plan_pieces, split_by_method};
use crate::summary::{summarize, summarize_ordinals};

/// Name of the job.
pub const NAME: &str = "prime";

/// Counts and lists the primes of some ranges.
///
/// The ranges may overlap. No number is sieved twice, unless primes are only counted; each range has its own figures, and
/// totals are given both as sums over the ranges and over all distinct numbers.
///
/// # Memory
/// Every worker has a sieve of its own: up to 5 MB for numbers up to 10^12, 25 MB at 10^15, 55 MB at 10^16, and up to 200 MB
/// from 10^17 on. Counting up to a number without a sieve of its range takes tables that the workers of a process share: see
/// [`PiTables`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrimeJob {
    /// The ranges.
    ranges: Vec<NamedRange>,
    /// Whether primes are counted without finding each, which is much cheaper for long ranges of small numbers.
    count_only: bool,
    /// A file for all distinct primes in ascending order.
    #[serde(rename = "list")]
    prime_file: Option<PrimeFile>,
    /// Sizes of the prime tuplets that are counted as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tuples: Vec<u8>,
    /// Ordinals of primes to find, instead of ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nth: Vec<u64>,
    /// Number of workers for which the ranges are cut; does not change the result.
    workers: u16,
    /// Idle sieves.
    #[serde(skip)]
    sieves: SievePool,
    /// Tables for the border that was counted last.
    #[serde(skip)]
    pi_tables: TableCache,
}

impl PrimeJob {
    /// Creates a job that finds the primes of some ranges, cut for so many workers.
    pub fn new(ranges: Vec<NamedRange>, workers: u16) -> Self {
        Self {
            ranges,
            count_only: false,
            prime_file: None,
            tuples: Vec::new(),
            nth: Vec::new(),
            workers,
            sieves: SievePool::default(),
            pi_tables: TableCache::default(),
        }
    }

    /// Creates a job that finds the primes of these ordinals: 2 is the first prime.
    pub fn of_ordinals(nth: Vec<u64>) -> Self {
        Self { nth, ..Self::new(Vec::new(), 1) }
    }

    /// Sets the sizes of the prime tuplets that are counted as well, from 2 (twins) to 6.
    pub fn counting_tuples(mut self, sizes: Vec<u8>) -> Self {
        self.tuples = sizes;
        self
    }

    /// Sets whether primes are only counted.
    pub fn counting_only(mut self, count_only: bool) -> Self {
        self.count_only = count_only;
        self
    }

    /// Sets a file to which all primes are written.
    pub fn writing_to(mut self, prime_file: Option<PrimeFile>) -> Self {
        self.prime_file = prime_file;
        self
    }

    /// Tells whether the job prints primes on standard output.
    pub fn prints_primes(&self) -> bool {
        self.prime_file.as_ref().is_some_and(PrimeFile::is_standard_output)
    }

    /// Counts the primes of a piece, and finds the first and the last unless primes are only counted.
    fn examine(
        &self,
        range: NumberRange,
        sieve: &mut PrimeSieve,
        stop: &dyn Fn() -> bool,
    ) -> Result<PieceResult, SieveStopped> {
        let tuples = match self.tuples.is_empty() {
            true => Vec::new(),
            false => count_tuples(sieve, range, &self.tuples, stop)?,
        };
        if self.count_only {
            let count = sieve.count(range, stop)?;
            return Ok(PieceResult { range, count, tuples, first: Vec::new(), last: None });
        }
        let (count, first) = sieve.count_and_first(range, FIRST_PRIMES_LISTED, stop)?;
        // Looked for from the end of the piece, where only a few numbers lie behind it.
        Ok(PieceResult { range, count, tuples, first, last: last_prime(range) })
    }

    /// Returns whether primes may be counted without finding each; tuplets are not.
    fn counts_only(&self) -> bool {
        self.count_only && self.tuples.is_empty()
    }

    /// Examines pieces one after another. Records go out one by one, so a stopped run keeps the pieces that are done.
    fn examine_pieces(&self, pieces: &[NumberRange], output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let mut sieve = self.sieves.take();
        for &piece in pieces {
            let result = self.examine(piece, &mut sieve, &|| output.check_stopped().is_err());
            output.emit(&PrimeRecord::Piece(result.map_err(stopped)?))?;
        }
        self.sieves.give_back(sieve);
        Ok(())
    }

    /// Counts the primes of steps between borders.
    fn count_steps(&self, steps: &[NumberRange], output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let mut sieve = self.sieves.take();
        for &step in steps {
            let primes = sieve.count(step, &|| output.check_stopped().is_err()).map_err(stopped)?;
            output.emit(&PrimeRecord::Step { step, primes })?;
        }
        self.sieves.give_back(sieve);
        Ok(())
    }

    /// Takes the records of a job of ranges together.
    fn results(&self, merge: &mut MergeContext<'_>) -> Result<PieceResults, JobError> {
        let mut borders = BorderCounts::default();
        let mut pieces: Vec<PieceResult> = Vec::new();
        merge.for_each_record(|line| {
            pieces.extend(borders.take(serde_json::from_slice(line).map_err(JobError::failed)?));
            Ok(())
        })?;
        pieces.sort_unstable_by_key(|piece| piece.range.start);
        // What was sieved is told by the records: the estimates of the plan may differ on another machine.
        let is_sieved = |range: &NumberRange| {
            let next = pieces.partition_point(|piece| piece.range.start < range.start);
            pieces.get(next).is_some_and(|piece| piece.range.start <= range.end)
        };
        let counted: Vec<NumberRange> = match self.counts_only() {
            true => disjoint_ranges(&self.ranges).into_iter().filter(|range| !is_sieved(range)).collect(),
            false => Vec::new(),
        };
        let by_borders = borders.into_pieces(&counted);
        if merge.missing_shards() == 0 && by_borders.len() < counted.len() {
            return Err(JobError::failed("the shards do not count all ranges"));
        }
        pieces.extend(by_borders);
        pieces.sort_unstable_by_key(|piece| piece.range.start);
        Ok(PieceResults::new(pieces))
    }
}

/// Converts the error of a sieve to that of a shard.
fn stopped(SieveStopped: SieveStopped) -> ShardError {
    ShardError::Stopped
}

/// Work of one shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PrimeShard {
    /// Pieces of ranges that run one after another.
    Pieces(Vec<NumberRange>),
    /// Numbers up to which primes are counted.
    Borders {
        /// The numbers.
        borders: Vec<u64>,
    },
    /// A part of counting the primes up to a number.
    BorderPart {
        /// The number.
        border: u64,
        /// Which part, from 0 on.
        part: u32,
        /// Number of the parts.
        parts: u32,
    },
    /// Ranges between such numbers, whose primes are counted.
    Steps {
        /// The ranges.
        steps: Vec<NumberRange>,
    },
    /// A prime that is to be found.
    Ordinal {
        /// Its ordinal; 2 is the first prime.
        nth: u64,
    },
}

impl PrimeShard {
    /// Returns the number of the records that the shard emits.
    fn records(&self) -> usize {
        match self {
            Self::Pieces(pieces) => pieces.len(),
            Self::Borders { borders } => borders.len(),
            Self::Steps { steps } => steps.len(),
            Self::BorderPart { .. } | Self::Ordinal { .. } => 1,
        }
    }
}

impl TypedJob for PrimeJob {
    type Shard = PrimeShard;

    fn name(&self) -> &str {
        NAME
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn unit(&self) -> &str {
        "pieces"
    }

    fn limits(&self) -> ShardLimits {
        // A long range is correct work, however long it takes: no deadline in practice.
        ShardLimits { deadline: Duration::from_secs(365 * 24 * 3600), ..ShardLimits::default() }
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<Self::Shard>, JobError> {
        if !self.nth.is_empty() {
            return Ok(Plan::new(self.nth.iter().map(|&nth| PrimeShard::Ordinal { nth })));
        }
        let (sieved, counted) = split_by_method(&self.ranges, self.counts_only());
        let mut shards = plan_borders(&counted, self.workers);
        shards.extend(plan_pieces(&sieved, self.workers).into_iter().map(PrimeShard::Pieces));
        let records = shards.iter().map(PrimeShard::records).sum::<usize>() as u64;
        Ok(Plan::new(shards).with_expected(records))
    }

    fn run(&self, shard: &Shard<Self::Shard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        match &shard.payload {
            PrimeShard::Pieces(pieces) => self.examine_pieces(pieces, output),
            PrimeShard::Steps { steps } => self.count_steps(steps, output),
            PrimeShard::Borders { borders } => {
                for &border in borders {
                    let primes = pi(border, &|| output.check_stopped().is_err()).map_err(stopped)?;
                    output.emit(&PrimeRecord::Border { border, primes })?;
                }
                Ok(())
            }
            &PrimeShard::BorderPart { border, part, parts } => {
                let stop = || output.check_stopped().is_err();
                let tables = self.pi_tables.of(border, &stop).map_err(stopped)?;
                let found = tables.part(part, parts, &stop).map_err(stopped)?;
                output.emit(&PrimeRecord::BorderPart { border, part, parts, found })
            }
            PrimeShard::Ordinal { nth } => {
                let prime = nth_prime(*nth, &|| output.check_stopped().is_err()).map_err(stopped)?;
                output.emit(&NthPrime { nth: *nth, prime })
            }
        }
    }

    fn output_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn keeps_partial(&self) -> bool {
        true
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        if !self.nth.is_empty() {
            let mut primes: Vec<NthPrime> = Vec::new();
            merge.for_each_record(|line| {
                primes.push(serde_json::from_slice(line).map_err(JobError::failed)?);
                Ok(())
            })?;
            return Ok(summarize_ordinals(&primes));
        }
        let results = self.results(merge)?;
        // The file holds all primes or does not exist: with missing shards it is not written.
        if let (Some(file), 0) = (&self.prime_file, merge.missing_shards()) {
            prime_file::write(file, &disjoint_ranges(&self.ranges), merge)?;
        }
        Ok(summarize(&self.ranges, self.count_only, &self.tuples, &results))
    }
}

/// Sieves that no shard uses at the moment, so that their buffers and small primes are used again.
#[derive(Default)]
struct SievePool(Mutex<Vec<PrimeSieve>>);

impl SievePool {
    // A poisoned lock is harmless: no panic can leave the list of idle sieves half changed.
    fn take(&self) -> PrimeSieve {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, sieve: PrimeSieve) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sieve);
    }
}

impl fmt::Debug for SievePool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SievePool")
    }
}

/// The tables of pi for one number, which all its parts share.
#[derive(Default)]
struct TableCache(Mutex<Option<Arc<PiTables>>>);

impl TableCache {
    /// Returns the tables for `x`. Others wait while they are computed, since they would compute the same.
    fn of(&self, x: u64, stop: &dyn Fn() -> bool) -> Result<Arc<PiTables>, SieveStopped> {
        // A poisoned lock is harmless: the tables are stored when they are complete.
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tables) = cached.as_ref().filter(|tables| tables.x() == x) {
            return Ok(Arc::clone(tables));
        }
        // Makes room first.
        *cached = None;
        let tables = Arc::new(PiTables::new(x, stop)?);
        *cached = Some(Arc::clone(&tables));
        Ok(tables)
    }
}

impl fmt::Debug for TableCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TableCache")
    }
}
