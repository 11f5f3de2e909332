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
mod json_line;
mod log_date;
mod method;
mod request;
mod simple;
mod simple_fast;

pub use common_log::{parse_combined, parse_common};
pub use duration::MAX_LATENCY_NS;
pub use json_line::parse_json;
pub use log_date::DateCache;
pub use method::HttpMethod;
pub use request::{LoggedRequest, MalformedLine};
pub use simple::parse_simple;
pub use simple_fast::{FastRequest, parse_simple_fast};
