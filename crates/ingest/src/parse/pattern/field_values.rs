//! The values of a line's fields.

use memchr::{memchr, memrchr};

use super::field::{LatencyUnit, PatternField};
use crate::parse::common_log::{client_address, client_of, split_request};
use crate::parse::duration::{Decimal, parse_worded_duration};
use crate::parse::log_date::DateCache;
use crate::parse::method::HttpMethod;
use crate::parse::request::{LoggedRequest, MalformedLine, status_of_field, without_query};

/// Longest day or clock, in bytes: `2023-10-10`, `13:55:36.123456`.
const MAX_DATE_PART_BYTES: usize = 16;

/// The values that were read so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldValues<'a> {
    request: LoggedRequest<'a>,
    has_request: bool,
    has_method: bool,
    has_path: bool,
    day: Option<&'a [u8]>,
    clock: Option<&'a [u8]>,
    /// Whether a value could not be read.
    pub(super) has_unread: bool,
    /// Why the method or the status could not be read, which most tell a request from other text.
    pub(super) lost: Option<MalformedLine>,
    /// Whether a part of the latency is unknown, so that the sum of the others is not the latency.
    lacks_latency: bool,
}

impl Default for FieldValues<'_> {
    fn default() -> Self {
        Self {
            request: LoggedRequest::UNKNOWN,
            has_request: false,
            has_method: false,
            has_path: false,
            day: None,
            clock: None,
            has_unread: false,
            lost: None,
            lacks_latency: false,
        }
    }
}

impl<'a> FieldValues<'a> {
    /// Starts with a request, to which other values are added.
    pub(super) fn with_request(request: LoggedRequest<'a>) -> Self {
        Self { request, has_request: true, ..Self::default() }
    }

    /// Returns whether the request was read.
    pub(super) fn is_request(&self) -> bool {
        self.has_request || (self.has_path && (self.has_method || self.request.status > 0))
    }

    /// Returns the request. `day` is that of a line with a clock only.
    pub(super) fn into_request(mut self, dates: &mut DateCache, day: Option<&[u8]>) -> LoggedRequest<'a> {
        let day = self.day.or(day).filter(|day| day.len() <= MAX_DATE_PART_BYTES);
        if let (Some(day), Some(clock)) = (day, self.clock) {
            // On the stack: a line is read for every request.
            let mut text = [b' '; 2 * MAX_DATE_PART_BYTES + 1];
            text[..day.len()].copy_from_slice(day);
            text[day.len() + 1..=day.len() + clock.len()].copy_from_slice(clock);
            self.request.time = dates.any_time(&text[..=day.len() + clock.len()]);
        }
        if self.lacks_latency {
            self.request.latency = None;
        }
        self.request
    }

    /// Returns whether a method or a status was read.
    pub(super) fn has_method_or_status(&self) -> bool {
        self.request.method != HttpMethod::NONE || self.request.status > 0
    }

    /// Sets a field. A value that cannot be read loses the field.
    #[inline]
    pub(super) fn set(&mut self, field: PatternField, value: &'a [u8], dates: &mut DateCache) {
        let value = value.trim_ascii();
        let is_absent = matches!(value, b"" | b"-");
        let present = (!is_absent).then_some(value);
        let request = &mut self.request;
        let is_read = match field {
            PatternField::Ignored => true,
            PatternField::Client => {
                request.client = request.client.or(present.map(first_client));
                true
            }
            PatternField::ClientWords => {
                request.client = present.map(client_of);
                // An object of JSON may have such a line within.
                memchr::memchr_iter(b' ', value).count() >= 2 && !value.starts_with(b"{")
            }
            PatternField::ClientPort => {
                request.client = present.map(without_port).filter(|client| !matches!(*client, b"" | b"-"));
                memchr(b' ', value).is_none()
            }
            PatternField::Request | PatternField::RequestUrl => {
                let (method, path) = split_request(value).unwrap_or((HttpMethod::NONE, b""));
                let path = if field == PatternField::RequestUrl { without_origin(path) } else { path };
                (request.method, request.path, self.has_request) = (method, path, true);
                true
            }
            PatternField::Method => {
                request.method = HttpMethod::parse_field(value);
                self.has_method = true;
                let is_read = is_absent || request.method != HttpMethod::NONE;
                self.lost = self.lost.or((!is_read).then_some(MalformedLine::InvalidRequest));
                is_read
            }
            PatternField::Path | PatternField::Url | PatternField::HostPath => {
                let path = match field {
                    PatternField::Url => without_origin(value),
                    PatternField::HostPath => without_host(value),
                    _ => value,
                };
                request.path = if is_absent { b"" } else { without_query(path) };
                self.has_path = true;
                true
            }
            PatternField::Status => {
                let status = status_of_field(value);
                request.status = status.unwrap_or(0);
                self.lost = self.lost.or(status.is_none().then_some(MalformedLine::InvalidStatus));
                status.is_some()
            }
            PatternField::Bytes => {
                request.bytes = request.bytes.or(read_integer(value));
                request.bytes.is_some()
            }
            PatternField::Referrer => {
                request.referrer = Some(value);
                true
            }
            PatternField::Agent => {
                request.agent = Some(value);
                true
            }
            PatternField::Time => {
                request.time = dates.any_time(value);
                request.time.is_some()
            }
            PatternField::Day => {
                self.day = Some(value).filter(|value| value.len() <= MAX_DATE_PART_BYTES);
                self.day.is_some()
            }
            PatternField::Clock => {
                self.clock = Some(value).filter(|value| value.len() <= MAX_DATE_PART_BYTES);
                self.clock.is_some()
            }
            PatternField::Latency(unit) => {
                request.latency = request.latency.or(read_latency(value, unit));
                request.latency.is_some() || value == b"-1"
            }
            PatternField::LatencyPart(unit) => match read_latency(value, unit) {
                Some(part) => {
                    request.latency = Some(request.latency.unwrap_or(0) + part);
                    true
                }
                None => {
                    self.lacks_latency = true;
                    value == b"-1"
                }
            },
        };
        self.has_unread |= !is_read && !is_absent;
    }
}

/// Reads a number of up to eighteen digits.
fn read_integer(value: &[u8]) -> Option<u64> {
    let digits = value.strip_prefix(b"+").unwrap_or(value);
    let is_number = (1..=18).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

/// Reads a latency in nanoseconds.
fn read_latency(value: &[u8], unit: LatencyUnit) -> Option<u64> {
    let value = value.strip_prefix(b"+").unwrap_or(value);
    if unit == LatencyUnit::Written {
        return parse_worded_duration(std::str::from_utf8(value).ok()?).ok();
    }
    match Decimal::parse_prefix(value)? {
        (number, []) => number.nanoseconds(unit.exponent()).ok(),
        // The unit that is written counts, whatever the format says.
        _ => parse_worded_duration(std::str::from_utf8(value).ok()?).ok(),
    }
}

/// Returns the first client of a list such as `203.0.113.7, 10.0.0.1`.
fn first_client(value: &[u8]) -> &[u8] {
    client_address(&value[..memchr(b',', value).unwrap_or(value.len())])
}

/// Returns an address without the port behind it.
fn without_port(value: &[u8]) -> &[u8] {
    client_address(&value[..memrchr(b':', value).unwrap_or(value.len())])
}

/// Returns a URL without its scheme and host.
fn without_origin(url: &[u8]) -> &[u8] {
    let Some(at) = memchr::memmem::find(url, b"://") else { return url };
    without_host(&url[at + 3..])
}

/// Returns what is behind a host.
fn without_host(text: &[u8]) -> &[u8] {
    memchr(b'/', text).map_or(b"/", |slash| &text[slash..])
}
