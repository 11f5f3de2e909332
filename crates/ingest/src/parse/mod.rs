//! Parsers from one line of a web log to a [`LoggedRequest`].
//!
//! ```
//! use streamguard_ingest::parse::parse_simple;
//!
//! let request = parse_simple(b"[GET] /a?b=1, status=200, time=1.5ms user-agent=curl").unwrap();
//! assert_eq!((request.path, request.status, request.latency), (&b"/a"[..], 200, Some(1_500_000)));
//! ```

mod common_log;
mod duration;
mod json;
mod lenient;
mod log_date;
mod method;
mod pattern;
mod request;
mod simple;
mod simple_fast;

pub use common_log::{parse_combined, parse_common};
pub use duration::MAX_LATENCY_NS;
pub(crate) use duration::duration_of_text;
pub(crate) use json::{
    BareDuration, BareDurations, CsvColumns, JsonDialect, JsonRules, JsonTraits, json_text, json_texts,
    parse_csv, parse_json_with, parse_logfmt, parse_ltsv,
};
pub use json::{FieldMap, FieldMapError, parse_json};
pub(crate) use lenient::{read_combined, read_common};
pub use log_date::DateCache;
pub(crate) use log_date::time_of_text;
pub use method::HttpMethod;
pub(crate) use pattern::{
    FIELDS_DIRECTIVE, FastPrefix, LatencyUnit, NAMED_PATTERNS, NamedPattern, find_tail, goaccess_format,
    w3c_pattern,
};
pub use pattern::{LinePattern, PatternError};
pub use request::{LoggedRequest, MalformedLine};
pub use simple::parse_simple;
pub use simple_fast::{FastRequest, parse_simple_fast};
