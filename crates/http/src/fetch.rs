//! One HTTP exchange: a question, its answer, and every bound on it.

use std::error::Error;
use std::io::{self, Read};
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use tokio::runtime::Runtime;
use tokio::time::timeout;
use url::Url;

use super::answers::{Body, Meta};
use super::credential::Credential;
use super::failure::{Failure, quote};
use super::headers;
use super::patience::Patience;
use super::request::{Accept, UpstreamError};
use super::sink::{Sink, TooLarge};
use streamguard_cache::Watch;
use streamguard_cache::pause::{LOOK, seconds};

/// How much of the body of a refusal is read, in bytes.
const REFUSAL: usize = 4 << 10;

/// Connections that were idle for longer are not used again: their servers may have closed
/// them while nobody looked.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// The way out. Callers are plain threads; whoever waits drives the connections of all.
#[derive(Debug)]
pub(super) struct Line {
    runtime: Runtime,
    http: reqwest::Client,
    patience: Patience,
}

/// What goes over the line.
pub(super) struct Asked<'a> {
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

impl Line {
    pub(super) fn new(patience: Patience) -> Result<Self, String> {
        // It fails if there is one already, and then that one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| error.to_string())?;
        let http = reqwest::Client::builder()
            .user_agent(concat!(
                "streamguard/",
                env!("CARGO_PKG_VERSION"),
                " (builds datasets of security fixes)"
            ))
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(patience.connect)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(|error| {
                format!(
                    "{}: are the system's certificates installed (package ca-certificates)?",
                    cause(&error)
                )
            })?;
        Ok(Self { runtime, http, patience })
    }

    /// Asks, and writes the body of a good answer to the file.
    pub(super) fn ask(&self, asked: &Asked<'_>, watch: &dyn Watch) -> Result<Reply, Failure> {
        self.runtime.block_on(async {
            let mut exchange = pin!(self.exchange(asked));
            loop {
                match timeout(LOOK, exchange.as_mut()).await {
                    Ok(result) => return result,
                    Err(_) if watch.stopped() => return Err(UpstreamError::Stopped.into()),
                    Err(_) => {}
                }
            }
        })
    }

    async fn exchange(&self, asked: &Asked<'_>) -> Result<Reply, Failure> {
        let began = Instant::now();
        let patience = self.patience.connect + self.patience.first_byte;
        let sent = self.http.execute(self.request(asked)?);
        let response = match timeout(patience, sent).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(broken(error, asked)),
            Err(_) => return Err(Failure::Passing(format!("no answer within {}", seconds(patience)))),
        };
        let (status, mut headers) = (response.status().as_u16(), response.headers().clone());
        asked.credential.mask_headers(&mut headers);
        let content = if status == 200 {
            Content::Body(self.receive(response, &headers, asked, began).await?)
        } else {
            let is_gzip = headers::text(&headers, CONTENT_ENCODING.as_str()) == Some("gzip");
            Content::Text(self.beginning(response, is_gzip, asked).await)
        };
        Ok(Reply { status, headers, content })
    }

    fn request(&self, asked: &Asked<'_>) -> Result<reqwest::Request, Failure> {
        let method = if asked.body.is_some() { Method::POST } else { Method::GET };
        let mut request = reqwest::Request::new(method, asked.url.clone());
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
        if let Some(body) = asked.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.to_owned().into());
        }
        Ok(request)
    }

    /// The body, as it comes, into the file.
    async fn receive(
        &self,
        mut response: Response,
        headers: &HeaderMap,
        asked: &Asked<'_>,
        began: Instant,
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
            return Err(self.another_type(response, is_gzip, asked, kind).await);
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
            match timeout(left, response.chunk()).await {
                Ok(Ok(Some(chunk))) => {
                    came += chunk.len() as u64;
                    written(sink.take(&chunk))?;
                }
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Err(broken(error, asked)),
                Err(_) if left == idle => {
                    return Err(Failure::Passing(format!("no data for {}", seconds(idle))));
                }
                Err(_) => {}
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
    async fn another_type(
        &self,
        response: Response,
        is_gzip: bool,
        asked: &Asked<'_>,
        kind: &str,
    ) -> Failure {
        let expected = match asked.accept {
            Accept::Json => "JSON",
            Accept::Text => "text",
            Accept::Archive => "an archive",
        };
        let text = self.beginning(response, is_gzip, asked).await;
        let kind = if kind.is_empty() { "something undeclared" } else { kind };
        Failure::Odd(format!("expected {expected}, got {} ({})", quote(kind), quote(&text)))
    }

    /// The beginning of a body that only serves a message; as much as can be had within the time
    /// that one more byte may take.
    async fn beginning(&self, mut response: Response, is_gzip: bool, asked: &Asked<'_>) -> String {
        let mut bytes = Vec::new();
        let _ = timeout(self.patience.idle, async {
            while bytes.len() < REFUSAL
                && let Ok(Some(chunk)) = response.chunk().await
            {
                bytes.extend_from_slice(&chunk[..chunk.len().min(REFUSAL)]);
            }
        })
        .await;
        let mut text = Vec::new();
        if is_gzip {
            let decoder = flate2::read::MultiGzDecoder::new(bytes.as_slice());
            // Cut off as it is, it ends in an error; what came before that is good enough.
            let _ = decoder.take(REFUSAL as u64).read_to_end(&mut text);
        } else {
            text = bytes;
        }
        asked.credential.mask(String::from_utf8_lossy(&text).into_owned())
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
fn unwritten(error: io::Error, asked: &Asked<'_>) -> Failure {
    match TooLarge::of(&error) {
        Some(large) => {
            UpstreamError::Failed { url: asked.shown.to_owned(), reason: large.to_string() }.into()
        }
        None if error.raw_os_error().is_some() => {
            UpstreamError::Cache { path: asked.path.to_owned(), source: error }.into()
        }
        None => Failure::Passing(format!("damaged gzip ({error})")),
    }
}

/// What it means that an exchange broke off.
fn broken(error: reqwest::Error, asked: &Asked<'_>) -> Failure {
    let error = error.without_url();
    match certificate(&error) {
        Some(reason) => {
            let host = asked.url.host_str().unwrap_or_default();
            let reason = format!("no secure connection to {host}: {reason}");
            UpstreamError::Failed { url: asked.shown.to_owned(), reason }.into()
        }
        None if error.is_connect() => Failure::Unreached(cause(&error)),
        None => Failure::Passing(cause(&error)),
    }
}

/// What TLS says against a server, if that is the reason. Another try would hear the same.
fn certificate(error: &reqwest::Error) -> Option<String> {
    let tls = causes(error).find_map(tls)?;
    matches!(
        tls,
        rustls::Error::InvalidCertificate(_)
            | rustls::Error::NoCertificatesPresented
            | rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(
                rustls::AlertDescription::HandshakeFailure | rustls::AlertDescription::ProtocolVersion
            )
    )
    .then(|| tls.to_string())
}

/// An error of TLS. I/O errors, even one in another, hide what they wrap from the chain of causes.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => tls(error.get_ref()?),
        None => error.downcast_ref(),
    }
}

/// The innermost cause says what happened; those around it, who noticed.
fn cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(String::new, |cause| quote(&cause.to_string()))
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}
