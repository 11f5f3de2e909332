//! Integration tests of the generator.

// What trivial rules learn from pairs.
mod shortcuts;
// Promises about generated pairs.
mod synthetic;
