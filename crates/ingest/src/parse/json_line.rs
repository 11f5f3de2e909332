//! JSON lines, with the keys that common servers and libraries use.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{Deserialize, IgnoredAny, MapAccess, Visitor};

use super::duration::{Decimal, MAX_LATENCY_NS, parse_duration};
use super::log_date;
use super::method::HttpMethod;
use super::request::{LoggedRequest, MalformedLine, status, without_query};

/// Reads a line that is a JSON object, and passes the request to `take`.
///
/// The following keys are read; of several keys for one field the first in the line counts.
///
/// - method: `method`, `request_method`, `verb`
/// - path: `path`, `uri`, `url`, `request_uri`; or method and path together: `request`
/// - status: `status`, `status_code`, `code`
/// - latency: `time`, `duration`, `latency`, `elapsed`, `response_time` in milliseconds; the same names with
///   `_ns`, `_us`, `_ms` or `_s` in that unit; nginx's `request_time` in seconds. A string with a unit, such
///   as `"1.5ms"`, is read in that unit
/// - bytes: `bytes`, `size`, `bytes_sent`, `body_bytes_sent`
/// - user agent: `user_agent`, `http_user_agent`, `agent`, `user-agent`
/// - date: `ts`, `timestamp`, `@timestamp`, `time_iso8601`, `msec`, and `time` if the value is a date: RFC
///   3339 or a number since 1970
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub fn parse_json<T>(line: &[u8], take: impl FnOnce(&LoggedRequest<'_>) -> T) -> Result<T, MalformedLine> {
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    let mut fields: RequestFields<'_> = serde_json::from_slice(line).map_err(|_| MalformedLine::NotJson)?;
    if let Some(error) = fields.first_error {
        return Err(error);
    }
    if fields.method.is_none() || fields.path.is_none() {
        let mut words =
            fields.request.as_deref().unwrap_or_default().split_ascii_whitespace().map(str::to_owned);
        fields.method = fields.method.or_else(|| words.next().map(Cow::Owned));
        fields.path = fields.path.or_else(|| words.next().map(Cow::Owned));
    }
    let method = fields.method.as_deref().ok_or(MalformedLine::MissingKey("method"))?.as_bytes();
    let path = fields.path.as_deref().ok_or(MalformedLine::MissingKey("path"))?.as_bytes();
    Ok(take(&LoggedRequest {
        method: HttpMethod::parse(method).ok_or(MalformedLine::InvalidRequest)?,
        path: without_query(path),
        status: fields.status.ok_or(MalformedLine::MissingKey("status"))?,
        latency: fields.latency,
        bytes: fields.bytes,
        agent: fields.agent.as_deref().map(str::as_bytes),
        hour: fields.hour,
    }))
}

/// The fields that were found so far.
#[derive(Default)]
struct RequestFields<'a> {
    method: Option<Cow<'a, str>>,
    path: Option<Cow<'a, str>>,
    request: Option<Cow<'a, str>>,
    status: Option<u16>,
    latency: Option<u64>,
    bytes: Option<u64>,
    agent: Option<Cow<'a, str>>,
    hour: Option<i64>,
    /// The first value that does not fit its key.
    first_error: Option<MalformedLine>,
}

impl<'de> Deserialize<'de> for RequestFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RequestFieldsVisitor)
    }
}

/// Reads an object key by key, without building a tree.
struct RequestFieldsVisitor;

impl<'de> Visitor<'de> for RequestFieldsVisitor {
    type Value = RequestFields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RequestFields<'de>, A::Error> {
        let mut fields = RequestFields::default();
        while let Some(JsonText(key)) = map.next_key()? {
            if is_known_key(&key) {
                fields.set(&key, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}

/// Returns whether the value of a key is read.
fn is_known_key(key: &str) -> bool {
    matches!(
        key,
        "method"
            | "request_method"
            | "verb"
            | "path"
            | "uri"
            | "url"
            | "request_uri"
            | "request"
            | "status"
            | "status_code"
            | "code"
            | "bytes"
            | "size"
            | "bytes_sent"
            | "body_bytes_sent"
            | "user_agent"
            | "http_user_agent"
            | "agent"
            | "user-agent"
            | "ts"
            | "timestamp"
            | "@timestamp"
            | "time_iso8601"
            | "msec"
    ) || time_exponent(key).is_some()
}

/// Returns the unit in which a key counts time, as a power of ten of nanoseconds.
fn time_exponent(key: &str) -> Option<usize> {
    let is_time = |name| matches!(name, "time" | "duration" | "latency" | "elapsed" | "response_time");
    if key == "request_time" {
        return Some(9);
    }
    if is_time(key) {
        return Some(6);
    }
    let (name, unit) = key.rsplit_once('_')?;
    let exponent = match unit {
        "ns" => 0,
        "us" => 3,
        "ms" => 6,
        "s" => 9,
        _ => return None,
    };
    is_time(name).then_some(exponent)
}

impl<'a> RequestFields<'a> {
    /// Sets the field of a key.
    fn set(&mut self, key: &str, value: RawScalar<'a>) {
        match key {
            "method" | "request_method" | "verb" => set_first(&mut self.method, value.into_text()),
            "path" | "uri" | "url" | "request_uri" => set_first(&mut self.path, value.into_text()),
            "request" => set_first(&mut self.request, value.into_text()),
            "user_agent" | "http_user_agent" | "agent" | "user-agent" => {
                set_first(&mut self.agent, value.into_text());
            }
            "status" | "status_code" | "code" => {
                let status = value.text().and_then(|text| status(text.as_bytes().try_into().ok()?));
                self.first_error =
                    self.first_error.or(status.is_none().then_some(MalformedLine::InvalidStatus));
                set_first(&mut self.status, status);
            }
            "bytes" | "size" | "bytes_sent" | "body_bytes_sent" => {
                set_first(&mut self.bytes, value.text().and_then(|text| text.parse().ok()));
            }
            _ => match time_exponent(key) {
                None => set_first(&mut self.hour, value.hour()),
                Some(exponent) => {
                    match value.latency(exponent) {
                        Ok(latency) => set_first(&mut self.latency, Some(latency)),
                        // `time` is a latency or a date: milliseconds since 1970 exceed every valid latency.
                        Err(MalformedLine::InvalidLatency | MalformedLine::LatencyTooLong)
                            if key == "time" && value.hour().is_some() =>
                        {
                            set_first(&mut self.hour, value.hour());
                        }
                        Err(_) if value.is_absent() => {}
                        Err(error) => self.first_error = self.first_error.or(Some(error)),
                    };
                }
            },
        }
    }
}

/// Sets a field unless an earlier key has set it.
fn set_first<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// A string, borrowed unless it contains escapes.
#[derive(serde::Deserialize)]
struct JsonText<'a>(#[serde(borrow)] Cow<'a, str>);

/// The unparsed value of a key, so that numbers are read from their own digits, not from a rounded float.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct RawScalar<'a>(#[serde(borrow)] &'a serde_json::value::RawValue);

impl<'a> RawScalar<'a> {
    /// Returns the text, or the number as it is written; `None` for `null`, `-`, arrays and objects.
    fn text(&self) -> Option<Cow<'a, str>> {
        let raw = self.0.get();
        let text = match raw.as_bytes().first()? {
            b'"' => serde_json::from_str::<JsonText<'a>>(raw).ok()?.0,
            b'0'..=b'9' | b'-' => Cow::Borrowed(raw),
            _ => return None,
        };
        (text != "-").then_some(text)
    }

    fn into_text(self) -> Option<Cow<'a, str>> {
        self.text()
    }

    fn is_absent(&self) -> bool {
        self.text().is_none()
    }

    fn hour(&self) -> Option<i64> {
        log_date::hour_of_text(&self.text()?)
    }

    /// Returns nanoseconds, from a number in a unit or a string that names its own unit.
    fn latency(&self, exponent: usize) -> Result<u64, MalformedLine> {
        let text = self.text().ok_or(MalformedLine::InvalidLatency)?;
        match Decimal::parse_prefix(text.as_bytes()) {
            Some((number, [])) => number.nanoseconds(exponent),
            // Programs print very small and very large floating-point numbers with an exponent.
            Some((_, [b'e' | b'E', ..])) => latency_from_float(&text, exponent),
            _ => match parse_duration(text.as_bytes())? {
                (latency, []) => Ok(latency),
                _ => Err(MalformedLine::InvalidLatency),
            },
        }
    }
}

/// Converts a floating-point number of units of 10^`exponent` ns to nanoseconds.
fn latency_from_float(text: &str, exponent: usize) -> Result<u64, MalformedLine> {
    let number: f64 = text.parse().map_err(|_| MalformedLine::InvalidLatency)?;
    let time = number * [1.0, 1e3, 1e6, 1e9][exponent / 3];
    if time <= MAX_LATENCY_NS as f64 { Ok(time.round() as u64) } else { Err(MalformedLine::LatencyTooLong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    type ParsedFields = (String, String, u16, Option<u64>, Option<u64>, Option<String>, Option<i64>);

    fn read(line: &str) -> Result<ParsedFields, MalformedLine> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        parse_json(line.as_bytes(), |request| {
            let agent = request.agent.map(text);
            let (method, path) = (text(request.method.as_bytes()), text(request.path));
            (method, path, request.status, request.latency, request.bytes, agent, request.hour)
        })
    }

    #[test]
    fn keys_of_common_servers_are_known() {
        let nginx = r#"{"time_iso8601":"2015-05-17T10:05:03+00:00","request_method":"GET","request_uri":"/a?b","status":"200","body_bytes_sent":"12","request_time":"0.025","http_user_agent":"x \"y\" \u00e9","extra":{"a":[1,null]}}"#;
        let is = (
            "GET".into(),
            "/a".into(),
            200,
            Some(25_000_000),
            Some(12),
            Some("x \"y\" é".into()),
            Some(397_738),
        );
        assert_eq!(read(nginx), Ok(is));
        let of_time = |field: &str| {
            read(&format!(r#"{{"method":"GET","path":"/","status":200,{field}}}"#))
                .map(|read| (read.3, read.6))
        };
        for (field, time) in [
            (r#""duration":1.5"#, Some(1_500_000)),
            (r#""latency_us":1.5"#, Some(1_500)),
            (r#""duration_ns":15"#, Some(15)),
            (r#""latency":"1.5s""#, Some(1_500_000_000)),
            (r#""elapsed":1e-3"#, Some(1_000)),
            (r#""request_time":"-""#, None),
            (r#""time":null"#, None),
        ] {
            assert_eq!(of_time(field), Ok((time, None)), "{field}");
        }
        assert_eq!(
            of_time(r#""time":"2015-05-17T10:05:03Z","duration":2"#),
            Ok((Some(2_000_000), Some(397_738)))
        );
        for date in [r#""ts":1431857103.5"#, r#""time":1431857103"#, r#""time":1431857103500"#] {
            assert_eq!(of_time(date), Ok((None, Some(397_738))), "{date}");
        }
        let short = read(r#"{"request":"POST /b HTTP/1.1","status":404}"#).unwrap();
        assert_eq!((&*short.0, &*short.1, short.2), ("POST", "/b", 404));
    }

    #[test]
    fn errors_name_the_reason() {
        for (line, reason) in [
            ("", MalformedLine::Empty),
            ("x", MalformedLine::NotJson),
            ("[1]", MalformedLine::NotJson),
            (r#"{"method":"GET","path":"/","status":200"#, MalformedLine::NotJson),
            (r#"{"path":"/","status":200}"#, MalformedLine::MissingKey("method")),
            (r#"{"method":"GET","status":200}"#, MalformedLine::MissingKey("path")),
            (r#"{"method":"GET","path":"/"}"#, MalformedLine::MissingKey("status")),
            (r#"{"method":"GET","path":"/","status":20}"#, MalformedLine::InvalidStatus),
            (r#"{"method":"g t","path":"/","status":200}"#, MalformedLine::InvalidRequest),
            (r#"{"method":"GET","path":"/","status":200,"latency":"soon"}"#, MalformedLine::InvalidLatency),
            (r#"{"method":"GET","path":"/","status":200,"latency":-1}"#, MalformedLine::InvalidLatency),
        ] {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
