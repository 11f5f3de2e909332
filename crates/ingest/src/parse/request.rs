//! A parsed line, and the reasons why a line cannot be parsed.

use super::method::HttpMethod;

/// One request, as far as its line describes it. Text is as it was logged: any bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedRequest<'a> {
    /// Method such as `GET`.
    pub method: HttpMethod<'a>,
    /// Path without the query.
    pub path: &'a [u8],
    /// Status code of three digits; 0 if the server logged none, because the connection ended before.
    pub status: u16,
    /// Time that the request took, in nanoseconds.
    pub latency: Option<u64>,
    /// Bytes sent.
    pub bytes: Option<u64>,
    /// User agent.
    pub agent: Option<&'a [u8]>,
    /// Address or name of the client.
    pub client: Option<&'a [u8]>,
    /// Page that the request came from.
    pub referrer: Option<&'a [u8]>,
    /// Second at which the request was logged, counted from 1970-01-01T00:00 UTC.
    pub time: Option<i64>,
}

impl LoggedRequest<'_> {
    /// A request of which nothing is known.
    pub(super) const UNKNOWN: Self = Self {
        method: HttpMethod::NONE,
        path: b"",
        status: 0,
        latency: None,
        bytes: None,
        agent: None,
        client: None,
        referrer: None,
        time: None,
    };
}

/// Reason why a line is not a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedLine {
    /// The line is empty.
    Empty,
    /// The line is longer than the reader allows.
    TooLong,
    /// The line does not begin with a method in brackets.
    MissingMethod,
    /// No `, status=` follows the path.
    MissingStatus,
    /// The status is not a number of three digits.
    InvalidStatus,
    /// No `, time=` follows the status.
    MissingLatency,
    /// The time is not a number with a unit.
    InvalidLatency,
    /// The time exceeds [`MAX_LATENCY_NS`](super::MAX_LATENCY_NS).
    LatencyTooLong,
    /// No ` user-agent=` follows the time.
    MissingAgent,
    /// Client, identity and user do not stand before the date in brackets.
    MissingClient,
    /// The text in brackets is not a date.
    InvalidDate,
    /// The request is not in quotes, or is cut off.
    MissingRequest,
    /// The request has no method and path.
    InvalidRequest,
    /// The number of bytes is neither a number nor `-`.
    InvalidBytes,
    /// Referrer and user agent in quotes are missing.
    MissingReferrer,
    /// The line is not a JSON object.
    NotJson,
    /// A key is missing that every request has.
    MissingKey(&'static str),
    /// The line does not have the form of the pattern.
    NoMatch,
    /// The line is a directive such as `#Fields`, or a comment.
    Comment,
}

impl MalformedLine {
    /// Returns the reason as text. The texts are keys in the output of shards, so they never change.
    pub fn reason(self) -> String {
        match self {
            Self::Empty => "the line is empty",
            Self::TooLong => "the line is longer than 1 MiB",
            Self::MissingMethod => "it does not begin with a method in brackets",
            Self::MissingStatus => "no \", status=\" follows the path",
            Self::InvalidStatus => "the status is not a number of three digits",
            Self::MissingLatency => "no \", time=\" follows the status",
            Self::InvalidLatency => "the time is not a number with the unit ns, us, ms or s",
            Self::LatencyTooLong => "the time is longer than 19 hours",
            Self::MissingAgent => "no \" user-agent=\" follows the time",
            Self::MissingClient => "it does not begin with client, identity and user",
            Self::InvalidDate => "the date is not of the form [17/May/2015:10:05:03 +0000]",
            Self::MissingRequest => "the request is not in quotes",
            Self::InvalidRequest => "the request is not a method and path",
            Self::InvalidBytes => "the number of bytes is not a number",
            Self::MissingReferrer => "no referrer and user agent in quotes follow",
            Self::NotJson => "it is not a JSON object",
            Self::NoMatch => "it does not have the form of the pattern",
            Self::Comment => "the line is a comment",
            Self::MissingKey(key) => return format!("it has no key for the {key}"),
        }
        .to_owned()
    }
}

/// Reads a status code: three digits, at least 100.
#[inline(always)]
pub(super) fn status(digits: [u8; 3]) -> Option<u16> {
    let [hundreds, tens, ones] = digits.map(|digit| u16::from(digit.wrapping_sub(b'0')));
    ((1..=9).contains(&hundreds) && tens <= 9 && ones <= 9).then_some(hundreds * 100 + tens * 10 + ones)
}

/// Reads the status of a field: the three digits at its beginning, behind which its name may stand, or 0 for the texts
/// that stand for none: `-`, `0`, `000` and `-1`.
pub(super) fn status_of_field(value: &[u8]) -> Option<u16> {
    match value {
        b"" | b"-" | b"0" | b"000" | b"-1" => Some(0),
        _ => {
            let (digits, rest) = value.split_first_chunk()?;
            if matches!(rest.first(), None | Some(b' ' | b'.')) { status(*digits) } else { None }
        }
    }
}

/// Returns a path without its query.
#[inline]
pub(super) fn without_query(path: &[u8]) -> &[u8] {
    memchr::memchr(b'?', path).map_or(path, |query| &path[..query])
}
