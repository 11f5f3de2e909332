//! Values of JSON that are not parsed further.

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use crate::parse::duration::{Decimal, MAX_LATENCY_NS, parse_worded_duration};
use crate::parse::log_date;
use crate::parse::pattern::LatencyUnit;

/// A string, borrowed unless it contains escapes.
#[derive(serde::Deserialize)]
pub(super) struct JsonText<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The unparsed value of a key, so that numbers are read from their own digits, not from a rounded float.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawScalar<'a> {
    /// JSON, or the text itself.
    raw: &'a str,
    is_json: bool,
}

impl<'a> RawScalar<'a> {
    /// Takes a value of JSON.
    pub(super) fn from_json(raw: &'a serde_json::value::RawValue) -> Self {
        Self { raw: raw.get(), is_json: true }
    }

    /// Takes a text.
    pub(super) fn from_text(raw: &'a str) -> Self {
        Self { raw, is_json: false }
    }

    /// Returns the text, or the number as it is written, or the first text of an array; `None` for `null`, `-` and
    /// objects.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let text = match self.raw.as_bytes() {
            _ if !self.is_json => Cow::Borrowed(self.raw),
            [b'"', .., b'"'] => unescape(self.raw)?,
            [b'0'..=b'9' | b'-', ..] => Cow::Borrowed(self.raw),
            [b'[', ..] => serde_json::from_str::<Vec<JsonText<'a>>>(self.raw).ok()?.into_iter().next()?.0,
            _ => return None,
        };
        (text != "-").then_some(text)
    }

    /// Returns the text unless it is empty.
    pub(super) fn filled_text(self) -> Option<Cow<'a, str>> {
        self.text().filter(|text| !text.is_empty())
    }

    /// Returns whether the value is text, not a number or the like.
    pub(super) fn is_string(self) -> bool {
        !self.is_json || self.raw.starts_with('"')
    }

    /// Returns the second of a date.
    pub(super) fn time(self) -> Option<i64> {
        log_date::time_of_text(&self.text()?)
    }

    /// Returns nanoseconds, from a number in a unit or a string that names its own units.
    pub(super) fn latency(self, unit: LatencyUnit) -> Option<u64> {
        let text = self.text()?;
        let exponent = unit.exponent();
        match Decimal::parse_prefix(text.as_bytes()) {
            Some((number, [])) => number.nanoseconds(exponent).ok(),
            // Programs print very small and very large floating-point numbers with an exponent.
            Some((_, [b'e' | b'E', ..])) => latency_from_float(&text, exponent),
            _ => parse_worded_duration(&text).ok(),
        }
    }
}

/// Reads a string in quotes. Without escapes, which is nearly always, it is not read twice.
fn unescape(raw: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return raw.get(1..raw.len() - 1).map(Cow::Borrowed);
    }
    Some(serde_json::from_str::<JsonText<'_>>(raw).ok()?.0)
}

/// Converts a floating-point number of units of 10^`exponent` ns to nanoseconds.
fn latency_from_float(text: &str, exponent: usize) -> Option<u64> {
    let number: f64 = text.parse().ok()?;
    let time = number * [1.0, 1e3, 1e6, 1e9][exponent / 3];
    (time <= MAX_LATENCY_NS as f64).then_some(time.round() as u64)
}

/// Returns the unparsed values of the first keys in an object that have one of these names, one for each list of
/// names, or `None` if it is not an object.
pub(crate) fn json_texts<'a, const N: usize>(
    object: &'a [u8],
    names: [&[&str]; N],
) -> Option<[Option<&'a serde_json::value::RawValue>; N]> {
    let mut found = [None; N];
    let mut json = serde_json::Deserializer::from_slice(object);
    json.deserialize_map(NamedValues { names, found: &mut found }).ok()?;
    Some(found)
}

/// Returns the text of a value, if it is a string.
pub(crate) fn json_text(value: &serde_json::value::RawValue) -> Option<Cow<'_, str>> {
    let value = RawScalar::from_json(value);
    if value.is_string() { value.filled_text() } else { None }
}

/// Finds the values of names.
struct NamedValues<'n, 'f, 'de, const N: usize> {
    names: [&'n [&'n str]; N],
    found: &'f mut [Option<&'de serde_json::value::RawValue>; N],
}

impl<'de, const N: usize> Visitor<'de> for NamedValues<'_, '_, 'de, N> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(JsonText(key)) = map.next_key()? {
            match self.names.iter().position(|names| names.contains(&&*key)) {
                Some(at) => {
                    let value = map.next_value()?;
                    self.found[at].get_or_insert(value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
