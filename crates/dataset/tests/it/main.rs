//! The dataset's files, tested from outside.

mod advisory; // advisories of several sources, put together
mod dataset_files;
mod duplicate_filter; // what counts as a duplicate
mod fixtures; // the samples that the tests use
mod jsonl; // lines: round trip, damage, limits
mod parquet; // rows: round trip, damage, determinism
mod readers; // the same rows in pyarrow, DuckDB and polars
mod sample_stats; // counts // the dataset from several sources, and its faults
