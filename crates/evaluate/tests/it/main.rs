//! Tests of evaluations.

// The built-in model.
mod baseline;
// Files of test sets and predictions.
mod files;
// Figures that were computed by hand.
mod figures;
// Test sets and predictions for the tests.
mod fixtures;
