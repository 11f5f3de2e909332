//! Primes: the arithmetic, and the job that counts and lists them.

mod arithmetic;
