//! Requests, read from a connection within bounds.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use thiserror::Error;

/// Largest head of a request, in bytes.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// Most headers of a request.
const MAX_HEADERS: usize = 64;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 << 10;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) host: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) keep_alive: bool,
    pub(crate) body: Vec<u8>,
}

/// Reason why there is no request.
#[derive(Debug, Error)]
pub(crate) enum RequestError {
    #[error("the connection has ended")]
    Closed,
    #[error("the request took too long to arrive")]
    Late,
    #[error("the request is not HTTP/1.1: {0}")]
    Malformed(&'static str),
    #[error("the head of the request has more than {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} headers")]
    LongHead,
    #[error("the request does not say by Content-Length how long it is")]
    NoLength,
    #[error("the content has more than {0} bytes")]
    LongBody(usize),
}

impl RequestError {
    /// Returns the status of the answer; `None` if nobody waits for one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Closed => None,
            Self::Late => Some(408),
            Self::Malformed(_) => Some(400),
            Self::LongHead => Some(431),
            Self::NoLength => Some(411),
            Self::LongBody(_) => Some(413),
        }
    }
}

/// Bounds of a request.
#[derive(Clone, Copy)]
pub(crate) struct RequestBounds<'a> {
    pub(crate) max_body_bytes: usize,
    /// Longest time from the first byte to the last one.
    pub(crate) duration: Duration,
    /// Longest time without a request.
    pub(crate) idle: Duration,
    /// Whether the server is to end.
    pub(crate) stopped: &'a (dyn Fn() -> bool + Sync),
}

/// Reads the requests of a connection, whose reads end after a short time.
pub(crate) struct RequestReader<S> {
    pub(crate) stream: S,
    /// Bytes that were read and belong to no request yet.
    buffer: Vec<u8>,
}

/// Head of a request.
struct RequestHead {
    request: Request,
    /// Length of the head in bytes.
    head_bytes: usize,
    body_bytes: usize,
    expects_continue: bool,
}

impl<S: Read + Write> RequestReader<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// Reads the next request.
    pub(crate) fn next(&mut self, bounds: &RequestBounds) -> Result<Request, RequestError> {
        let mut start = Instant::now();
        let mut is_idle = self.buffer.is_empty();
        let head = loop {
            if let Some(head) = parse_head(&self.buffer, bounds.max_body_bytes)? {
                break head;
            }
            if self.buffer.len() > MAX_HEAD_BYTES {
                return Err(RequestError::LongHead);
            }
            let limit = if is_idle { bounds.idle } else { bounds.duration };
            match self.read_more()? {
                true if is_idle => (is_idle, start) = (false, Instant::now()),
                true => {}
                false if is_idle && (bounds.stopped)() => return Err(RequestError::Closed),
                false => {}
            }
            if start.elapsed() > limit {
                return Err(if is_idle { RequestError::Closed } else { RequestError::Late });
            }
        };
        let RequestHead { mut request, head_bytes, body_bytes, expects_continue } = head;
        let end = head_bytes + body_bytes;
        if expects_continue && self.buffer.len() < end {
            let sent =
                self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").and_then(|()| self.stream.flush());
            sent.map_err(|_| RequestError::Closed)?;
        }
        while self.buffer.len() < end {
            self.read_more()?;
            if start.elapsed() > bounds.duration {
                return Err(RequestError::Late);
            }
        }
        request.body = self.buffer[head_bytes..end].to_vec();
        self.buffer.drain(..end);
        Ok(request)
    }

    /// Reads what has come. Returns whether anything has.
    fn read_more(&mut self) -> Result<bool, RequestError> {
        let length = self.buffer.len();
        self.buffer.resize(length + READ_BYTES, 0);
        let read = self.stream.read(&mut self.buffer[length..]);
        self.buffer.truncate(length + read.as_ref().map_or(0, |read| *read));
        match read {
            Ok(0) => Err(RequestError::Closed),
            Ok(_) => Ok(true),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(false)
            }
            Err(_) => Err(RequestError::Closed),
        }
    }
}

/// Reads the head of a request; `None` if more of it is to come.
fn parse_head(bytes: &[u8], max_body_bytes: usize) -> Result<Option<RequestHead>, RequestError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head_bytes = match parsed.parse(&bytes[..bytes.len().min(MAX_HEAD_BYTES)]) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(RequestError::LongHead),
        Err(_) => return Err(RequestError::Malformed("its head cannot be read")),
    };
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        keep_alive: parsed.version == Some(1),
        ..Request::default()
    };
    let (mut length, mut expects_continue) = (None, false);
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value)
            .map_err(|_| RequestError::Malformed("a header is not UTF-8"))?
            .trim();
        match header.name.to_ascii_lowercase().as_str() {
            "content-length" => {
                // Two lengths, or a sign, are how requests are smuggled past proxies (RFC 9112, section 6.3).
                let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                if !is_number || length.is_some() {
                    return Err(RequestError::Malformed("its Content-Length is not a number"));
                }
                length = Some(value.parse().unwrap_or(usize::MAX));
            }
            "transfer-encoding" => return Err(RequestError::NoLength),
            "connection" if value.eq_ignore_ascii_case("close") => request.keep_alive = false,
            "expect" => expects_continue = value.eq_ignore_ascii_case("100-continue"),
            "host" => request.host = Some(value.to_owned()),
            "authorization" => request.authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    if request.method == "POST" && length.is_none() {
        return Err(RequestError::NoLength);
    }
    let body_bytes = length.unwrap_or(0);
    if body_bytes > max_body_bytes {
        return Err(RequestError::LongBody(max_body_bytes));
    }
    Ok(Some(RequestHead { request, head_bytes, body_bytes, expects_continue }))
}
