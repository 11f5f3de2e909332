//! The tests of the crate, one module a file.

/// A run with everything that can go wrong, and hostile text in every field.
mod golden;
/// The complete result: its schema, and that its figures agree.
mod json;
/// The report for people.
mod pdf;
