//! What the jobs promise, one module a topic.

// Pairs that are generated from a seed.
mod synthetic;
