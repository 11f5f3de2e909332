//! The templates, one folder a language.

use super::template::Dialect;

mod javascript;
mod python;

/// All languages that pairs are written in.
pub(super) const DIALECTS: &[&Dialect] = &[&python::DIALECT, &javascript::DIALECT];
