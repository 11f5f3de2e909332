//! Connections that keep apart two things which ureq reports alike: a host that was never reached, and a
//! connection that broke off.

use std::io;
use std::net::IpAddr;

use thiserror::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Error, Proxy};

/// Failure to find or to reach a host, inside of [`ureq::Error::Other`].
#[derive(Debug, Error)]
#[error("{error}")]
pub(crate) struct ConnectError {
    pub(crate) error: Error,
    /// Host and port of the proxy on the way, if there is one.
    pub(crate) proxy: Option<String>,
}

impl ConnectError {
    fn wrap(error: Error) -> Error {
        match error {
            // A connector runs within itself to reach a proxy.
            Error::Other(inner) if inner.is::<Self>() => Error::Other(inner),
            error => Error::Other(Box::new(Self { error, proxy: None })),
        }
    }

    /// Names the proxy on the way in an error, if it is one of this type.
    pub(crate) fn through(error: Error, proxy: &Proxy) -> Error {
        match error {
            Error::Other(inner) => Error::Other(match inner.downcast::<Self>() {
                // The host and the port only: a proxy may have a password.
                Ok(inner) => {
                    let proxy = format!("{}:{}", proxy.host(), proxy.port());
                    Box::new(Self { proxy: Some(proxy), ..*inner })
                }
                Err(inner) => inner,
            }),
            error => error,
        }
    }
}

/// Function that tells whether an address may be connected to.
pub type AddressFilter = fn(IpAddr) -> bool;

/// ureq's resolver, with errors marked as [`ConnectError`].
#[derive(Debug, Default)]
pub(crate) struct StrictResolver {
    inner: DefaultResolver,
    filter: Option<AddressFilter>,
}

impl StrictResolver {
    /// Makes a resolver that fails for a host with an address that the filter does not let through. The connection goes
    /// to an address that was checked, since the name is looked up once.
    pub(crate) fn filtered(filter: AddressFilter) -> Self {
        Self { filter: Some(filter), ..Self::default() }
    }
}

impl Resolver for StrictResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout).map_err(ConnectError::wrap)?;
        let is_refused = |address: IpAddr| self.filter.is_some_and(|filter| !filter(address));
        if found.iter().any(|address| is_refused(address.ip())) {
            return Err(ConnectError::wrap(Error::HostNotFound));
        }
        Ok(found)
    }
}

/// ureq's connector, with errors marked as [`ConnectError`].
#[derive(Debug, Default)]
pub(crate) struct StrictConnector(DefaultConnector);

impl Connector for StrictConnector {
    type Out = StrictTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<StrictTransport>, Error> {
        let connected = self.0.connect(details, chained).map_err(ConnectError::wrap)?;
        Ok(connected.map(StrictTransport))
    }
}

/// A connection that never passes off a break as an end.
#[derive(Debug)]
pub(crate) struct StrictTransport(Box<dyn Transport>);

impl Transport for StrictTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        // ureq takes errors of these kinds for the end of a body without a declared length. But such a body
        // has come to its end only if the server closed the connection in order: with FIN, and with TLS's
        // close_notify. In another type of error they stay errors.
        self.0.await_input(timeout).map_err(|error| match error {
            Error::Io(broken)
                if matches!(
                    broken.kind(),
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                ) =>
            {
                Error::Other(Box::new(broken))
            }
            error => error,
        })
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}
