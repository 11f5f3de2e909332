//! Tests of reading datasets.

// Datasets for the tests.
mod fixtures;
// Rows of files of other programs.
mod tables;
