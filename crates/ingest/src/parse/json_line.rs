//! JSON lines, with the keys that common servers and libraries use.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{Deserialize, IgnoredAny, MapAccess, Visitor};

use super::common_log::{parse_combined, parse_common};
use super::duration::{Decimal, MAX_LATENCY_NS, parse_worded_duration};
use super::log_date::{self, DateCache};
use super::method::HttpMethod;
use super::request::{LoggedRequest, MalformedLine, status, without_query};
use super::simple::parse_simple;

/// How often one JSON object may hold the line of another one.
const MAX_NESTING: usize = 2;

/// Reads a line that is a JSON object, and passes the request to `take`.
///
/// The following keys are read; of several keys for one field the first in the line counts.
///
/// - method: `method`, `request_method`, `verb`
/// - path: `path`, `uri`, `url`, `request_uri`; or method and path together: `request`
/// - status: `status`, `status_code`, `code`
/// - latency: `time`, `duration`, `latency`, `elapsed`, `response_time` in milliseconds; the same names with
///   `_ns`, `_us`, `_ms` or `_s` in that unit; nginx's `request_time` in seconds. A string with units, such
///   as `"1.5ms"` or `"1m2s"`, is read in these units. A time that cannot be read counts as missing
/// - bytes: `bytes`, `size`, `bytes_sent`, `body_bytes_sent`
/// - user agent: `user_agent`, `http_user_agent`, `agent`, `user-agent`
/// - date: `ts`, `timestamp`, `@timestamp`, `time_iso8601`, `time_local`, `date`, `datetime`, `msec`, and `time` if
///   the value is a date: RFC 3339 with or without an offset, as in the Common Log Format, or a number since 1970
///
/// If there is no method, path and status, `log` or `message` may hold a line of any format, as in the logs of
/// containers. Text before the object is skipped, since syslog and others put the time and a name there. The keys
/// of method and path may be empty or `-`, as servers log connections without a request.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub fn parse_json<T>(line: &[u8], take: impl FnOnce(&LoggedRequest<'_>) -> T) -> Result<T, MalformedLine> {
    let mut take = Some(take);
    let mut result = None;
    // One closure type for all levels, or each level would need code of its own.
    parse_nested(line, MAX_NESTING, &mut |request| result = take.take().map(|take| take(request)))?;
    result.ok_or(MalformedLine::NotJson)
}

/// Reads a line, and `nesting` lines within lines.
fn parse_nested(
    line: &[u8],
    nesting: usize,
    take: &mut dyn FnMut(&LoggedRequest<'_>),
) -> Result<(), MalformedLine> {
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    let start = memchr::memchr(b'{', line).ok_or(MalformedLine::NotJson)?;
    let mut fields: RequestFields<'_> =
        serde_json::from_slice(&line[start..]).map_err(|_| MalformedLine::NotJson)?;
    if let Some(text) = fields.line.as_deref().filter(|_| nesting > 0 && !fields.is_request()) {
        return parse_inner(text.trim_end().as_bytes(), nesting - 1, take);
    }
    if let Some(error) = fields.first_error {
        return Err(error);
    }
    if fields.method.is_none() || fields.path.is_none() {
        let mut words =
            fields.request.as_deref().unwrap_or_default().split_ascii_whitespace().map(str::to_owned);
        fields.method = fields.method.or_else(|| words.next().map(Cow::Owned));
        fields.path = fields.path.or_else(|| words.next().map(Cow::Owned));
    }
    let method = match fields.method.as_deref() {
        Some(method) => HttpMethod::parse(method.as_bytes()).ok_or(MalformedLine::InvalidRequest)?,
        None if fields.has_method => HttpMethod::NONE,
        None => return Err(MalformedLine::MissingKey("method")),
    };
    let path = match fields.path.as_deref() {
        Some(path) => path.as_bytes(),
        None if fields.has_path => b"",
        None => return Err(MalformedLine::MissingKey("path")),
    };
    take(&LoggedRequest {
        method,
        path: without_query(path),
        status: fields.status.ok_or(MalformedLine::MissingKey("status"))?,
        latency: fields.latency,
        bytes: fields.bytes,
        agent: fields.agent.as_deref().map(str::as_bytes),
        hour: fields.hour,
    });
    Ok(())
}

/// Reads a line of any format.
fn parse_inner(
    line: &[u8],
    nesting: usize,
    take: &mut dyn FnMut(&LoggedRequest<'_>),
) -> Result<(), MalformedLine> {
    let mut dates = DateCache::default();
    let request = parse_combined(line, &mut dates)
        .or_else(|_| parse_common(line, &mut dates))
        .or_else(|_| parse_simple(line));
    match request {
        Ok(request) => take(&request),
        Err(_) => return parse_nested(line, nesting, take).map_err(|_| MalformedLine::MissingKey("method")),
    }
    Ok(())
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
    /// A line of another format within this one.
    line: Option<Cow<'a, str>>,
    /// Whether there is a key for the method, with or without a value.
    has_method: bool,
    /// Whether there is a key for the path, with or without a value.
    has_path: bool,
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
            | "time_local"
            | "date"
            | "datetime"
            | "msec"
            | "log"
            | "message"
            | "MESSAGE"
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
    /// Returns whether the object has the keys of a request itself.
    fn is_request(&self) -> bool {
        self.has_method && self.has_path && self.status.is_some()
    }

    /// Sets the field of a key.
    fn set(&mut self, key: &str, value: RawScalar<'a>) {
        match key {
            "method" | "request_method" | "verb" => {
                self.has_method = true;
                set_first(&mut self.method, value.into_filled_text());
            }
            "path" | "uri" | "url" | "request_uri" => {
                self.has_path = true;
                set_first(&mut self.path, value.into_filled_text());
            }
            "request" => {
                // Some programs put an object there, which is no request line.
                (self.has_method, self.has_path) =
                    (self.has_method || value.is_string(), self.has_path || value.is_string());
                set_first(&mut self.request, value.into_filled_text());
            }
            "log" | "message" | "MESSAGE" => set_first(&mut self.line, value.into_text()),
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
                // `time` is a latency or a date: milliseconds since 1970 exceed every valid latency.
                Some(exponent) => match value.latency(exponent) {
                    Some(latency) => set_first(&mut self.latency, Some(latency)),
                    None if key == "time" => set_first(&mut self.hour, value.hour()),
                    None => {}
                },
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

    /// Returns the text unless it is empty.
    fn into_filled_text(self) -> Option<Cow<'a, str>> {
        self.text().filter(|text| !text.is_empty())
    }

    fn is_string(&self) -> bool {
        self.0.get().starts_with('"')
    }

    fn hour(&self) -> Option<i64> {
        log_date::hour_of_text(&self.text()?)
    }

    /// Returns nanoseconds, from a number in a unit or a string that names its own units.
    fn latency(&self, exponent: usize) -> Option<u64> {
        let text = self.text()?;
        match Decimal::parse_prefix(text.as_bytes()) {
            Some((number, [])) => number.nanoseconds(exponent).ok(),
            // Programs print very small and very large floating-point numbers with an exponent.
            Some((_, [b'e' | b'E', ..])) => latency_from_float(&text, exponent),
            _ => parse_worded_duration(&text).ok(),
        }
    }
}

/// Converts a floating-point number of units of 10^`exponent` ns to nanoseconds.
fn latency_from_float(text: &str, exponent: usize) -> Option<u64> {
    let number: f64 = text.parse().ok()?;
    let time = number * [1.0, 1e3, 1e6, 1e9][exponent / 3];
    (time <= MAX_LATENCY_NS as f64).then_some(time.round() as u64)
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
            (r#""latency":"1m2s""#, Some(62_000_000_000)),
            (r#""latency":"12 ms""#, Some(12_000_000)),
            (r#""latency":"""#, None),
            (r#""latency":"soon""#, None),
            (r#""latency":-1"#, None),
            (r#""latency":{"secs":1}"#, None),
            (r#""duration_s":1e9"#, None),
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
    fn dates_of_any_form_do_not_cost_a_request() {
        for (field, hour) in [
            (r#""time":"17/May/2015:10:05:03 +0000""#, Some(397_738)),
            (r#""time_local":"17/May/2015:10:05:03 +0000""#, Some(397_738)),
            (r#""date":"2015-05-17T10:05:03Z""#, Some(397_738)),
            (r#""ts":"2015-05-17 10:05:03""#, Some(397_738)),
            (r#""time":"noon""#, None),
        ] {
            let line = format!(r#"{{"method":"GET","path":"/","status":200,{field}}}"#);
            assert_eq!(read(&line).unwrap().6, hour, "{field}");
        }
    }

    #[test]
    fn lines_are_found_within_objects_and_behind_prefixes() {
        let combined =
            r#"192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 10 \"-\" \"curl\"\n"#;
        let json = r#"{"request_method":"GET","uri":"/a","status":200}"#;
        let escaped = json.replace('"', "\\\"");
        for line in [
            format!(r#"{{"log":"{combined}","stream":"stdout","time":"2015-05-17T10:05:03.1Z"}}"#),
            format!(r#"{{"level":"info","message":"{escaped}"}}"#),
            r#"{"log":"[GET] /a, status=200, time=1ms user-agent=x\n","stream":"stdout"}"#.to_owned(),
            format!("May 17 10:05:03 web1 nginx[7]: {json}"),
            format!("2015-05-17T10:05:03.1Z stdout F {json}"),
            format!("web-1  | {json}"),
        ] {
            let request = read(&line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
            assert_eq!((&*request.0, &*request.1, request.2), ("GET", "/a", 200), "{line}");
        }
    }

    #[test]
    fn connections_without_a_request_are_counted() {
        for line in [
            r#"{"request":"","status":400}"#,
            r#"{"request":"-","status":"408"}"#,
            r#"{"request_method":"","request_uri":"","status":"400"}"#,
            r#"{"method":"-","path":"-","status":400}"#,
        ] {
            let request = read(line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
            assert_eq!((&*request.0, &*request.1), ("-", ""), "{line}");
        }
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
            (r#"{"log":"Listening on port 80\n","stream":"stdout"}"#, MalformedLine::MissingKey("method")),
        ] {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
