//! Primes of a range of 64-bit numbers: counted and listed by a segmented sieve, counted by combinatorial
//! methods.

mod band;
mod buckets;
mod cycles;
mod large;
mod pi;
mod presieve;
mod primality;
mod query;
mod scatter;
mod sieve;
mod steps;
mod wheel;

pub use pi::pi;
pub use primality::is_prime;
pub use query::{count, counts_by_pi, first, last, sieve_cost};
pub use sieve::{Range, Sieve, Stopped};
