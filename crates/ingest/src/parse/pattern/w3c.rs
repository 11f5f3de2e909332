//! The W3C Extended Log File Format (<https://www.w3.org/TR/WD-logfile>), whose `#Fields` directive names the columns.

use super::compile::MAX_PATTERN_BYTES;
use super::field::{LatencyUnit, PatternField};
use super::line_pattern::{LinePattern, split_maybe_quoted};

/// Directive that names the columns.
pub(crate) const FIELDS_DIRECTIVE: &[u8] = b"#Fields:";

/// Name of the column of the latency.
const TIME_TAKEN: &str = "time-taken";

/// Columns that only IIS writes: the number of the site, and its own statuses beside that of HTTP.
const IIS_COLUMNS: &[&str] = &["sc-win32-status", "sc-substatus", "s-sitename", "s-computername"];

/// Columns that are counted.
fn field_of(column: &str, taken: Option<LatencyUnit>) -> PatternField {
    match column {
        "date" | "date-local" => PatternField::Day,
        "time" | "time-local" => PatternField::Clock,
        "c-ip" | "c-dns" => PatternField::Client,
        "cs-method" => PatternField::Method,
        "cs-uri-stem" | "cs-uri" | "cs-uri-path" => PatternField::Path,
        "sc-status" | "c-status" => PatternField::Status,
        "sc-bytes" | "bytes" => PatternField::Bytes,
        "cs(User-Agent)" | "cs(user-agent)" => PatternField::Agent,
        "cs(Referer)" | "cs(referer)" | "cs(Referrer)" => PatternField::Referrer,
        TIME_TAKEN => taken.map_or(PatternField::Ignored, PatternField::Latency),
        "TimeTakenMS" => PatternField::Latency(LatencyUnit::Milliseconds),
        _ => PatternField::Ignored,
    }
}

/// Compiles the columns of a `#Fields` line. Returns `None` if they have no path, or neither method nor status, or if the
/// line is longer than any pattern.
///
/// `first` is the first line below, whose separator may differ from that of the directive.
pub(crate) fn w3c_pattern(directive: &[u8], is_iis: bool, first: &[u8]) -> Option<LinePattern> {
    if directive.len() > MAX_PATTERN_BYTES {
        return None;
    }
    let columns = std::str::from_utf8(directive.strip_prefix(FIELDS_DIRECTIVE)?).ok()?;
    let separator = if memchr::memchr(b'\t', first).is_some() { b'\t' } else { b' ' };
    let columns: Vec<_> = columns.split_ascii_whitespace().collect();
    let taken = || {
        let place = columns.iter().position(|column| *column == TIME_TAKEN)?;
        let is_fraction = || memchr::memchr(b'.', column_value(first, separator, place)).is_some();
        // IIS writes milliseconds. The draft fixes seconds, which CloudFront keeps to; of others only decimals tell it.
        if is_iis || columns.iter().any(|column| IIS_COLUMNS.contains(column)) {
            Some(LatencyUnit::Milliseconds)
        } else if columns.iter().any(|column| column.starts_with("x-edge-")) || is_fraction() {
            Some(LatencyUnit::Seconds)
        } else {
            None
        }
    };
    let taken = taken();
    let fields: Vec<_> = columns.iter().map(|column| field_of(column, taken)).collect();
    let has = |field| fields.contains(&field);
    // `cs-uri` is the whole URI where there is no stem; of both the first one counts.
    let has_key = has(PatternField::Method) || has(PatternField::Status);
    (has_key && has(PatternField::Path)).then(|| LinePattern::from_columns(&fields, separator))
}

/// Returns the value of a column.
fn column_value(mut line: &[u8], separator: u8, place: usize) -> &[u8] {
    for _ in 0..place {
        let (_, rest) = split_maybe_quoted(line, separator);
        line = rest.strip_prefix(&[separator]).unwrap_or(rest);
    }
    split_maybe_quoted(line, separator).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_bounded() {
        let directive = |others: usize| format!("#Fields: cs-method cs-uri-stem{}", " x".repeat(others));
        assert!(w3c_pattern(directive(1000).as_bytes(), false, b"GET /").is_some());
        assert!(w3c_pattern(directive(MAX_PATTERN_BYTES).as_bytes(), false, b"GET /").is_none());
    }
}
