//! Patterns of log lines: text and fields in turn, compiled from what servers call a log format.

mod compile;
mod dialect;
mod field;
mod field_values;
mod line_pattern;
mod named;
mod tail;
mod w3c;

pub use compile::PatternError;
pub(crate) use dialect::goaccess_format;
pub(crate) use field::LatencyUnit;
pub(crate) use line_pattern::FastPrefix;
pub use line_pattern::LinePattern;
pub(crate) use named::{NAMED_PATTERNS, NamedPattern};
pub(crate) use tail::find_tail;
pub(crate) use w3c::{FIELDS_DIRECTIVE, w3c_pattern};
