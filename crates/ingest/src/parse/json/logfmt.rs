//! logfmt: keys and values joined by `=`, as the router of Heroku and lograge write them.

use super::JsonTraits;
use super::bare_duration::BareDurations;
use super::fields::RequestFields;
use super::keys::{JsonField, JsonKey, JsonScope, known_key};
use super::scalar::RawScalar;
use crate::parse::request::{LoggedRequest, MalformedLine};

/// Reads a line such as `method=GET path="/a b" status=200 service=18ms`, with the keys of JSON lines. A quote within a
/// value in quotes is behind a backslash, which stays. `durations` are those of the file.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub(crate) fn parse_logfmt(
    line: &[u8],
    durations: Option<BareDurations>,
    mut take: impl FnMut(&LoggedRequest<'_>, JsonTraits),
) -> Result<(), MalformedLine> {
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    let mut rest = std::str::from_utf8(line).map_err(|_| MalformedLine::NoMatch)?;
    let mut fields = RequestFields::default();
    while let Some((key, value, after)) = split_pair(rest) {
        fields.note_key(JsonScope::Line, key);
        let field = match known_key(JsonScope::Line, key) {
            // Text within the line is a message, not a line.
            JsonKey::Field(JsonField::Line) | JsonKey::Scope(_, None) | JsonKey::Unknown => None,
            JsonKey::Field(field) | JsonKey::Scope(_, Some(field)) => Some(field),
        };
        if let Some(field) = field {
            fields.set(field, RawScalar::from_text(value));
        }
        rest = after;
    }
    fields.finish(durations, &mut take)
}

/// Splits off the next key and value, and skips words without a value before them.
fn split_pair(text: &str) -> Option<(&str, &str, &str)> {
    let mut rest = text.trim_start();
    loop {
        let end = rest.find([' ', '='])?;
        let (key, after) = (&rest[..end], &rest[end + 1..]);
        if rest.as_bytes()[end] == b' ' {
            rest = after.trim_start();
            continue;
        }
        return Some(match after.strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted)?;
                (key, &quoted[..end], quoted[end + 1..].trim_start())
            }
            None => {
                let end = after.find(' ').unwrap_or(after.len());
                (key, &after[..end], after[end..].trim_start())
            }
        });
    }
}

/// Returns the position of the quote that ends a value.
fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}
