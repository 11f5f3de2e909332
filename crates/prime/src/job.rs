//! The job: its settings, its shards and their merge.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    JobError, JobSummary, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits, ShardOutput,
    TypedJob,
};

use crate::arithmetic::{
    NumberRange, PiBorder, PrimeSieve, SieveStopped, count_primes, count_tuples, last_prime, nth_prime,
};
use crate::piece_results::{FIRST_PRIMES_LISTED, NthPrime, PieceResult, PieceResults};
use crate::prime_file::{self, PrimeFile};
use crate::range_spec::NamedRange;
use crate::shard_plan::{disjoint_ranges, plan_shards};
use crate::summary::{summarize, summarize_ordinals};

/// Name of the job.
pub const NAME: &str = "prime";

/// Counts and lists the primes of some ranges.
///
/// The ranges may overlap. No number is examined twice; each range has its own figures, and totals are given
/// both as sums over the ranges and over all distinct numbers.
///
/// # Memory
/// Every worker has a sieve of its own: one to five megabytes up to 10^12, and up to 27 megabytes for longer
/// ranges above.
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
        border: &mut PiBorder,
        stop: &dyn Fn() -> bool,
    ) -> Result<PieceResult, SieveStopped> {
        let tuples = match self.tuples.is_empty() {
            true => Vec::new(),
            false => count_tuples(sieve, range, &self.tuples, stop)?,
        };
        if self.count_only {
            let count = count_primes(sieve, range, border, stop)?;
            return Ok(PieceResult { range, count, tuples, first: Vec::new(), last: None });
        }
        let (count, first) = sieve.count_and_first(range, FIRST_PRIMES_LISTED, stop)?;
        // Looked for from the end of the piece, where only a few numbers lie behind it.
        Ok(PieceResult { range, count, tuples, first, last: last_prime(range) })
    }

    /// Examines pieces one after another.
    fn examine_pieces(&self, pieces: &[NumberRange], output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let mut sieve = self.sieves.take();
        let mut border = PiBorder::default();
        for &piece in pieces {
            let result = self.examine(piece, &mut sieve, &mut border, &|| output.check_stopped().is_err());
            // Records go out one by one, so a stopped run keeps the pieces that are done.
            output.emit(&result.map_err(|SieveStopped| ShardError::Stopped)?)?;
        }
        self.sieves.give_back(sieve);
        Ok(())
    }
}

/// Work of one shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PrimeShard {
    /// Pieces of ranges that run one after another.
    Pieces(Vec<NumberRange>),
    /// A prime that is to be found.
    Ordinal {
        /// Its ordinal; 2 is the first prime.
        nth: u64,
    },
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
        // Tuplets are not counted without finding each prime.
        let counts_only = self.count_only && self.tuples.is_empty();
        let shards = plan_shards(&self.ranges, counts_only, self.workers);
        let pieces = shards.iter().map(Vec::len).sum::<usize>() as u64;
        Ok(Plan::new(shards.into_iter().map(PrimeShard::Pieces)).with_expected(pieces))
    }

    fn run(&self, shard: &Shard<Self::Shard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        match &shard.payload {
            PrimeShard::Pieces(pieces) => self.examine_pieces(pieces, output),
            PrimeShard::Ordinal { nth } => {
                let prime = nth_prime(*nth, &|| output.check_stopped().is_err());
                let prime = prime.map_err(|SieveStopped| ShardError::Stopped)?;
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
        let mut results: Vec<PieceResult> = Vec::new();
        merge.for_each_record(|line| {
            results.push(serde_json::from_slice(line).map_err(JobError::failed)?);
            Ok(())
        })?;
        // The file holds all primes or does not exist: with missing shards it is not written.
        if let (Some(file), 0) = (&self.prime_file, merge.missing_shards()) {
            prime_file::write(file, &disjoint_ranges(&self.ranges), merge)?;
        }
        Ok(summarize(&self.ranges, self.count_only, &self.tuples, &PieceResults::new(results)))
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
