//! One HTTP exchange, with bounds on time and size.

use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use ureq::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use ureq::http::{Method, Request, Uri};
use url::Url;

use streamguard_cache::Progress;
use streamguard_cache::wait::seconds;

use crate::agent::SystemAgent;
use crate::body_sink::{BodyRefusal, BodySink};
use crate::connector::AddressFilter;
use crate::error::UpstreamError;
use crate::exchange_thread::{ExchangeStep, ExchangeThread};
use crate::failure::{Failure, quote};
use crate::limit_headers::header_text;
use crate::request::Accept;
use crate::service_credential::ServiceCredential;
use crate::stored_answer::{AnswerMeta, ReceivedBody};
use crate::timeouts::Timeouts;
use crate::transport_error::failure_of;

/// Longest beginning of a refusal that is read, in bytes.
const MAX_REFUSAL_BYTES: usize = 4 << 10;

/// Longest time that an unused connection is kept. After a longer one, its server may be about to close it.
const MAX_CONNECTION_IDLE: Duration = Duration::from_secs(15);

/// Most idle connections that are kept to one host: as many as may be in use at once.
const IDLE_CONNECTIONS: usize = 20;

/// Longest head of an answer, in bytes: several times what servers send.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// Extra time that ureq gets: the bounds of this module come first, and say more. ureq's only end the thread of
/// an exchange that was given up.
const GRACE: Duration = Duration::from_secs(1);

/// The network, with its bounds of time and size.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    agent: SystemAgent,
    timeouts: Timeouts,
}

/// A request as it is sent.
pub(crate) struct HttpRequest<'a> {
    pub(crate) url: &'a Url,
    /// The URL in messages.
    pub(crate) shown: &'a str,
    pub(crate) body: Option<&'a str>,
    pub(crate) accept: Accept,
    /// Filter of the addresses of the host.
    pub(crate) filter: Option<AddressFilter>,
    pub(crate) credential: &'a ServiceCredential,
    /// The answer in the cache, to be revalidated.
    pub(crate) known: Option<&'a AnswerMeta>,
    pub(crate) max_bytes: u64,
    /// File for the body.
    pub(crate) path: &'a Path,
}

/// An answer as it was received.
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) content: ReplyContent,
}

/// Content of an answer.
pub(crate) enum ReplyContent {
    /// The body of an answer with status 200, in the file.
    Body(ReceivedBody),
    /// The beginning of any other body.
    Text(String),
}

impl HttpTransport {
    /// Makes a transport with these bounds.
    ///
    /// # Errors
    /// In words, if no certificates are installed.
    pub(crate) fn new(timeouts: Timeouts) -> Result<Self, String> {
        let Timeouts { connect, first_byte, idle, .. } = timeouts;
        let agent = SystemAgent::new(|config| {
            config
                .user_agent(concat!(
                    "streamguard/",
                    env!("CARGO_PKG_VERSION"),
                    " (builds datasets of security fixes)"
                ))
                .max_idle_age(MAX_CONNECTION_IDLE)
                .max_idle_connections(IDLE_CONNECTIONS)
                .max_idle_connections_per_host(IDLE_CONNECTIONS)
                .max_response_header_size(MAX_HEAD_BYTES)
                .timeout_resolve(Some(connect))
                .timeout_connect(Some(connect))
                .timeout_recv_response(Some(connect + first_byte + GRACE))
                .timeout_per_read(Some(idle.max(connect + first_byte) + GRACE))
                .timeout_per_write(Some(first_byte + GRACE))
        })
        .map_err(|error| error.to_string())?;
        Ok(Self { agent, timeouts })
    }

    /// Sends a request, and writes the body of an answer with status 200 to the file.
    pub(crate) fn send(
        &self,
        asked: &HttpRequest<'_>,
        progress: &dyn Progress,
    ) -> Result<HttpReply, Failure> {
        let began = Instant::now();
        let exchange = ExchangeThread::start(&self.agent, self.request(asked)?)
            .map_err(|error| Failure::Transient(format!("cannot start a thread: {error}")))?;
        let longest = self.timeouts.connect + self.timeouts.first_byte;
        let head = match exchange.next(longest, progress).map_err(UpstreamError::from)? {
            Some(Ok(ExchangeStep::Head(head))) => head.into_parts().0,
            Some(Err(error)) => return Err(failure_of(error, asked.url, asked.shown)),
            Some(Ok(ExchangeStep::Chunk(_) | ExchangeStep::End)) | None => {
                return Err(Failure::Transient(format!("no answer within {}", seconds(longest))));
            }
        };
        let (status, mut headers) = (head.status.as_u16(), head.headers);
        // Before anything else looks at them: servers may echo the headers that they were sent.
        asked.credential.mask_headers(&mut headers);
        let content = if status == 200 {
            ReplyContent::Body(self.receive(&exchange, &headers, asked, began, progress)?)
        } else {
            let is_gzip = is_gzip(content_coding(&headers).as_deref());
            ReplyContent::Text(self.beginning(&exchange, is_gzip, asked, progress)?)
        };
        Ok(HttpReply { status, headers, content })
    }

    fn request(&self, asked: &HttpRequest<'_>) -> Result<Request<Option<String>>, Failure> {
        let uri = Uri::try_from(asked.url.as_str()).map_err(|error| UpstreamError::Refused {
            url: asked.shown.to_owned(),
            reason: format!("not a URL ({error})"),
        })?;
        let mut request = Request::new(asked.body.map(str::to_owned));
        *request.method_mut() = if asked.body.is_some() { Method::POST } else { Method::GET };
        *request.uri_mut() = uri;
        if let Some(filter) = asked.filter {
            request.extensions_mut().insert(filter);
        }
        let headers = request.headers_mut();
        let (accept, encoding) = match asked.accept {
            Accept::Json => ("application/json", "gzip"),
            Accept::Text => ("text/*, */*;q=0.5", "gzip"),
            Accept::Archive => ("*/*", "identity"),
        };
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding));
        if let Some(meta) = asked.known {
            for (name, value) in [(IF_NONE_MATCH, &meta.etag), (IF_MODIFIED_SINCE, &meta.last_modified)] {
                if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
                    headers.insert(name, value);
                }
            }
        }
        if let Some((name, value)) = asked.credential.header() {
            headers.insert(name.clone(), value.clone());
        }
        if asked.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }

    /// Writes the body to the file as it comes.
    fn receive(
        &self,
        exchange: &ExchangeThread,
        headers: &HeaderMap,
        asked: &HttpRequest<'_>,
        began: Instant,
        progress: &dyn Progress,
    ) -> Result<ReceivedBody, Failure> {
        let coding = content_coding(headers);
        let is_gzip = match (asked.accept, coding.as_deref()) {
            // An archive is compressed itself. Servers that declare this as an encoding mean the file.
            (Accept::Archive, _) | (_, None | Some("" | "identity")) => false,
            (_, coding) if is_gzip(coding) => true,
            (_, other) => {
                let other = other.unwrap_or_default();
                return Err(Failure::Unexpected(format!("unknown encoding {}", quote(other))));
            }
        };
        let kind = header_text(headers, CONTENT_TYPE.as_str()).unwrap_or("").to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !is_expected_type(asked.accept, kind) {
            return Err(self.unexpected_type(exchange, is_gzip, asked, kind, progress));
        }
        let in_cache = |source| UpstreamError::Cache { path: asked.path.to_owned(), source };
        let mut sink = BodySink::create(asked.path, is_gzip, asked.max_bytes, asked.credential.search())
            .map_err(in_cache)?;
        let written = |result: io::Result<()>| result.map_err(|error| write_failure(error, asked));
        let Timeouts { idle, throughput_window, min_bytes, .. } = self.timeouts;
        let total = self.timeouts.total_for(asked.accept);
        let (mut window_began, mut received) = (Instant::now(), 0_u64);
        loop {
            let left = idle
                .min(throughput_window.saturating_sub(window_began.elapsed()))
                .min(total.saturating_sub(began.elapsed()));
            match exchange.next(left, progress).map_err(UpstreamError::from)? {
                Some(Ok(ExchangeStep::Chunk(chunk))) => {
                    received += chunk.len() as u64;
                    written(sink.push(&chunk))?;
                }
                Some(Ok(ExchangeStep::Head(_) | ExchangeStep::End)) => break,
                Some(Err(error)) => return Err(failure_of(error, asked.url, asked.shown)),
                // Only if this was the nearest of the three bounds; the others are looked at below.
                None if left == idle => {
                    return Err(Failure::Transient(format!("no data for {}", seconds(idle))));
                }
                None => {}
            }
            if began.elapsed() >= total {
                return Err(Failure::Transient(format!("not complete after {}", seconds(total))));
            }
            if window_began.elapsed() >= throughput_window {
                if received < min_bytes {
                    return Err(Failure::Transient(format!(
                        "only {received} bytes in {}",
                        seconds(throughput_window)
                    )));
                }
                (window_began, received) = (Instant::now(), 0);
            }
        }
        let (length, blake3) = sink.finish().map_err(|error| write_failure(error, asked))?;
        let owned = |name: HeaderName| header_text(headers, name.as_str()).map(str::to_owned);
        Ok(ReceivedBody { length, blake3, etag: owned(ETAG), last_modified: owned(LAST_MODIFIED) })
    }

    /// Describes an answer of another kind than expected: a captive portal or a maintenance page, even with status 200.
    fn unexpected_type(
        &self,
        exchange: &ExchangeThread,
        is_gzip: bool,
        asked: &HttpRequest<'_>,
        kind: &str,
        progress: &dyn Progress,
    ) -> Failure {
        let expected = match asked.accept {
            Accept::Json => "JSON",
            Accept::Text => "text",
            Accept::Archive => "an archive",
        };
        let text = match self.beginning(exchange, is_gzip, asked, progress) {
            Ok(text) => text,
            Err(stopped) => return stopped,
        };
        let kind = if kind.is_empty() { "something undeclared" } else { kind };
        Failure::Unexpected(format!("expected {expected}, got {} ({})", quote(kind), quote(&text)))
    }

    /// Reads the beginning of a body that only serves a message: as much as comes within [`Timeouts::idle`].
    fn beginning(
        &self,
        exchange: &ExchangeThread,
        is_gzip: bool,
        asked: &HttpRequest<'_>,
        progress: &dyn Progress,
    ) -> Result<String, Failure> {
        let until = Instant::now() + self.timeouts.idle;
        let mut bytes = Vec::new();
        while bytes.len() < MAX_REFUSAL_BYTES {
            let left = until.saturating_duration_since(Instant::now());
            match exchange.next(left, progress).map_err(UpstreamError::from)? {
                Some(Ok(ExchangeStep::Chunk(chunk))) => {
                    bytes.extend_from_slice(&chunk[..chunk.len().min(MAX_REFUSAL_BYTES)])
                }
                _ => break,
            }
        }
        let mut text = Vec::new();
        if is_gzip {
            let decoder = flate2::read::MultiGzDecoder::new(bytes.as_slice());
            // The end is cut off, so this ends in an error; the text before it is good enough.
            let _ = decoder.take(MAX_REFUSAL_BYTES as u64).read_to_end(&mut text);
        } else {
            text = bytes;
        }
        Ok(asked.credential.mask(String::from_utf8_lossy(&text).into_owned()))
    }
}

/// Returns the coding of a body, in lower case: its case does not matter (RFC 9110, section 8.4.1).
fn content_coding(headers: &HeaderMap) -> Option<String> {
    header_text(headers, CONTENT_ENCODING.as_str()).map(str::to_ascii_lowercase)
}

/// Returns whether a coding is gzip; `x-gzip` is the same (RFC 9110, section 8.4.1.3).
fn is_gzip(coding: Option<&str>) -> bool {
    matches!(coding, Some("gzip" | "x-gzip"))
}

/// Returns whether a declared media type is the expected one.
fn is_expected_type(accept: Accept, kind: &str) -> bool {
    let is_html = matches!(kind, "text/html" | "application/xhtml+xml");
    let is_json = kind == "application/json" || kind.ends_with("+json");
    match accept {
        Accept::Json => is_json,
        // Hosts of raw files declare even JSON as plain text. JSON is the error message of a service.
        Accept::Text => !is_html && !is_json,
        Accept::Archive => !kind.starts_with("text/") && !kind.ends_with("json") && !is_html,
    }
}

/// Judges an error of writing a body.
fn write_failure(error: io::Error, asked: &HttpRequest<'_>) -> Failure {
    match BodyRefusal::in_error(&error) {
        Some(refusal) => {
            UpstreamError::Failed { url: asked.shown.to_owned(), reason: refusal.to_string() }.into()
        }
        // Errors of the operating system have a number, those of the decoder have none.
        None if error.raw_os_error().is_some() => {
            UpstreamError::Cache { path: asked.path.to_owned(), source: error }.into()
        }
        None => Failure::Transient(format!("damaged gzip ({error})")),
    }
}
