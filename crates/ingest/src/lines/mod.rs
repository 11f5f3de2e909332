//! From a line of a web log to a request.

mod clock;
mod common_log;
mod duration;
mod json;
mod method;
mod quick;
mod simple;

pub use clock::Clock;
pub use common_log::{combined, common};
pub use duration::LONGEST_TIME;
pub use json::json;
pub use method::Method;
pub use quick::{Usual, quick};
pub use simple::simple;

/// One request, as far as a line tells of it. Text is as it was logged: any bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// `GET` and the like.
    pub method: Method<'a>,
    /// The path without its query.
    pub path: &'a [u8],
    /// The status code, of three digits.
    pub status: u16,
    /// How long it took, in nanoseconds.
    pub time: Option<u64>,
    /// How many bytes were sent.
    pub bytes: Option<u64>,
    /// The user agent.
    pub agent: Option<&'a [u8]>,
    /// The hour in which it was logged, counted from 1970-01-01T00:00 UTC.
    pub hour: Option<i64>,
}

/// Why a line is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// There is nothing in it.
    Empty,
    /// It is longer than a line may be.
    TooLong,
    /// It does not begin with a method in brackets.
    NoMethod,
    /// No `, status=` follows the path.
    NoStatus,
    /// The status is no number of three digits.
    Status,
    /// No `, time=` follows the status.
    NoTime,
    /// The time is no number with a unit.
    Time,
    /// The time is longer than [`LONGEST_TIME`].
    TimeTooLong,
    /// No ` user-agent=` follows the time.
    NoAgent,
    /// There are no client, identity and user before the date in brackets.
    NoClient,
    /// The date in brackets is none.
    Date,
    /// The request is not in quotes, or is cut off.
    NoRequest,
    /// The request holds no method and path.
    Request,
    /// The number of bytes is neither a number nor `-`.
    Bytes,
    /// Referrer and user agent are not there in quotes.
    NoReferrer,
    /// It is no JSON object.
    NotJson,
    /// A key is missing that every request has.
    NoKey(&'static str),
}

impl Malformed {
    /// The reason in words.
    pub fn reason(self) -> String {
        match self {
            Self::Empty => "the line is empty",
            Self::TooLong => "the line is longer than 1 MiB",
            Self::NoMethod => "it does not begin with a method in brackets",
            Self::NoStatus => "no \", status=\" follows the path",
            Self::Status => "the status is no number of three digits",
            Self::NoTime => "no \", time=\" follows the status",
            Self::Time => "the time is no number with the unit ns, us, ms or s",
            Self::TimeTooLong => "the time is longer than 19 hours",
            Self::NoAgent => "no \" user-agent=\" follows the time",
            Self::NoClient => "it does not begin with client, identity and user",
            Self::Date => "the date is not of the form [17/May/2015:10:05:03 +0000]",
            Self::NoRequest => "the request is not in quotes",
            Self::Request => "the request is no method and path",
            Self::Bytes => "the number of bytes is none",
            Self::NoReferrer => "no referrer and user agent in quotes follow",
            Self::NotJson => "it is no JSON object",
            Self::NoKey(key) => return format!("it has no key for the {key}"),
        }
        .to_owned()
    }
}

/// Three digits, of 100 and more.
#[inline(always)]
fn status(digits: [u8; 3]) -> Option<u16> {
    let [hundreds, tens, ones] = digits.map(|digit| u16::from(digit.wrapping_sub(b'0')));
    ((1..=9).contains(&hundreds) && tens <= 9 && ones <= 9).then_some(hundreds * 100 + tens * 10 + ones)
}

/// A path without its query.
#[inline]
fn without_query(path: &[u8]) -> &[u8] {
    memchr::memchr(b'?', path).map_or(path, |query| &path[..query])
}
