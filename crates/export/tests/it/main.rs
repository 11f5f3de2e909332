//! Tests of exports.

// The layouts, as they are written.
mod exports;
// Datasets for the tests.
mod fixtures;
// The layouts in the programs that their users read them with.
mod readers;
