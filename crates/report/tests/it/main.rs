//! Tests of the crate, one module per file.

#![expect(clippy::print_stderr, reason = "a test says what it skips, and what it measured")]

/// All formats agree on the numbers of a run.
mod crosscheck;
/// Tables: spreadsheets and data frames read them, and execute nothing.
mod csv;
/// A run in which everything goes wrong that can, with hostile text in every field.
mod golden;
/// The page: contents, safety, and agreement with the report.
mod html;
/// The complete result: conformance with the schema, and agreement of its numbers.
mod json;
/// The report for people.
mod pdf;
/// Rules of PDF/A and PDF/UA.
mod pdf_standards;
/// Programs of others, where they are installed.
mod readers;
/// Findings: validity, places, and limits.
mod sarif;
