//! The job `prime`: the primes of ranges of 64-bit numbers, counted and listed.

mod arguments;
pub mod arithmetic;
pub mod file;
mod list;
mod named;
mod pieces;
mod summary;
mod tally;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    Job, JobError, Limits, Merge, Output, Plan, PlanContext, Shard, ShardError, Summary,
};

pub use arguments::{PrimeArgs, PrimeArgsError};
pub use list::{List, ListFormat};
pub use named::{NamedRange, NotationError};

use arithmetic::{Range, Sieve, Stopped};
use tally::{FIRST, Part, Tally};

/// The name of the job.
pub const NAME: &str = "prime";

/// The primes of some ranges.
///
/// The ranges may overlap: no number is looked at twice, the figures of each range are its own, and
/// totals are told both as sums over the ranges and of all different numbers.
///
/// # Memory
/// Every worker has a sieve of its own, of one to five megabytes up to 10^12 and of up to 27 in longer
/// ranges above.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prime {
    /// The ranges.
    ranges: Vec<NamedRange>,
    /// Whether primes need not be found, but counted only, which is much cheaper for long ranges of
    /// small numbers.
    count_only: bool,
    /// A file for all different primes in ascending order.
    list: Option<List>,
    /// For how many workers the ranges are cut; has no influence on the result.
    workers: u16,
    /// Sieves that were used before.
    #[serde(skip)]
    sieves: Sieves,
}

impl Prime {
    /// A job that finds the primes of some ranges, cut for so many workers.
    pub fn new(ranges: Vec<NamedRange>, workers: u16) -> Self {
        Self { ranges, count_only: false, list: None, workers, sieves: Sieves::default() }
    }

    /// Counts only.
    pub fn counting_only(mut self, count_only: bool) -> Self {
        self.count_only = count_only;
        self
    }

    /// Lists all primes in a file.
    pub fn listing(mut self, list: Option<List>) -> Self {
        self.list = list;
        self
    }

    fn part(&self, range: Range, sieve: &mut Sieve, stop: &dyn Fn() -> bool) -> Result<Part, Stopped> {
        if self.count_only {
            let count = arithmetic::count(sieve, range, stop)?;
            return Ok(Part { range, count, first: Vec::new(), last: None });
        }
        let (count, first) = sieve.survey(range, FIRST, stop)?;
        Ok(Part { range, count, first, last: arithmetic::last(range) })
    }
}

impl Job for Prime {
    fn name(&self) -> &str {
        NAME
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn unit(&self) -> &str {
        "pieces"
    }

    fn limits(&self) -> Limits {
        // Arithmetic on large numbers takes its time, and comes to an end.
        Limits { deadline: Duration::from_secs(365 * 24 * 3600), ..Limits::default() }
    }

    /// A shard is a list of pieces.
    fn plan(&self, _: &PlanContext) -> Result<Plan, JobError> {
        let shards = pieces::shards(&self.ranges, self.count_only, self.workers);
        let pieces = shards.iter().map(Vec::len).sum::<usize>() as u64;
        Ok(Plan::new(shards.iter().map(|pieces| json!(pieces))).expecting(pieces))
    }

    fn run(&self, shard: &Shard, output: &mut Output<'_>) -> Result<(), ShardError> {
        let pieces = Vec::<Range>::deserialize(&shard.payload).map_err(ShardError::failed)?;
        let mut sieve = self.sieves.take();
        for piece in pieces {
            let part = self.part(piece, &mut sieve, &|| output.check().is_err());
            output.emit(&part.map_err(|Stopped| ShardError::Stopped)?)?;
        }
        self.sieves.give_back(sieve);
        Ok(())
    }

    fn keeps_partial(&self) -> bool {
        true
    }

    fn merge(&self, merge: &mut Merge<'_>) -> Result<Summary, JobError> {
        let mut parts: Vec<Part> = Vec::new();
        merge.each_record(|line| {
            parts.push(serde_json::from_slice(line).map_err(JobError::failed)?);
            Ok(())
        })?;
        // A list stands for all primes, or is not there.
        if let (Some(list), 0) = (&self.list, merge.missing()) {
            list::write(list, &pieces::disjoint(&self.ranges), merge)?;
        }
        Ok(summary::of(&self.ranges, self.count_only, &Tally::new(parts)))
    }
}

/// Sieves that no shard uses at the moment: their buffers and small primes are used again.
#[derive(Default)]
struct Sieves(Mutex<Vec<Sieve>>);

impl Sieves {
    fn take(&self) -> Sieve {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, sieve: Sieve) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sieve);
    }
}

impl std::fmt::Debug for Sieves {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sieves")
    }
}
