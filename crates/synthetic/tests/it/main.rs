//! Integration tests of the generator.

// Promises about generated pairs.
mod synthetic;
