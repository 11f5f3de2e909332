//! Values between separators, below a line with the names of the columns.

use std::sync::Arc;

use super::JsonTraits;
use super::bare_duration::BareDurations;
use super::fields::RequestFields;
use super::keys::{JsonField, JsonKey, JsonScope, known_key};
use super::scalar::RawScalar;
use crate::parse::pattern::LatencyUnit;
use crate::parse::request::{LoggedRequest, MalformedLine};

/// Most columns of a table.
const MAX_COLUMNS: usize = 1000;

/// Columns of a table, as its first line names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CsvColumns {
    header: Arc<str>,
    separator: char,
    fields: Arc<[Option<JsonField>]>,
}

impl CsvColumns {
    /// Reads the names of columns, or returns `None` if they are not those of requests.
    pub(crate) fn of_header(line: &[u8]) -> Option<Self> {
        let header = std::str::from_utf8(line).ok()?;
        // Where the comma is the decimal sign, programs separate by semicolons.
        let separator =
            [',', ';', '\t'].into_iter().max_by_key(|separator| header.matches(*separator).count())?;
        let fields: Arc<[_]> = cells(header, separator).take(MAX_COLUMNS).map(field_of).collect();
        let has = |wanted: JsonField| fields.contains(&Some(wanted));
        let is_request = has(JsonField::Status) && (has(JsonField::Path) || has(JsonField::RequestLine));
        is_request.then(|| Self { header: header.into(), separator, fields })
    }
}

/// Reads a line below the names of columns. A quote within a value in quotes is doubled, and stays so. `durations` are
/// those of the file.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub(crate) fn parse_csv(
    line: &[u8],
    columns: &CsvColumns,
    durations: Option<BareDurations>,
    mut take: impl FnMut(&LoggedRequest<'_>, JsonTraits),
) -> Result<(), MalformedLine> {
    let line = std::str::from_utf8(line).map_err(|_| MalformedLine::NoMatch)?;
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    // Files that were joined have the names within.
    if *line == *columns.header {
        return Err(MalformedLine::Comment);
    }
    let mut fields = RequestFields::default();
    let names = cells(&columns.header, columns.separator);
    for ((name, field), value) in names.zip(&*columns.fields).zip(cells(line, columns.separator)) {
        fields.note_key(JsonScope::Line, name);
        if let Some(field) = field {
            fields.set(*field, RawScalar::from_text(value));
        }
    }
    fields.finish(durations, &mut take)
}

/// Returns the values of a line, without their quotes.
fn cells(line: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = match text.strip_prefix('"') {
            Some(quoted) => {
                // The quote that ends the value is the first one that is not doubled.
                let mut is_quoted = true;
                let is_end = |at: &usize| {
                    let byte = quoted.as_bytes()[*at];
                    is_quoted ^= byte == b'"';
                    byte == separator as u8 && !is_quoted
                };
                (0..quoted.len()).find(is_end).map_or(text.len(), |end| end + 1)
            }
            None => text.find(separator).unwrap_or(text.len()),
        };
        let cell = &text[..end];
        rest = text.get(end + 1..);
        Some(cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell))
    })
}

/// Returns the field of a column: by the names of Google Cloud Storage, or by the keys of JSON lines.
fn field_of(name: &str) -> Option<JsonField> {
    Some(match name.trim() {
        "time_micros" => JsonField::Time,
        "time_taken_micros" => JsonField::Latency(LatencyUnit::Microseconds),
        "c_ip" => JsonField::Client,
        "cs_method" => JsonField::Method,
        "cs_uri" => JsonField::Path,
        "sc_status" => JsonField::Status,
        "sc_bytes" => JsonField::Bytes,
        "cs_user_agent" => JsonField::Agent,
        "cs_referer" => JsonField::Referrer,
        name => match known_key(JsonScope::Line, name) {
            JsonKey::Field(JsonField::Line) | JsonKey::Scope(_, None) | JsonKey::Unknown => return None,
            JsonKey::Field(field) | JsonKey::Scope(_, Some(field)) => field,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_in_quotes() {
        let all = |line| cells(line, ',').collect::<Vec<_>>();
        assert_eq!(all("a,\"b,c\",,\"d \"\"e\"\"\",f"), ["a", "b,c", "", "d \"\"e\"\"", "f"]);
        assert_eq!(all("a,"), ["a", ""]);
        assert_eq!(all("\"a,b"), ["\"a,b"]);
    }

    #[test]
    fn names_of_columns_are_those_of_requests() {
        assert!(CsvColumns::of_header(b"time,method,path,status").is_some());
        assert!(CsvColumns::of_header(b"time;request;status").is_some());
        for other in ["name,size", "", "status", "method,path", "GET,/a,200"] {
            assert!(CsvColumns::of_header(other.as_bytes()).is_none(), "{other}");
        }
    }
}
