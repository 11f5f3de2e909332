//! The fields that a pattern can have, and their names.

/// Unit of a latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LatencyUnit {
    /// Nanoseconds.
    Nanoseconds,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// The unit behind the number, such as `ms`.
    Written,
}

impl LatencyUnit {
    /// Returns the unit as a power of ten of nanoseconds; that of milliseconds if the unit is written.
    pub(crate) fn exponent(self) -> usize {
        match self {
            Self::Nanoseconds => 0,
            Self::Microseconds => 3,
            Self::Milliseconds | Self::Written => 6,
            Self::Seconds => 9,
        }
    }

    /// Returns the unit for reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "us",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Written => "as written",
        }
    }

    /// Returns the unit of a name such as `ms`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ns" => Self::Nanoseconds,
            "us" | "\u{b5}s" | "\u{3bc}s" => Self::Microseconds,
            "ms" => Self::Milliseconds,
            "s" => Self::Seconds,
            _ => return None,
        })
    }
}

/// A field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatternField {
    /// A value that is not counted.
    Ignored,
    /// Address or name of the client; of a list the first.
    Client,
    /// Client, identity and user, perhaps with other words in front.
    ClientWords,
    /// Address of the client, a colon and a port.
    ClientPort,
    /// `GET /path HTTP/1.1`.
    Request,
    /// `GET https://host:443/path HTTP/1.1`, of which the path counts.
    RequestUrl,
    /// Method.
    Method,
    /// Path, perhaps with a query.
    Path,
    /// `https://host:443/path`, of which the path counts.
    Url,
    /// `host/path`, of which the path counts.
    HostPath,
    /// Status code.
    Status,
    /// Bytes sent.
    Bytes,
    /// Referrer.
    Referrer,
    /// User agent.
    Agent,
    /// Date and time in any shape that is read.
    Time,
    /// The day of a date, whose time is another field.
    Day,
    /// The time of a date, whose day is another field.
    Clock,
    /// Latency.
    Latency(LatencyUnit),
    /// A part of the latency: all parts are added up.
    LatencyPart(LatencyUnit),
}

/// Names of fields in patterns: variables of nginx, and ours for what nginx does not have. Other names are ignored.
const VARIABLES: [(&str, PatternField); 40] = [
    ("remote_addr", PatternField::Client),
    ("realip_remote_addr", PatternField::Client),
    ("client", PatternField::Client),
    ("client_words", PatternField::ClientWords),
    ("client_port", PatternField::ClientPort),
    ("request", PatternField::Request),
    ("request_url", PatternField::RequestUrl),
    ("request_method", PatternField::Method),
    ("method", PatternField::Method),
    ("request_uri", PatternField::Path),
    ("uri", PatternField::Path),
    ("document_uri", PatternField::Path),
    ("path", PatternField::Path),
    ("url", PatternField::Url),
    ("host_path", PatternField::HostPath),
    ("status", PatternField::Status),
    ("body_bytes_sent", PatternField::Bytes),
    ("bytes_sent", PatternField::Bytes),
    ("bytes", PatternField::Bytes),
    ("http_referer", PatternField::Referrer),
    ("referer", PatternField::Referrer),
    ("referrer", PatternField::Referrer),
    ("http_user_agent", PatternField::Agent),
    ("agent", PatternField::Agent),
    ("time_local", PatternField::Time),
    ("time_iso8601", PatternField::Time),
    ("msec", PatternField::Time),
    ("time", PatternField::Time),
    ("date", PatternField::Time),
    ("day", PatternField::Day),
    ("clock", PatternField::Clock),
    // The unit is nginx's: seconds with milliseconds as decimals.
    ("request_time", PatternField::Latency(LatencyUnit::Seconds)),
    ("latency", PatternField::Latency(LatencyUnit::Written)),
    ("latency_ns", PatternField::Latency(LatencyUnit::Nanoseconds)),
    ("latency_us", PatternField::Latency(LatencyUnit::Microseconds)),
    ("latency_ms", PatternField::Latency(LatencyUnit::Milliseconds)),
    ("latency_s", PatternField::Latency(LatencyUnit::Seconds)),
    ("latency_part_s", PatternField::LatencyPart(LatencyUnit::Seconds)),
    ("latency_part_ms", PatternField::LatencyPart(LatencyUnit::Milliseconds)),
    ("_", PatternField::Ignored),
];

impl PatternField {
    /// Returns the field of a variable.
    pub(super) fn of_variable(name: &str) -> Self {
        VARIABLES.iter().find(|(known, _)| *known == name).map_or(Self::Ignored, |(_, field)| *field)
    }
}
