//! The tests of the crate, one module a file.

#![expect(clippy::print_stderr, reason = "a test says what it skips, and what it measured")]

/// That all formats show the same figures, whatever the run.
mod crosscheck;
/// Tables: that spreadsheets and data frames understand them, and run nothing.
mod csv;
/// A run with everything that can go wrong, and hostile text in every field.
mod golden;
/// The page: what stands in it, that nothing in it acts, and that its figures are the report's.
mod html;
/// The complete result: its schema, and that its figures agree.
mod json;
/// The report for people.
mod pdf;
/// Other people's programs, where they are installed.
mod readers;
/// Findings: that they are valid, point to the right place, and stay within the limits.
mod sarif;
