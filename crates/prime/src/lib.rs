//! Counts and lists the primes of ranges of 64-bit numbers.
//!
//! [`PrimeJob`] is a job of [`streamguard_engine`] that splits ranges into pieces and runs them in shards. The
//! functions that find and count primes are in [`arithmetic`] and can be used without the engine.
//!
//! ```
//! use std::sync::Arc;
//!
//! use streamguard_engine::{RunOptions, run};
//! use streamguard_prime::{NamedRange, PrimeJob};
//!
//! let range: NamedRange = "1..1e6".parse()?;
//! let job = PrimeJob::new(vec![range], 2);
//! let finished = run(vec![Arc::new(job)], &RunOptions::default(), None, &mut ())?;
//! let metrics = &finished.state.jobs[0].summary.metrics;
//! assert_eq!(metrics["primes"], 78_498);
//! assert_eq!(metrics["largest"], 999_983);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arguments;
pub mod arithmetic;
mod border_plan;
mod job;
mod piece_results;
mod prime_file;
mod range_spec;
pub mod ranges_file;
mod shard_plan;
mod summary;
mod unique_keys;

pub use arguments::{PrimeArgs, PrimeArgsError};
pub use job::{NAME, PrimeJob, PrimeShard};
pub use prime_file::{PrimeFile, PrimeFileFormat};
pub use range_spec::{NamedRange, RangeSpecError};
