//! The integration tests of the crate, in one binary.

// From a changed file to the functions that changed in it.
mod extract;
