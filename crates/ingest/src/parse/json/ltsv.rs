//! Labeled Tab-separated Values (<http://ltsv.org>): labels and values joined by `:`, between tabs.

use super::JsonTraits;
use super::bare_duration::BareDurations;
use super::fields::RequestFields;
use super::keys::{JsonField, JsonKey, JsonScope, known_key};
use super::scalar::RawScalar;
use crate::parse::pattern::LatencyUnit;
use crate::parse::request::{LoggedRequest, MalformedLine};

/// Reads a line such as `host:192.0.2.1<tab>req:GET / HTTP/1.1<tab>status:200`, with the labels that the format
/// recommends, and the keys of JSON lines. `durations` are those of the file.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub(crate) fn parse_ltsv(
    line: &[u8],
    durations: Option<BareDurations>,
    mut take: impl FnMut(&LoggedRequest<'_>, JsonTraits),
) -> Result<(), MalformedLine> {
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    let line = std::str::from_utf8(line).map_err(|_| MalformedLine::NoMatch)?;
    let mut fields = RequestFields::default();
    for (label, value) in line.split('\t').filter_map(|field| field.split_once(':')) {
        fields.note_key(JsonScope::Line, label);
        if let Some(field) = field_of(label) {
            fields.set(field, RawScalar::from_text(value));
        }
    }
    fields.finish(durations, &mut take)
}

/// Returns the field of a label.
fn field_of(label: &str) -> Option<JsonField> {
    Some(match label {
        "req" => JsonField::RequestLine,
        "host" => JsonField::Client,
        "reqtime" => JsonField::Latency(LatencyUnit::Seconds),
        "reqtime_microsec" => JsonField::Latency(LatencyUnit::Microseconds),
        _ => match known_key(JsonScope::Line, label) {
            JsonKey::Field(JsonField::Line) | JsonKey::Scope(_, None) | JsonKey::Unknown => return None,
            JsonKey::Field(field) | JsonKey::Scope(_, Some(field)) => field,
        },
    })
}
