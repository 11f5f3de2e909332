//! One HTTP exchange: a question, its answer, and every bound on it.

use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use ureq::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use ureq::http::{Method, Request, Uri};
use url::Url;

use super::agent::SystemAgent;
use super::answers::{Body, Meta};
use super::credential::Credential;
use super::exchange_thread::{ExchangeThread, Step};
use super::failure::{Failure, quote};
use super::headers;
use super::patience::Patience;
use super::request::{Accept, UpstreamError};
use super::sink::{Sink, TooLarge};
use super::transport_error::failure_of;
use streamguard_cache::Progress;
use streamguard_cache::wait::seconds;

/// How much of the body of a refusal is read, in bytes.
const REFUSAL: usize = 4 << 10;

/// Connections that were idle for longer are not used again: their servers may have closed
/// them while nobody looked.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// Most idle connections that are kept to one host: as many as may be in use at once.
const IDLE_CONNECTIONS: usize = 20;

/// Longest head of an answer, in bytes: several times what servers send.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// Extra time that ureq gets: the bounds of this module come first, and say more. ureq's only end the thread of
/// an exchange that was given up.
const GRACE: Duration = Duration::from_secs(1);

/// The network, with its bounds of time and size.
#[derive(Debug)]
pub(super) struct HttpTransport {
    agent: SystemAgent,
    patience: Patience,
}

/// A request as it is sent.
pub(super) struct HttpRequest<'a> {
    pub(super) url: &'a Url,
    /// The URL as it may be shown.
    pub(super) shown: &'a str,
    pub(super) body: Option<&'a str>,
    pub(super) accept: Accept,
    pub(super) credential: &'a Credential,
    /// What is in the cache already.
    pub(super) known: Option<&'a Meta>,
    pub(super) max_bytes: u64,
    /// Where the body goes.
    pub(super) path: &'a Path,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) content: Content,
}

/// And what was in it.
pub(super) enum Content {
    /// With status 200: it is in the file.
    Body(Body),
    /// The beginning of any other one.
    Text(String),
}

impl HttpTransport {
    /// Makes a transport with these bounds.
    ///
    /// # Errors
    /// In words, if no certificates are installed.
    pub(super) fn new(patience: Patience) -> Result<Self, String> {
        let Patience { connect, first_byte, idle, .. } = patience;
        let agent = SystemAgent::new(|config| {
            config
                .user_agent(concat!(
                    "streamguard/",
                    env!("CARGO_PKG_VERSION"),
                    " (builds datasets of security fixes)"
                ))
                .max_idle_age(IDLE_CONNECTION)
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
        Ok(Self { agent, patience })
    }

    /// Asks, and writes the body of a good answer to the file.
    pub(super) fn ask(&self, asked: &HttpRequest<'_>, progress: &dyn Progress) -> Result<Reply, Failure> {
        let began = Instant::now();
        let exchange = ExchangeThread::start(&self.agent, self.request(asked)?)
            .map_err(|error| Failure::Passing(format!("cannot start a thread: {error}")))?;
        let patience = self.patience.connect + self.patience.first_byte;
        let head = match exchange.next(patience, progress).map_err(UpstreamError::from)? {
            Some(Ok(Step::Head(head))) => head.into_parts().0,
            Some(Err(error)) => return Err(failure_of(error, asked.url, asked.shown)),
            Some(Ok(Step::Chunk(_) | Step::End)) | None => {
                return Err(Failure::Passing(format!("no answer within {}", seconds(patience))));
            }
        };
        let (status, mut headers) = (head.status.as_u16(), head.headers);
        // Before anybody sees them: servers may echo what they were sent.
        asked.credential.mask_headers(&mut headers);
        let content = if status == 200 {
            Content::Body(self.receive(&exchange, &headers, asked, began, progress)?)
        } else {
            let is_gzip = headers::text(&headers, CONTENT_ENCODING.as_str()) == Some("gzip");
            Content::Text(self.beginning(&exchange, is_gzip, asked, progress)?)
        };
        Ok(Reply { status, headers, content })
    }

    fn request(&self, asked: &HttpRequest<'_>) -> Result<Request<Option<String>>, Failure> {
        let uri = Uri::try_from(asked.url.as_str()).map_err(|error| UpstreamError::Refused {
            url: asked.shown.to_owned(),
            reason: format!("not a URL ({error})"),
        })?;
        let mut request = Request::new(asked.body.map(str::to_owned));
        *request.method_mut() = if asked.body.is_some() { Method::POST } else { Method::GET };
        *request.uri_mut() = uri;
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

    /// The body, as it comes, into the file.
    fn receive(
        &self,
        exchange: &ExchangeThread,
        headers: &HeaderMap,
        asked: &HttpRequest<'_>,
        began: Instant,
        progress: &dyn Progress,
    ) -> Result<Body, Failure> {
        let is_gzip = match (asked.accept, headers::text(headers, CONTENT_ENCODING.as_str())) {
            // An archive is compressed itself; servers that call that an encoding mean the file.
            (Accept::Archive, _) | (_, None | Some("" | "identity")) => false,
            (_, Some("gzip" | "x-gzip")) => true,
            (_, Some(other)) => return Err(Failure::Odd(format!("unknown encoding {}", quote(other)))),
        };
        let kind = headers::text(headers, CONTENT_TYPE.as_str()).unwrap_or("").to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or("").trim();
        if !is_right(asked.accept, kind) {
            return Err(self.another_type(exchange, is_gzip, asked, kind, progress));
        }
        let in_cache = |source| UpstreamError::Cache { path: asked.path.to_owned(), source };
        let mut sink = Sink::create(asked.path, is_gzip, asked.max_bytes).map_err(in_cache)?;
        let written = |result: io::Result<()>| result.map_err(|error| unwritten(error, asked));
        let Patience { idle, stretch, least, .. } = self.patience;
        let whole = self.patience.whole(asked.accept);
        let (mut stretch_began, mut came) = (Instant::now(), 0_u64);
        loop {
            let left = idle
                .min(stretch.saturating_sub(stretch_began.elapsed()))
                .min(whole.saturating_sub(began.elapsed()));
            match exchange.next(left, progress).map_err(UpstreamError::from)? {
                Some(Ok(Step::Chunk(chunk))) => {
                    came += chunk.len() as u64;
                    written(sink.take(&chunk))?;
                }
                Some(Ok(Step::Head(_) | Step::End)) => break,
                Some(Err(error)) => return Err(failure_of(error, asked.url, asked.shown)),
                // Only if this was the nearest of the three bounds; the others are looked at below.
                None if left == idle => {
                    return Err(Failure::Passing(format!("no data for {}", seconds(idle))));
                }
                None => {}
            }
            if began.elapsed() >= whole {
                return Err(Failure::Passing(format!("not complete after {}", seconds(whole))));
            }
            if stretch_began.elapsed() >= stretch {
                if came < least {
                    return Err(Failure::Passing(format!("only {came} bytes in {}", seconds(stretch))));
                }
                (stretch_began, came) = (Instant::now(), 0);
            }
        }
        let (length, blake3) = sink.finish().map_err(|error| unwritten(error, asked))?;
        let owned = |name: HeaderName| headers::text(headers, name.as_str()).map(str::to_owned);
        Ok(Body { length, blake3, etag: owned(ETAG), last_modified: owned(LAST_MODIFIED) })
    }

    /// A captive portal or a maintenance page is no answer, even with status 200.
    fn another_type(
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
        Failure::Odd(format!("expected {expected}, got {} ({})", quote(kind), quote(&text)))
    }

    /// The beginning of a body that only serves a message; as much as can be had within the time
    /// that one more byte may take.
    fn beginning(
        &self,
        exchange: &ExchangeThread,
        is_gzip: bool,
        asked: &HttpRequest<'_>,
        progress: &dyn Progress,
    ) -> Result<String, Failure> {
        let until = Instant::now() + self.patience.idle;
        let mut bytes = Vec::new();
        while bytes.len() < REFUSAL {
            let left = until.saturating_duration_since(Instant::now());
            match exchange.next(left, progress).map_err(UpstreamError::from)? {
                Some(Ok(Step::Chunk(chunk))) => bytes.extend_from_slice(&chunk[..chunk.len().min(REFUSAL)]),
                _ => break,
            }
        }
        let mut text = Vec::new();
        if is_gzip {
            let decoder = flate2::read::MultiGzDecoder::new(bytes.as_slice());
            // Cut off as it is, it ends in an error; what came before that is good enough.
            let _ = decoder.take(REFUSAL as u64).read_to_end(&mut text);
        } else {
            text = bytes;
        }
        Ok(asked.credential.mask(String::from_utf8_lossy(&text).into_owned()))
    }
}

/// Whether a declared media type is what was asked for.
fn is_right(accept: Accept, kind: &str) -> bool {
    let is_html = matches!(kind, "text/html" | "application/xhtml+xml");
    let is_json = kind == "application/json" || kind.ends_with("+json");
    match accept {
        Accept::Json => is_json,
        // Not even code in JSON is served as such: it is a service that says what went wrong.
        Accept::Text => !is_html && !is_json,
        Accept::Archive => !kind.starts_with("text/") && !kind.ends_with("json") && !is_html,
    }
}

/// What it means that a body could not be written.
fn unwritten(error: io::Error, asked: &HttpRequest<'_>) -> Failure {
    match TooLarge::of(&error) {
        Some(large) => {
            UpstreamError::Failed { url: asked.shown.to_owned(), reason: large.to_string() }.into()
        }
        // Errors of the operating system have a number, those of the decoder have none.
        None if error.raw_os_error().is_some() => {
            UpstreamError::Cache { path: asked.path.to_owned(), source: error }.into()
        }
        None => Failure::Passing(format!("damaged gzip ({error})")),
    }
}
