//! The meaning of a connection's errors: worth another try, or final.

use std::error::Error;
use std::io;

use ureq::Timeout;
use url::Url;

use crate::connector::ConnectError;
use crate::error::UpstreamError;
use crate::failure::{Failure, quote};

/// Judges an error of an exchange. The text never holds the URL, in which there may be secrets.
pub(crate) fn failure_of(error: ureq::Error, url: &Url, shown: &str) -> Failure {
    let (error, is_unreachable, proxy) = match error {
        ureq::Error::Other(inner) => match inner.downcast::<ConnectError>() {
            Ok(inner) => (inner.error, true, inner.proxy),
            Err(inner) => (ureq::Error::Other(inner), false, None),
        },
        error => (error, false, None),
    };
    if let Some(reason) = tls_refusal(&error) {
        let host = url.host_str().unwrap_or_default();
        let reason = format!("no secure connection to {host}: {reason}");
        return UpstreamError::Failed { url: shown.to_owned(), reason }.into();
    }
    let proxy = proxy.map(|proxy| format!(" (through the proxy {})", quote(&proxy))).unwrap_or_default();
    let reason = format!("{}{proxy}", quote(&text(&error)));
    if is_unreachable { Failure::Unreachable(reason) } else { Failure::Transient(reason) }
}

fn text(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => innermost(error),
        ureq::Error::Other(error) => innermost(&**error),
        ureq::Error::Protocol(error) => error.to_string(),
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => "no connection in time".to_owned(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        // Their texts hold the URL.
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => "not a URL".to_owned(),
        error => error.to_string(),
    }
}

/// Returns the text of the innermost cause: it says what happened, those around it only where that was noticed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}

/// Returns the complaint of TLS about a server, if that is the reason. Another attempt would end alike.
fn tls_refusal(error: &ureq::Error) -> Option<String> {
    let tls = match error {
        ureq::Error::Rustls(tls) => tls,
        ureq::Error::Io(error) => causes(error).find_map(|cause| cause.downcast_ref())?,
        _ => return None,
    };
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

/// Lists an error and its causes. An I/O error hides the error that it wraps from the chain, and skips to its cause.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error = *error;
        match error.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
