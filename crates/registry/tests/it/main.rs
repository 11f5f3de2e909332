//! Tests of streamguard-registry, one module a topic.

// The engine's contract, kept by every job.
mod contract;
