//! JSON lines, with the keys that common servers and libraries use.

mod bare_duration;
mod csv;
mod fields;
mod keys;
mod logfmt;
mod ltsv;
mod map;
mod scalar;
mod visitor;

pub(crate) use bare_duration::{BareDuration, BareDurations};
pub(crate) use csv::{CsvColumns, parse_csv};
pub(crate) use fields::{JsonDialect, JsonTraits};
pub(crate) use logfmt::parse_logfmt;
pub(crate) use ltsv::parse_ltsv;
pub use map::{FieldMap, FieldMapError};
pub(crate) use scalar::{json_text, json_texts};

use std::sync::Arc;

use serde::Deserialize;

use self::fields::RequestFields;
use super::common_log::{parse_combined, parse_common};
use super::log_date::DateCache;
use super::request::{LoggedRequest, MalformedLine};
use super::simple::parse_simple;

/// How often one JSON object may hold the line of another one.
const MAX_NESTING: usize = 2;

/// How the JSON lines of a file are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct JsonRules {
    /// Keys of one's own.
    pub(crate) map: Option<Arc<FieldMap>>,
    /// Durations of the file's first lines, which tell the unit of all of them.
    pub(crate) durations: Option<BareDurations>,
}

impl JsonRules {
    /// Returns the rules of a file with keys of one's own.
    pub(crate) fn of_map(map: FieldMap) -> Self {
        Self { map: Some(Arc::new(map)), durations: None }
    }
}

/// Reads a line that is a JSON object, and passes the request to `take`.
///
/// The keys of many servers and libraries are known, in the object or in objects within: those of nginx, Caddy,
/// Traefik, Envoy, Cloudflare, Google Cloud, the Elastic Common Schema, pino and bunyan. Of several keys for one
/// field the first in the line counts. In the unit of a latency:
///
/// - `duration`, `latency`, `elapsed`, `response_time`, `request_time`, `time` are milliseconds if they are whole
///   numbers of less than a minute, and seconds beside keys of nginx if they are not whole; others have no unit, so they
///   are not read. In a file, all of them have one unit: that of its first lines. The same names with `_ns`, `_us`, `_ms`
///   or `_s` have that unit. Caddy's `duration` is seconds, Traefik's `Duration` and `event.duration` nanoseconds. A
///   string with units, such as `"1.5ms"` or `"1m2s"`, is read in these units. A time that cannot be read counts as missing
/// - `time` is a date if the value is one
///
/// If there is no method, path and status, `log` or `message` may hold a line of any format, as in the logs of
/// containers. Text before the object is skipped, since syslog and others put the time and a name there. So is the
/// comma or bracket of an array behind it. The keys of method, path and status may be empty or `-`, as servers log
/// connections without a request, and a value that cannot be read counts as such.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
pub fn parse_json<T>(line: &[u8], take: impl FnOnce(&LoggedRequest<'_>) -> T) -> Result<T, MalformedLine> {
    parse_json_with(line, &JsonRules::default(), |request, _| take(request))
}

/// Reads a line as [`parse_json`] does, by the rules of its file.
pub(crate) fn parse_json_with<T>(
    line: &[u8],
    rules: &JsonRules,
    take: impl FnOnce(&LoggedRequest<'_>, JsonTraits) -> T,
) -> Result<T, MalformedLine> {
    let mut take = Some(take);
    let mut result = None;
    // One closure type for all levels, or each level would need code of its own.
    parse_nested(line, rules, MAX_NESTING, &mut |request, traits| {
        result = take.take().map(|take| take(request, traits));
    })?;
    result.ok_or(MalformedLine::NotJson)
}

/// Receives a request, and what its keys tell.
type TakeRequest<'t> = &'t mut dyn FnMut(&LoggedRequest<'_>, JsonTraits);

/// Reads a line, and `nesting` lines within lines.
fn parse_nested(
    line: &[u8],
    rules: &JsonRules,
    nesting: usize,
    take: TakeRequest<'_>,
) -> Result<(), MalformedLine> {
    if line.is_empty() {
        return Err(MalformedLine::Empty);
    }
    let start = memchr::memchr(b'{', line).ok_or(MalformedLine::NotJson)?;
    let object = without_array_end(&line[start..]);
    let mut json = serde_json::Deserializer::from_slice(object);
    let fields = RequestFields::deserialize(&mut json).and_then(|fields| json.end().map(|()| fields));
    let Ok(fields) = fields else {
        // nginx escapes characters as \x22 unless its format says `escape=json`, which is not JSON.
        let fixed = with_json_escapes(object).filter(|_| nesting > 0).ok_or(MalformedLine::NotJson)?;
        return parse_nested(&fixed, rules, nesting - 1, take);
    };
    if let Some(map) = &rules.map {
        return map.read(object, fields, rules.durations, take);
    }
    match fields.inner_line() {
        Some(text) if nesting > 0 => parse_inner(text.trim_end().as_bytes(), rules, nesting - 1, take),
        _ => fields.finish(rules.durations, take),
    }
}

/// Returns an element of an array without the comma or bracket behind it.
fn without_array_end(object: &[u8]) -> &[u8] {
    let end = object.iter().rposition(|byte| !matches!(byte, b',' | b']' | b' ' | b'\t' | b'\r'));
    end.map_or(object, |end| &object[..=end])
}

/// Rewrites escapes such as `\x22` as those of JSON, or returns `None` if there are none.
fn with_json_escapes(object: &[u8]) -> Option<Vec<u8>> {
    let mut escapes = memchr::memmem::find_iter(object, b"\\x").peekable();
    escapes.peek()?;
    let mut fixed = Vec::with_capacity(object.len() + 16);
    let mut from = 0;
    for at in escapes {
        let backslashes = object[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        // Behind a backslash, this one is text.
        if backslashes % 2 == 0 {
            fixed.extend_from_slice(&object[from..at]);
            fixed.extend_from_slice(b"\\u00");
            from = at + 2;
        }
    }
    fixed.extend_from_slice(&object[from..]);
    Some(fixed)
}

/// Reads a line of any format.
fn parse_inner(
    line: &[u8],
    rules: &JsonRules,
    nesting: usize,
    take: TakeRequest<'_>,
) -> Result<(), MalformedLine> {
    let mut dates = DateCache::default();
    let request = parse_combined(line, &mut dates)
        .or_else(|_| parse_common(line, &mut dates))
        .or_else(|_| parse_simple(line));
    match request {
        Ok(request) => take(&request, JsonTraits { dialect: None, unit: None, duration: None }),
        Err(_) => {
            return parse_nested(line, rules, nesting, take).map_err(|_| MalformedLine::MissingKey("method"));
        }
    }
    Ok(())
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
            (method, path, request.status, request.latency, request.bytes, agent, request.time)
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
            Some(1_431_857_103),
        );
        assert_eq!(read(nginx), Ok(is));
        let of_time = |field: &str| {
            read(&format!(r#"{{"method":"GET","path":"/","status":200,{field}}}"#))
                .map(|read| (read.3, read.6))
        };
        for (field, time) in [
            (r#""duration":15"#, Some(15_000_000)),
            (r#""duration":1.5"#, None),
            (r#""duration":91623"#, None),
            (r#""request_time":137"#, None),
            (r#""duration":7,"request_time":"0.025""#, Some(25_000_000)),
            (r#""response_time":0.137,"time_iso8601":"-""#, Some(137_000_000)),
            (r#""latency":"0.137","body_bytes_sent":1"#, Some(137_000_000)),
            (r#""time":0.137,"http_user_agent":"x""#, Some(137_000_000)),
            (r#""controller":"c","duration":58.33"#, Some(58_330_000)),
            (r#""latencies":{"request":7,"kong":1}"#, Some(7_000_000)),
            (r#""latency_us":1.5"#, Some(1_500)),
            (r#""duration_ns":15"#, Some(15)),
            (r#""latency":"1.5s""#, Some(1_500_000_000)),
            (r#""elapsed":1e-3"#, None),
            (r#""elapsed_ms":1e-3"#, Some(1_000)),
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
            Ok((Some(2_000_000), Some(1_431_857_103)))
        );
        for date in [r#""ts":1431857103.5"#, r#""time":1431857103"#, r#""time":1431857103500"#] {
            assert_eq!(of_time(date), Ok((None, Some(1_431_857_103))), "{date}");
        }
        let short = read(r#"{"request":"POST /b HTTP/1.1","status":404}"#).unwrap();
        assert_eq!((&*short.0, &*short.1, short.2), ("POST", "/b", 404));
    }

    #[test]
    fn dates_of_any_form_do_not_cost_a_request() {
        for (field, hour) in [
            (r#""time":"17/May/2015:10:05:03 +0000""#, Some(1_431_857_103)),
            (r#""time_local":"17/May/2015:10:05:03 +0000""#, Some(1_431_857_103)),
            (r#""date":"2015-05-17T10:05:03Z""#, Some(1_431_857_103)),
            (r#""ts":"2015-05-17 10:05:03""#, Some(1_431_857_103)),
            (r#""time":"noon""#, None),
        ] {
            let line = format!(r#"{{"method":"GET","path":"/","status":200,{field}}}"#);
            assert_eq!(read(&line).unwrap().6, hour, "{field}");
        }
    }

    #[test]
    fn values_that_cannot_be_read_do_not_cost_a_request() {
        for (status, read_as) in [
            (r#""""#, 0),
            ("null", 0),
            (r#""-""#, 0),
            ("-1", 0),
            ("20", 0),
            (r#""done""#, 0),
            (r#""200 OK""#, 200),
            ("200.0", 200),
            (r#""H12","status":503"#, 503),
        ] {
            let line = format!(r#"{{"method":"get","path":"/","code":{status}}}"#);
            let request = read(&line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
            assert_eq!((&*request.0, request.2), ("GET", read_as), "{line}");
        }
        assert_eq!(read(r#"{"method":"g t","path":"/","status":200}"#).unwrap().0, "-");
    }

    #[test]
    fn requests_are_found_under_the_keys_of_many_programs() {
        for line in [
            r#"{"remote_ip":"192.0.2.1","request":"GET /a HTTP/1.1","response":200}"#,
            r#"{"method":"GET","x-envoy-origin-path":"/a","response_code":200,"user-agent":"x"}"#,
            r#"{"routeKey":"GET /a","status":"200"}"#,
            r#"{"properties":{"httpMethod":"GET","requestUri":"/a","httpStatus":200,"clientIP":"192.0.2.1"}}"#,
            r#"{"attributes":{"http.method":"GET","http.target":"/a","http.status_code":200}}"#,
            r#"{"jsonPayload":{"method":"GET","http_uri":"/a","responseCode":"200"}}"#,
            r#"{"meta":{"req":{"method":"GET","url":"/a"},"res":{"statusCode":200}}}"#,
            r#"{"request":"/a?b","verb":"GET","response":"200"}"#,
            r#"{"reqMethod":"GET","reqPath":"/a","statusCode":"200","cliIP":"192.0.2.1","UA":"x","reqTimeSec":"1431857103"}"#,
            r#"{"src_ip":"192.0.2.1","http":{"url":"/a?b","http_method":"GET","status":200,"length":1,"http_user_agent":"x"}}"#,
            r#"{"nginx":{"access":{"method":"GET","url":"/a","response_code":"200","body_sent":{"bytes":"1"},"remote_ip":"192.0.2.1"}}}"#,
            r#"{"protoPayload":{"method":"GET","resource":"/a?b","status":200,"latency":"0.1s"},"resource":{"type":"x"}}"#,
            r#"{"_index":"i","_source":{"request":"/a","verb":"GET","response":"200"}}"#,
            r#"{"http":{"request":{"method":"GET","path":"/a"},"status":200}}"#,
            r#"{"method":"GET","status_code":200,"requested_uri":"/a","elapsed_time":37}"#,
            r#"{"id.orig_h":"192.0.2.1","method":"GET","uri":"/a","status_code":200,"response_body_len":1}"#,
            r#"{"request":"https://example.com/a","method":"GET","status":200}"#,
            r#"{"method":"GET","request":"GET http://example.com/a HTTP/1.1","path":"/a","status":200}"#,
        ] {
            let request = read(line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
            assert_eq!((&*request.0, &*request.1, request.2), ("GET", "/a", 200), "{line}");
        }
        let request =
            read(r#"{"ip":"192.0.2.1","path":"/a","status":"200","started_at":1431857103500}"#).unwrap();
        assert_eq!((&*request.0, &*request.1, request.6), ("-", "/a", Some(1_431_857_103)));
    }

    #[test]
    fn fields_are_found_under_the_keys_of_many_programs() {
        for fields in [
            r#""cliIP":"192.0.2.1","UA":"x","content_length":9,"bytes":7"#,
            r#""ip":"192.0.2.1","ua":"x","content_length":7,"requested_uri":"/""#,
            r#""src_ip":"192.0.2.1","ua":"x","written_bytes":7"#,
            r#""remote":"192.0.2.1","request_user_agent":"x","response_body_size":7"#,
            r#""http":{"useragent":"x"},"network":{"client":{"ip":"192.0.2.1"},"bytes_written":"7"}"#,
            r#""id.orig_h":"192.0.2.1","ua":"x","response_body_len":7"#,
        ] {
            let line = format!(r#"{{"method":"GET","path":"/","status":200,{fields}}}"#);
            let read = parse_json(line.as_bytes(), |request| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                (request.client.map(text), request.agent.map(text), request.bytes)
            });
            assert_eq!(read, Ok((Some("192.0.2.1".into()), Some("x".into()), Some(7))), "{line}");
        }
        // A number may be anything under so short a name.
        let date = |value: &str| {
            read(&format!(r#"{{"method":"GET","path":"/","status":200,"t":{value}}}"#)).unwrap().6
        };
        assert_eq!((date("12"), date(r#""2015-05-17T10:05:03Z""#)), (None, Some(1_431_857_103)));
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
    fn mapped_keys_are_found_in_what_nginx_escapes() {
        let rules = JsonRules::of_map(FieldMap::parse("path=p").unwrap());
        let line = br#"{"method":"GET","p":"/a","status":200,"agent":"\x22x\x22"}"#;
        assert_eq!(parse_json_with(line, &rules, |request, _| request.path == b"/a"), Ok(true));
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
            (r#"{"log":"Listening on port 80\n","stream":"stdout"}"#, MalformedLine::MissingKey("method")),
        ] {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
