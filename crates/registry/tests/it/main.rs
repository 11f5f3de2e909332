//! Tests of the registry.

// The contract of the engine, checked for built-in jobs.
mod contract;
