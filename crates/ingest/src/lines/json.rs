//! JSON lines, with the keys that common servers and libraries use.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{Deserialize, IgnoredAny, MapAccess, Visitor};

use super::clock;
use super::duration::{Decimal, duration};
use super::{Malformed, Method, Request, status, without_query};

/// Reads a line that is a JSON object, and gives the request to `take`. Keys (the first one that a
/// line has of each list counts; others are not looked at):
/// - method: `method`, `request_method`, `verb`
/// - path: `path`, `uri`, `url`, `request_uri`; or method and path together: `request`
/// - status: `status`, `status_code`, `code`
/// - time: `time`, `duration`, `latency`, `elapsed`, `response_time` count milliseconds, the same
///   names with `_ns`, `_us`, `_ms` or `_s` that unit; nginx's `request_time` counts seconds. A text
///   with a unit, such as `"1.5ms"`, is taken by its unit
/// - bytes: `bytes`, `size`, `bytes_sent`, `body_bytes_sent`
/// - user agent: `user_agent`, `http_user_agent`, `agent`, `user-agent`
/// - date: `ts`, `timestamp`, `@timestamp`, `time_iso8601`, `msec`, and `time` if it is a date: RFC
///   3339 or a number since 1970
///
/// # Errors
/// [`Malformed`].
pub fn json<T>(line: &[u8], take: impl FnOnce(&Request<'_>) -> T) -> Result<T, Malformed> {
    if line.is_empty() {
        return Err(Malformed::Empty);
    }
    let mut object: Object<'_> = serde_json::from_slice(line).map_err(|_| Malformed::NotJson)?;
    if let Some(error) = object.wrong {
        return Err(error);
    }
    if object.method.is_none() || object.path.is_none() {
        let mut words =
            object.request.as_deref().unwrap_or_default().split_ascii_whitespace().map(str::to_owned);
        object.method = object.method.or_else(|| words.next().map(Cow::Owned));
        object.path = object.path.or_else(|| words.next().map(Cow::Owned));
    }
    let method = object.method.as_deref().ok_or(Malformed::NoKey("method"))?.as_bytes();
    let path = object.path.as_deref().ok_or(Malformed::NoKey("path"))?.as_bytes();
    Ok(take(&Request {
        method: Method::of(method).ok_or(Malformed::Request)?,
        path: without_query(path),
        status: object.status.ok_or(Malformed::NoKey("status"))?,
        time: object.time,
        bytes: object.bytes,
        agent: object.agent.as_deref().map(str::as_bytes),
        hour: object.hour,
    }))
}

#[derive(Default)]
struct Object<'a> {
    method: Option<Cow<'a, str>>,
    path: Option<Cow<'a, str>>,
    request: Option<Cow<'a, str>>,
    status: Option<u16>,
    time: Option<u64>,
    bytes: Option<u64>,
    agent: Option<Cow<'a, str>>,
    hour: Option<i64>,
    /// What is wrong with the first value that is not what its key says.
    wrong: Option<Malformed>,
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut object = Object::default();
        while let Some(Text(key)) = map.next_key()? {
            if is_known(&key) {
                object.set(&key, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(object)
    }
}

fn is_known(key: &str) -> bool {
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
    ) || exponent(key).is_some()
}

/// The unit in which a key counts time, as a power of ten of nanoseconds.
fn exponent(key: &str) -> Option<usize> {
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

impl<'a> Object<'a> {
    fn set(&mut self, key: &str, value: Scalar<'a>) {
        match key {
            "method" | "request_method" | "verb" => fill(&mut self.method, value.into_text()),
            "path" | "uri" | "url" | "request_uri" => fill(&mut self.path, value.into_text()),
            "request" => fill(&mut self.request, value.into_text()),
            "user_agent" | "http_user_agent" | "agent" | "user-agent" => {
                fill(&mut self.agent, value.into_text());
            }
            "status" | "status_code" | "code" => {
                let status = value.text().and_then(|text| status(text.as_bytes().try_into().ok()?));
                self.wrong = self.wrong.or(status.is_none().then_some(Malformed::Status));
                fill(&mut self.status, status);
            }
            "bytes" | "size" | "bytes_sent" | "body_bytes_sent" => {
                fill(&mut self.bytes, value.text().and_then(|text| text.parse().ok()));
            }
            _ => match exponent(key) {
                None => fill(&mut self.hour, value.hour()),
                Some(exponent) => {
                    match value.time(exponent) {
                        Ok(time) => fill(&mut self.time, Some(time)),
                        // A number of milliseconds since 1970 is no time that a request took.
                        Err(Malformed::Time | Malformed::TimeTooLong)
                            if key == "time" && value.hour().is_some() =>
                        {
                            fill(&mut self.hour, value.hour());
                        }
                        Err(_) if value.is_absent() => {}
                        Err(error) => self.wrong = self.wrong.or(Some(error)),
                    };
                }
            },
        }
    }
}

fn fill<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// A text, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A value of a key that is looked at. Numbers are kept as they are written.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Scalar<'a>(#[serde(borrow)] &'a serde_json::value::RawValue);

impl<'a> Scalar<'a> {
    /// The text, or the number as it is written; none for `null`, `-` and what has parts.
    fn text(&self) -> Option<Cow<'a, str>> {
        let raw = self.0.get();
        let text = match raw.as_bytes().first()? {
            b'"' => serde_json::from_str::<Text<'a>>(raw).ok()?.0,
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
        clock::written(&self.text()?)
    }

    /// Nanoseconds, of a number in a unit or a text that names its own.
    fn time(&self, exponent: usize) -> Result<u64, Malformed> {
        let text = self.text().ok_or(Malformed::Time)?;
        match Decimal::read(text.as_bytes()) {
            Some((number, [])) => number.nanoseconds(exponent),
            // Programs print small and great floating-point numbers so.
            Some((_, [b'e' | b'E', ..])) => from_float(&text, exponent),
            _ => match duration(text.as_bytes())? {
                (time, []) => Ok(time),
                _ => Err(Malformed::Time),
            },
        }
    }
}

fn from_float(text: &str, exponent: usize) -> Result<u64, Malformed> {
    let number: f64 = text.parse().map_err(|_| Malformed::Time)?;
    let time = number * [1.0, 1e3, 1e6, 1e9][exponent / 3];
    if time <= super::LONGEST_TIME as f64 { Ok(time.round() as u64) } else { Err(Malformed::TimeTooLong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (String, String, u16, Option<u64>, Option<u64>, Option<String>, Option<i64>);

    fn read(line: &str) -> Result<Read, Malformed> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        json(line.as_bytes(), |request| {
            let agent = request.agent.map(text);
            let (method, path) = (text(request.method.word()), text(request.path));
            (method, path, request.status, request.time, request.bytes, agent, request.hour)
        })
    }

    #[test]
    fn the_keys_of_common_servers_are_known() {
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
    fn what_is_wrong_is_said() {
        for (line, reason) in [
            ("", Malformed::Empty),
            ("x", Malformed::NotJson),
            ("[1]", Malformed::NotJson),
            (r#"{"method":"GET","path":"/","status":200"#, Malformed::NotJson),
            (r#"{"path":"/","status":200}"#, Malformed::NoKey("method")),
            (r#"{"method":"GET","status":200}"#, Malformed::NoKey("path")),
            (r#"{"method":"GET","path":"/"}"#, Malformed::NoKey("status")),
            (r#"{"method":"GET","path":"/","status":20}"#, Malformed::Status),
            (r#"{"method":"g t","path":"/","status":200}"#, Malformed::Request),
            (r#"{"method":"GET","path":"/","status":200,"latency":"soon"}"#, Malformed::Time),
            (r#"{"method":"GET","path":"/","status":200,"latency":-1}"#, Malformed::Time),
        ] {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
