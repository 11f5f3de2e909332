//! The templates, one folder a language.

use super::template::Dialect;

mod c;
mod go;
mod java;
mod javascript;
mod php;
mod python;

/// All languages that pairs are written in.
pub(super) const DIALECTS: &[&Dialect] =
    &[&python::DIALECT, &javascript::DIALECT, &java::DIALECT, &php::DIALECT, &go::DIALECT, &c::DIALECT];
