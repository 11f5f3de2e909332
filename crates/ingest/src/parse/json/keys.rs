//! The keys of JSON logs, and the fields that they hold.

use crate::parse::pattern::LatencyUnit;

/// Field that a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonField {
    Method,
    /// A path, or a URL of which the path counts.
    Path,
    /// `GET /path HTTP/1.1`.
    RequestLine,
    Status,
    Bytes,
    Agent,
    Client,
    Referrer,
    Time,
    Latency(LatencyUnit),
    /// A latency whose unit is that of the program.
    Duration,
    /// `request_time`: a latency like [`Duration`](Self::Duration) that counts before others.
    RequestTime,
    /// A latency with its unit, which counts before numbers without one.
    LatencyText,
    /// `content_length`: the bytes sent of Logback, but those of the request of others.
    ContentLength,
    /// A date, but not a number.
    DateText,
    /// `time`: a date, or a latency in milliseconds.
    TimeOrLatency,
    /// The protocol of a request in a nested object, as Caddy writes it.
    Protocol,
    /// A line within the line.
    Line,
}

/// An object in whose keys a request may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonScope {
    /// The line itself.
    Line,
    /// `request` and `req`, as Caddy, pino and bunyan write them.
    Request,
    /// `response` and `res`.
    Response,
    /// `headers` of a request.
    Headers,
    /// `httpRequest` of Google Cloud.
    HttpRequest,
    /// `http` of the Elastic Common Schema.
    EcsHttp,
    /// `http.request` of it.
    EcsRequest,
    /// `http.response` of it.
    EcsResponse,
    /// `http.response.body` of it.
    EcsBody,
    /// `url` of it.
    EcsUrl,
    /// `user_agent` of it.
    EcsAgent,
    /// `event` of it.
    EcsEvent,
    /// `latencies` of Kong.
    Latencies,
    /// `source` and `client` of it.
    EcsClient,
    /// `network` of Datadog.
    Network,
    /// `nginx` and `apache2` of Filebeat.
    BeatModule,
    /// `access` of such a module.
    BeatAccess,
    /// `protoPayload` of App Engine.
    ProtoPayload,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonKey {
    /// The key holds a field.
    Field(JsonField),
    /// The key holds an object with fields, or, if it is text or a number, this field.
    Scope(JsonScope, Option<JsonField>),
    /// The value is skipped.
    Unknown,
}

/// Returns what is known of a key.
pub(super) fn known_key(scope: JsonScope, key: &str) -> JsonKey {
    use JsonField as F;
    use JsonScope as S;
    let field = match scope {
        S::Line => return line_key(key),
        S::Request | S::Response => match key {
            "method" => F::Method,
            "uri" | "url" | "path" => F::Path,
            "status" | "statusCode" | "status_code" => F::Status,
            "remote_ip" | "client_ip" | "remote_addr" | "remoteAddress" | "ip" => F::Client,
            // The size of a request is not what was sent.
            "bytes" | "size" if scope == S::Response => F::Bytes,
            "proto" => F::Protocol,
            "headers" => return JsonKey::Scope(S::Headers, None),
            "userAgent" | "user_agent" => F::Agent,
            "referrer" | "referer" => F::Referrer,
            _ => return JsonKey::Unknown,
        },
        S::Headers => match key {
            "User-Agent" | "user-agent" => F::Agent,
            "Referer" | "referer" => F::Referrer,
            _ => return JsonKey::Unknown,
        },
        S::HttpRequest => match key {
            "requestMethod" => F::Method,
            "requestUrl" => F::Path,
            "status" => F::Status,
            "responseSize" => F::Bytes,
            "userAgent" => F::Agent,
            "remoteIp" => F::Client,
            "referer" => F::Referrer,
            "latency" => F::LatencyText,
            _ => return JsonKey::Unknown,
        },
        S::EcsHttp => match key {
            "request" => return JsonKey::Scope(S::EcsRequest, None),
            "response" => return JsonKey::Scope(S::EcsResponse, None),
            "method" | "http_method" => F::Method,
            "status_code" | "status" => F::Status,
            "url" | "path" => F::Path,
            "useragent" | "http_user_agent" => F::Agent,
            "length" => F::Bytes,
            _ => return JsonKey::Unknown,
        },
        S::EcsRequest => match key {
            "method" => F::Method,
            "path" | "uri" => F::Path,
            "referrer" => F::Referrer,
            _ => return JsonKey::Unknown,
        },
        S::EcsResponse => match key {
            "status_code" | "status" => F::Status,
            "bytes" => F::Bytes,
            "body" => return JsonKey::Scope(S::EcsBody, None),
            _ => return JsonKey::Unknown,
        },
        S::EcsBody if key == "bytes" => F::Bytes,
        S::EcsUrl if matches!(key, "original" | "path") => F::Path,
        S::EcsAgent if key == "original" => F::Agent,
        S::EcsEvent if key == "duration" => F::Latency(LatencyUnit::Nanoseconds),
        S::EcsClient if matches!(key, "ip" | "address") => F::Client,
        S::Network => match key {
            "client" => return JsonKey::Scope(S::EcsClient, None),
            "bytes_written" => F::Bytes,
            _ => return JsonKey::Unknown,
        },
        S::BeatModule if key == "access" => return JsonKey::Scope(S::BeatAccess, None),
        S::BeatAccess if key == "body_sent" => return JsonKey::Scope(S::EcsBody, None),
        S::ProtoPayload if key == "resource" => F::Path,
        S::BeatAccess | S::ProtoPayload => return line_key(key),
        S::Latencies if key == "request" => F::Latency(LatencyUnit::Milliseconds),
        S::Latencies | S::EcsBody | S::EcsUrl | S::EcsAgent | S::EcsEvent | S::EcsClient | S::BeatModule => {
            return JsonKey::Unknown;
        }
    };
    JsonKey::Field(field)
}

/// Returns what is known of a key of the line itself.
fn line_key(key: &str) -> JsonKey {
    use JsonField as F;
    use JsonScope as S;
    let field = match key {
        "method"
        | "request_method"
        | "verb"
        | "httpMethod"
        | "http_method"
        | "requestMethod"
        | "RequestMethod"
        | "ClientRequestMethod"
        | "CsMethod"
        | "http.request.method"
        | "reqMethod"
        | "http.method" => F::Method,
        "path"
        | "uri"
        | "request_uri"
        | "request_path"
        | "requestURI"
        | "requestPath"
        | "resourcePath"
        | "http_path"
        | "http_uri"
        | "requestUri"
        | "RequestPath"
        | "ClientRequestURI"
        | "ClientRequestPath"
        | "CsUriStem"
        | "x-envoy-origin-path"
        | "url.path"
        | "url.original"
        | "http.url"
        | "URI"
        | "reqPath"
        | "requested_uri"
        | "http.request.path"
        | "http.request.uri"
        | "http.target" => F::Path,
        "routeKey" => F::RequestLine,
        "url" => return JsonKey::Scope(S::EcsUrl, Some(F::Path)),
        "status"
        | "status_code"
        | "statusCode"
        | "code"
        | "response_code"
        | "response_status"
        | "responseCode"
        | "http_status"
        | "httpStatus"
        | "httpStatusCode"
        | "ScStatus"
        | "StatusCode"
        | "DownstreamStatus"
        | "EdgeResponseStatus"
        | "http.response.status_code"
        | "http.status"
        | "http.response.status"
        | "http.status_code" => F::Status,
        "bytes"
        | "size"
        | "bytes_sent"
        | "body_bytes_sent"
        | "bytes_out"
        | "response_size"
        | "responseSize"
        | "responseLength"
        | "sentBytes"
        | "ScBytes"
        | "DownstreamContentSize"
        | "EdgeResponseBytes"
        | "http.response.body.bytes"
        | "written_bytes"
        | "response_body_size"
        | "response_body_len"
        | "network.bytes_written"
        | "http.response.written"
        | "http.response.bytes" => F::Bytes,
        "http_user_agent"
        | "userAgent"
        | "user-agent"
        | "agent"
        | "UserAgent"
        | "request_User-Agent"
        | "ClientRequestUserAgent"
        | "UA"
        | "ua"
        | "request_user_agent"
        | "http.useragent"
        | "http.request.useragent"
        | "user_agent.original" => F::Agent,
        "user_agent" => return JsonKey::Scope(S::EcsAgent, Some(F::Agent)),
        "remote_addr"
        | "remote_ip"
        | "client_ip"
        | "clientip"
        | "clientIp"
        | "clientIP"
        | "CIp"
        | "remoteIp"
        | "remoteAddress"
        | "remote_host"
        | "ip"
        | "ClientHost"
        | "ClientIP"
        | "downstream_remote_address"
        | "source.ip"
        | "client.ip"
        | "cliIP"
        | "src_ip"
        | "srcIP"
        | "remote"
        | "id.orig_h"
        | "network.client.ip"
        | "http.request.remoteaddr"
        | "fwd" => F::Client,
        "client" => return JsonKey::Scope(S::EcsClient, Some(F::Client)),
        // As text, it is the file or the kind of the log.
        "source" => return JsonKey::Scope(S::EcsClient, None),
        "referer"
        | "referrer"
        | "http_referer"
        | "http_referrer"
        | "request_Referer"
        | "ClientRequestReferer"
        | "request_referer"
        | "http.request.referrer" => F::Referrer,
        "ts" | "@t" | "timestamp" | "Timestamp" | "@timestamp" | "time_iso8601" | "time_local" | "date"
        | "datetime" | "msec" | "start_time" | "startTime" | "started_at" | "received_at" | "eventTime"
        | "timeStamp" | "asctime" | "iso8601" | "StartUTC" | "requestTime" | "EdgeStartTimestamp"
        | "reqTimeSec" => F::Time,
        "content_length" => F::ContentLength,
        "t" => F::DateText,
        "time" => F::TimeOrLatency,
        "request_time" => F::RequestTime,
        "latency_human" | "http.response.duration" => F::LatencyText,
        "Duration" | "event.duration" => F::Latency(LatencyUnit::Nanoseconds),
        // `elapsed_time` is that of Logback.
        "TimeTaken" | "Elapsed" | "elapsed_time" => F::Latency(LatencyUnit::Milliseconds),
        // The router of Heroku, which writes the unit: the time that the program took.
        "service" | "responseTime" | "responseLatency" => F::Latency(LatencyUnit::Milliseconds),
        "log" | "message" | "MESSAGE" => F::Line,
        "request" => return JsonKey::Scope(S::Request, Some(F::RequestLine)),
        "req" => return JsonKey::Scope(S::Request, None),
        "res" | "resp" | "response" => return JsonKey::Scope(S::Response, Some(F::Status)),
        // Azure, Serilog, OpenTelemetry, Google Cloud, Vercel, winston and Elasticsearch put the keys of the line there.
        "properties" | "Properties" | "attributes" | "jsonPayload" | "proxy" | "meta" | "_source" => {
            return JsonKey::Scope(S::Line, None);
        }
        "protoPayload" => return JsonKey::Scope(S::ProtoPayload, None),
        "nginx" | "apache2" => return JsonKey::Scope(S::BeatModule, None),
        "network" => return JsonKey::Scope(S::Network, None),
        "latencies" => return JsonKey::Scope(S::Latencies, None),
        "http" => return JsonKey::Scope(S::EcsHttp, None),
        "httpRequest" => return JsonKey::Scope(S::HttpRequest, None),
        "event" => return JsonKey::Scope(S::EcsEvent, None),
        _ if is_latency(key) => F::Duration,
        _ => match latency_unit(key) {
            Some(unit) => F::Latency(unit),
            None => return JsonKey::Unknown,
        },
    };
    JsonKey::Field(field)
}

/// Returns whether a name is that of a latency.
fn is_latency(name: &str) -> bool {
    matches!(
        name,
        "time"
            | "duration"
            | "latency"
            | "elapsed"
            | "response_time"
            | "responseTime"
            | "responsetime"
            | "request_time"
            | "request_duration"
            | "time_taken"
            | "timeTaken"
            | "took"
    )
}

/// Returns the unit in which a key counts a latency: that of its end.
fn latency_unit(key: &str) -> Option<LatencyUnit> {
    let ends = [
        ("_ns", LatencyUnit::Nanoseconds),
        ("_us", LatencyUnit::Microseconds),
        ("_ms", LatencyUnit::Milliseconds),
        ("_s", LatencyUnit::Seconds),
        ("_seconds", LatencyUnit::Seconds),
        ("Ms", LatencyUnit::Milliseconds),
    ];
    ends.into_iter().find_map(|(end, unit)| is_latency(key.strip_suffix(end)?).then_some(unit))
}
