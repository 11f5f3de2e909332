//! Primes: the arithmetic, and the job that counts and lists them.

// The sieve, pi and the primality test against each other.
mod arithmetic;
// `ranges.json` and ranges on the command line, sound and not.
mod input;
// The job: the same result however it is cut.
mod job;
