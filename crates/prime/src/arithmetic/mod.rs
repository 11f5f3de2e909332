//! Primes of ranges of 64-bit numbers: found by a segmented sieve, counted by a sieve or a combinatorial
//! method.
//!
//! ```
//! use streamguard_prime::arithmetic::{NumberRange, PrimeSieve, is_prime, pi};
//!
//! let never_stop = || false;
//! let range = NumberRange { start: 0, end: 1_000_000 };
//! assert_eq!(PrimeSieve::new().count(range, &never_stop), Ok(78_498));
//! assert_eq!(pi(1_000_000_000, &never_stop), Ok(50_847_534));
//! assert!(is_prime(u64::MAX - 58));
//! ```

mod bucket_sieve;
mod first_multiples;
mod large_primes;
mod nth_prime;
mod number_range;
mod pi;
mod presieve;
mod primality;
mod prime_sieve;
mod prime_tuples;
mod range_queries;
mod scatter_buffer;
mod segmented_sieve;
mod wheel;
mod wheel_cycles;
mod wheel_steps;

pub use nth_prime::{MAX_NTH, nth_prime};
pub use number_range::{NumberRange, SieveStopped};
pub use pi::{PiPart, PiTables, pi};
pub use primality::is_prime;
pub use prime_sieve::PrimeSieve;
pub(crate) use prime_tuples::count_crossing;
pub use prime_tuples::{TUPLE_SIZES, count_tuples, tuple_name};
pub(crate) use range_queries::pi_cost;
pub use range_queries::{first_primes, is_counted_by_pi, last_prime, sieve_cost};
