//! The fields of an object of JSON.

use std::borrow::Cow;

use super::bare_duration::{BareDuration, BareDurations};
use super::keys::{JsonField, JsonScope};
use super::scalar::RawScalar;
use crate::parse::common_log::{client_address, split_request};
use crate::parse::method::HttpMethod;
use crate::parse::pattern::LatencyUnit;
use crate::parse::request::{LoggedRequest, MalformedLine, status_of_field, without_query};

/// The fields that were found so far.
#[derive(Default)]
pub(super) struct RequestFields<'a> {
    method: Option<Cow<'a, str>>,
    path: Option<Cow<'a, str>>,
    request: Option<Cow<'a, str>>,
    status: Option<u16>,
    latency: Option<(u64, LatencyUnit)>,
    duration: Option<RawScalar<'a>>,
    bytes: Option<u64>,
    content_length: Option<u64>,
    agent: Option<Cow<'a, str>>,
    client: Option<Cow<'a, str>>,
    referrer: Option<Cow<'a, str>>,
    time: Option<i64>,
    /// A line of another format within this one.
    line: Option<Cow<'a, str>>,
    /// Whether there is a key for the method, with or without a value.
    has_method: bool,
    /// Whether there is a key for the path, with or without a value.
    has_path: bool,
    /// Whether there is a key for the status, with or without a value.
    has_status: bool,
    /// Program that writes such keys.
    dialect: Option<JsonDialect>,
}

/// Program or service that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonDialect {
    Azure,
    Caddy,
    Cloudflare,
    ElasticCommonSchema,
    Envoy,
    GoogleCloud,
    Kong,
    Logback,
    Nginx,
    PinoOrBunyan,
    Rails,
    Traefik,
}

impl JsonDialect {
    /// Returns the name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Azure => "Azure",
            Self::Caddy => "Caddy",
            Self::Cloudflare => "Cloudflare",
            Self::ElasticCommonSchema => "Elastic Common Schema",
            Self::Envoy => "Envoy",
            Self::GoogleCloud => "Google Cloud",
            Self::Kong => "Kong",
            Self::Logback => "Logback",
            Self::Nginx => "nginx",
            Self::PinoOrBunyan => "pino or bunyan",
            Self::Rails => "Rails",
            Self::Traefik => "Traefik",
        }
    }
}

/// What the keys of a request tell about the program that wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonTraits {
    /// The program, if the keys are its own.
    pub(crate) dialect: Option<JsonDialect>,
    /// Unit of the latency.
    pub(crate) unit: Option<LatencyUnit>,
    /// A duration whose unit is that of the program.
    pub(crate) duration: Option<BareDuration>,
}

impl<'a> RequestFields<'a> {
    /// Returns whether the object has the keys of a request itself.
    pub(super) fn is_request(&self) -> bool {
        self.has_method && self.has_path && self.has_status
    }

    /// Returns whether the object is a request of a log that leaves the method out.
    fn is_without_method(&self) -> bool {
        self.path.is_some() && self.status.is_some() && (self.client.is_some() || self.agent.is_some())
    }

    /// Returns the line within the object, if the object is not a request itself.
    pub(super) fn inner_line(&self) -> Option<&str> {
        self.line.as_deref().filter(|_| !self.is_request())
    }

    /// Notes the program to which a key belongs.
    pub(super) fn note_key(&mut self, scope: JsonScope, key: &str) {
        let dialect = match (scope, key) {
            (JsonScope::HttpRequest, "requestMethod") => JsonDialect::GoogleCloud,
            (JsonScope::EcsRequest, "method") | (JsonScope::Line, "http.request.method") => {
                JsonDialect::ElasticCommonSchema
            }
            (JsonScope::Line, "DownstreamStatus") => JsonDialect::Traefik,
            (JsonScope::Line, "ClientRequestMethod") => JsonDialect::Cloudflare,
            (JsonScope::Line, "response_code") => JsonDialect::Envoy,
            (JsonScope::Line, "resourceId") => JsonDialect::Azure,
            (JsonScope::Latencies, "request") => JsonDialect::Kong,
            (JsonScope::Line, "requested_uri") => JsonDialect::Logback,
            (JsonScope::Line, "body_bytes_sent" | "http_user_agent" | "request_time" | "time_iso8601") => {
                JsonDialect::Nginx
            }
            (JsonScope::Line, "controller") => JsonDialect::Rails,
            (JsonScope::Line, "req") => JsonDialect::PinoOrBunyan,
            (JsonScope::Request, "proto") => JsonDialect::Caddy,
            _ => return,
        };
        self.dialect.get_or_insert(dialect);
    }

    /// Sets a field, unless an earlier key has set it.
    pub(super) fn set(&mut self, field: JsonField, value: RawScalar<'a>) {
        match field {
            JsonField::Method => {
                self.has_method = true;
                set_first(&mut self.method, value.filled_text());
            }
            JsonField::Path => {
                self.has_path = true;
                set_first(&mut self.path, value.filled_text());
            }
            JsonField::RequestLine => {
                // Some programs put an object there, which is not a request line.
                (self.has_method, self.has_path) =
                    (self.has_method || value.is_string(), self.has_path || value.is_string());
                set_first(&mut self.request, value.filled_text());
            }
            JsonField::Line => set_first(&mut self.line, value.text()),
            JsonField::Agent => set_first(&mut self.agent, value.text()),
            JsonField::Client => set_first(&mut self.client, value.filled_text()),
            JsonField::Referrer => set_first(&mut self.referrer, value.text()),
            JsonField::Status => {
                self.has_status = true;
                set_first(
                    &mut self.status,
                    value.filled_text().and_then(|text| status_of_field(text.as_bytes())),
                );
            }
            JsonField::Bytes => set_first(&mut self.bytes, value.text().and_then(|text| text.parse().ok())),
            JsonField::ContentLength => {
                set_first(&mut self.content_length, value.text().and_then(|text| text.parse().ok()));
            }
            JsonField::Time => set_first(&mut self.time, value.time()),
            JsonField::DateText => {
                let is_number = value.text().is_some_and(|text| text.parse::<f64>().is_ok());
                set_first(&mut self.time, value.time().filter(|_| !is_number));
            }
            JsonField::Latency(unit) => self.set_latency(value, unit),
            JsonField::Duration => set_first(&mut self.duration, Some(value)),
            JsonField::RequestTime => self.duration = Some(value),
            JsonField::LatencyText => {
                let latency = value.latency(LatencyUnit::Written).filter(|_| value.is_string());
                self.latency = latency.map(|latency| (latency, LatencyUnit::Written)).or(self.latency);
            }
            // Milliseconds since 1970 exceed every valid latency.
            JsonField::TimeOrLatency => match value.latency(LatencyUnit::Milliseconds) {
                Some(_) => set_first(&mut self.duration, Some(value)),
                None => set_first(&mut self.time, value.time()),
            },
            JsonField::Protocol => {}
        }
    }

    /// Sets a field to a text that had escapes, unless an earlier key has set it.
    pub(super) fn set_owned(&mut self, field: JsonField, text: &str) {
        let mut own = RequestFields::default();
        own.set(field, RawScalar::from_text(text));
        let owned = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        self.has_method |= own.has_method;
        self.has_path |= own.has_path;
        self.has_status |= own.has_status;
        set_first(&mut self.status, own.status);
        set_first(&mut self.path, owned(own.path));
        set_first(&mut self.request, owned(own.request));
        set_first(&mut self.agent, owned(own.agent));
        set_first(&mut self.client, owned(own.client));
    }

    /// Sets the fields that are not set to those of another object.
    pub(super) fn fill(&mut self, other: Self) {
        self.has_method |= other.has_method;
        self.has_path |= other.has_path;
        self.has_status |= other.has_status;
        self.dialect = self.dialect.or(other.dialect);
        set_first(&mut self.method, other.method);
        set_first(&mut self.path, other.path);
        set_first(&mut self.request, other.request);
        set_first(&mut self.status, other.status);
        set_first(&mut self.latency, other.latency);
        set_first(&mut self.duration, other.duration);
        set_first(&mut self.bytes, other.bytes);
        set_first(&mut self.content_length, other.content_length);
        set_first(&mut self.agent, other.agent);
        set_first(&mut self.client, other.client);
        set_first(&mut self.referrer, other.referrer);
        set_first(&mut self.time, other.time);
    }

    fn set_latency(&mut self, value: RawScalar<'_>, unit: LatencyUnit) {
        set_first(&mut self.latency, value.latency(unit).map(|latency| (latency, unit)));
    }

    /// Sets the latency of `duration`, whose unit is written, or that of all durations of the file. Returns the number
    /// if there is no unit.
    fn resolve_duration(&mut self, durations: Option<BareDurations>) -> Option<BareDuration> {
        let duration = self.duration.take()?;
        let text = duration.text()?;
        let Some(bare) = BareDuration::parse(&text) else {
            self.set_latency(RawScalar::from_text(&text), LatencyUnit::Written);
            return None;
        };
        // Without a file, the line stands for itself.
        let durations = durations.unwrap_or_else(|| BareDurations::of(&[bare]));
        if let Some(unit) = durations.unit(self.dialect, bare) {
            self.set_latency(RawScalar::from_text(&text), unit);
        }
        Some(bare)
    }

    /// Takes `request` for the path, if it is one beside a method, as Logstash and others write it.
    fn take_target(&mut self) {
        let is_target = |request: &str| {
            (request.starts_with('/') || request.contains("://"))
                && split_request(request.as_bytes()).is_none()
        };
        if self.path.is_none() && self.method.is_some() && self.request.as_deref().is_some_and(is_target) {
            self.path = self.request.take();
        }
    }

    /// Passes the request on. `durations` are those of the file.
    ///
    /// # Errors
    /// [`MalformedLine`] if a key is missing, or a value does not fit.
    pub(super) fn finish(
        mut self,
        durations: Option<BareDurations>,
        take: &mut dyn FnMut(&LoggedRequest<'_>, JsonTraits),
    ) -> Result<(), MalformedLine> {
        let duration = self.resolve_duration(durations);
        self.take_target();
        let line = self.request.take().unwrap_or_default();
        let (line_method, line_path) = match split_request(line.as_bytes()) {
            Some((method, path)) => (Some(method), Some(path)),
            None => (None, None),
        };
        let method = match self.method.as_deref() {
            Some(method) => HttpMethod::parse_field(method.as_bytes()),
            None => match line_method {
                Some(method) => method,
                None if self.has_method || self.is_without_method() => HttpMethod::NONE,
                None => return Err(MalformedLine::MissingKey("method")),
            },
        };
        let path = match self.path.as_deref() {
            Some(path) => without_query(path_of_url(path).as_bytes()),
            None => match line_path {
                Some(path) => path,
                None if self.has_path => b"",
                None => return Err(MalformedLine::MissingKey("path")),
            },
        };
        let status = match self.status {
            None if !self.has_status => return Err(MalformedLine::MissingKey("status")),
            status => status.unwrap_or(0),
        };
        let request = LoggedRequest {
            method,
            path,
            status,
            latency: self.latency.map(|(latency, _)| latency),
            bytes: self.bytes.or(self.content_length.filter(|_| self.dialect == Some(JsonDialect::Logback))),
            agent: self.agent.as_deref().map(str::as_bytes),
            client: self.client.as_deref().map(|client| client_of(client).as_bytes()),
            referrer: self.referrer.as_deref().map(str::as_bytes),
            time: self.time,
        };
        let unit = self.latency.map(|(_, unit)| unit);
        take(&request, JsonTraits { dialect: self.dialect, unit, duration });
        Ok(())
    }
}

/// Returns a client without a port, as Envoy and Go write addresses.
fn client_of(client: &str) -> &str {
    let client = client.split(',').next().unwrap_or_default();
    let bare = client_address(client.as_bytes());
    // Cut at ASCII, so it is text still.
    let bare = std::str::from_utf8(bare).unwrap_or(client);
    match bare.split_once(':') {
        Some((address, port)) if address.contains('.') && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            address
        }
        _ => bare,
    }
}

/// Returns the path of a URL with scheme and host.
fn path_of_url(url: &str) -> &str {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.map_or(url, |rest| rest.find('/').map_or("/", |slash| &rest[slash..]))
}

/// Sets a field unless an earlier key has set it.
fn set_first<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}
