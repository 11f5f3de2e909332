//! The tests of the crate, one module a file.

/// A run with everything that can go wrong, and hostile text in every field.
mod golden;
/// The page: what stands in it, that nothing in it acts, and that its figures are the report's.
mod html;
/// The complete result: its schema, and that its figures agree.
mod json;
