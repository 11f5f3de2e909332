//! The server: it accepts connections, and gives each a thread.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use streamguard_scan::SignatureIndex;
use thiserror::Error;

use crate::connection::serve;
use crate::response::Response;
use crate::scan_service::ScanService;
use crate::token::AccessToken;

/// Longest wait for a connection before the stop is looked at.
const ACCEPT_SLICE: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Pause after a connection that could not be accepted, because the process has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits of a server.
#[derive(Clone, Copy, Debug)]
pub struct ServerLimits {
    /// Largest content of a request, in bytes.
    pub max_body_bytes: usize,
    /// Largest size of an unpacked archive, in bytes.
    pub max_unpacked_bytes: u64,
    /// Longest time in which a request arrives, and longest one that its scan waits and takes.
    pub max_duration: Duration,
    /// Most connections.
    pub max_connections: u64,
    /// Most scans at a time.
    pub max_scans: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_body_bytes: 32 << 20,
            max_unpacked_bytes: 256 << 20,
            max_duration: Duration::from_secs(30),
            max_connections: 512,
            max_scans: 4,
        }
    }
}

/// Options of a server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Token that clients must send.
    pub token: Option<AccessToken>,
    /// Limits.
    pub limits: ServerLimits,
}

impl ServerOptions {
    /// Creates options without a token, with the default limits.
    pub fn new(listen: SocketAddr) -> Self {
        Self { listen, token: None, limits: ServerLimits::default() }
    }
}

/// Reason why there is no server.
#[derive(Debug, Error)]
pub enum ServerError {
    /// Others than this machine could use it without a token.
    #[error("{0} can be reached from other machines: that needs a token")]
    NeedsToken(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address.
        address: SocketAddr,
        /// Cause.
        source: io::Error,
    },
}

/// A server that listens.
#[derive(Debug)]
pub struct ScanServer {
    listener: TcpListener,
    address: SocketAddr,
    options: ServerOptions,
}

impl ScanServer {
    /// Listens on the address.
    ///
    /// # Errors
    /// [`ServerError`].
    pub fn bind(options: ServerOptions) -> Result<Self, ServerError> {
        let address = options.listen;
        if !address.ip().is_loopback() && options.token.is_none() {
            return Err(ServerError::NeedsToken(address));
        }
        let bound = TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        });
        let (listener, address) = bound.map_err(|source| ServerError::Listen { address, source })?;
        Ok(Self { listener, address, options })
    }

    /// Returns the address, with its port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stopped` says so; those that have begun are answered.
    pub fn run(&self, index: &SignatureIndex, stopped: &(dyn Fn() -> bool + Sync)) {
        let service = ScanService::new(index, self.options.limits, self.options.token.clone());
        let service = &service;
        thread::scope(|scope| {
            while !stopped() {
                let mut waiting = [PollFd::new(&self.listener, PollFlags::IN)];
                if poll(&mut waiting, Some(&ACCEPT_SLICE)) != Ok(1) {
                    continue;
                }
                let stream = match self.listener.accept() {
                    Ok((stream, _)) => stream,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                    Err(_) => {
                        thread::sleep(ACCEPT_PAUSE);
                        continue;
                    }
                };
                let open = service.metrics.connections.fetch_add(1, Ordering::Relaxed);
                let is_full = open >= service.limits.max_connections;
                let work = move || {
                    match is_full {
                        true => refuse(stream, service),
                        false => serve(stream, service, stopped),
                    }
                    service.metrics.connections.fetch_sub(1, Ordering::Relaxed);
                };
                if is_full {
                    work();
                } else if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    // The connection is closed with its thread that there was no room for.
                    service.metrics.connections.fetch_sub(1, Ordering::Relaxed);
                }
            }
        });
    }
}

/// Refuses a connection that is one too many. It is not read: nobody else is accepted meanwhile.
fn refuse(mut stream: TcpStream, service: &ScanService<'_>) {
    if stream.set_nonblocking(false).and(stream.set_write_timeout(Some(ACCEPT_PAUSE))).is_ok() {
        service.metrics.count_answer(503);
        let answer = Response::error(503, "too many connections: try again").with_header("Retry-After", "5");
        let _ = answer.write(&mut stream, false);
    }
}
