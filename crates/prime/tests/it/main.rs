//! Tests of primes, one module per topic.

// The sieve, pi and the primality test agree with each other.
mod arithmetic;
// Valid and invalid ranges, in `ranges.json` and on the command line.
mod input;
// The job gives the same result however its ranges are cut.
mod job;
