//! The W3C Extended Log File Format (<https://www.w3.org/TR/WD-logfile>), whose `#Fields` directive names the columns.

use super::field::{LatencyUnit, PatternField};
use super::line_pattern::LinePattern;

/// Directive that names the columns.
pub(crate) const FIELDS_DIRECTIVE: &[u8] = b"#Fields:";

/// Columns that are counted. The draft fixes `time-taken` in seconds, which CloudFront keeps to; IIS writes
/// milliseconds.
fn field_of(column: &str, taken: LatencyUnit) -> PatternField {
    match column {
        "date" | "date-local" => PatternField::Day,
        "time" | "time-local" => PatternField::Clock,
        "c-ip" | "c-dns" => PatternField::Client,
        "cs-method" => PatternField::Method,
        "cs-uri-stem" | "cs-uri" => PatternField::Path,
        "sc-status" => PatternField::Status,
        "sc-bytes" | "bytes" => PatternField::Bytes,
        "cs(User-Agent)" | "cs(user-agent)" => PatternField::Agent,
        "cs(Referer)" | "cs(referer)" | "cs(Referrer)" => PatternField::Referrer,
        "time-taken" => PatternField::Latency(taken),
        "TimeTakenMS" => PatternField::Latency(LatencyUnit::Milliseconds),
        _ => PatternField::Ignored,
    }
}

/// Compiles the columns of a `#Fields` line. Returns `None` if they have no method and path.
///
/// `separator` is that of the lines below, which may differ from that of the directive.
pub(crate) fn w3c_pattern(directive: &[u8], is_iis: bool, separator: u8) -> Option<LinePattern> {
    let columns = std::str::from_utf8(directive.strip_prefix(FIELDS_DIRECTIVE)?).ok()?;
    // Only IIS writes the number of the site and its own status beside that of HTTP.
    let is_iis = is_iis || columns.contains("sc-win32-status") || columns.contains("s-sitename");
    let taken = if is_iis { LatencyUnit::Milliseconds } else { LatencyUnit::Seconds };
    let fields: Vec<_> = columns.split_ascii_whitespace().map(|column| field_of(column, taken)).collect();
    let has = |field| fields.contains(&field);
    // `cs-uri` is the whole URI where there is no stem; of both the first one counts.
    (has(PatternField::Method) && has(PatternField::Path))
        .then(|| LinePattern::from_columns(&fields, separator))
}
