//! Tests of the dataset.

// Merging of the records of several sources.
mod advisory;
// Rows that differ between two versions.
mod changes;
// The dataset of several collectors, and failures to write it.
mod dataset_files;
// Exact duplicates.
mod duplicate_filter;
// Samples for the tests.
mod fixtures;
// Lines: round trip, damage, limits.
mod jsonl;
// Rows: round trip, damage, determinism.
mod parquet;
// The same rows in pyarrow, DuckDB and polars.
mod readers;
// Counts of samples.
mod sample_stats;
