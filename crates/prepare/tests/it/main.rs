//! Tests of prepared datasets.

// Benign code beside the samples.
mod benign;
// Context of functions from clones.
mod context;
// Features of the code.
mod features;
// Datasets for the tests.
mod fixtures;
// The job: splits without leaks, the same bytes whatever runs it, what is left out.
mod job;
// What two splits have in common, of each kind.
mod leaks;
// Near pairs against the truth of all pairs.
mod near;
// The prepared folder in the library `datasets`.
mod readers;
// What rules without knowledge of vulnerabilities reach, and the baseline.
mod shortcuts;
// Tokenizers of models, and what is counted and cut by them.
mod tokenizers;
// The rows in other shapes.
mod views;
