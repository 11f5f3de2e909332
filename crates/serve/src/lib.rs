//! An HTTP server that compares code with known fixes: `POST /v1/scan` takes a file or a ZIP archive and answers with
//! the functions that lack a fix.
//!
//! It has plain threads, one for each connection; a few of them scan at a time, the others wait. Everything that comes
//! in is bounded in size, time and number. Nothing is fetched, nothing is written, and no code is run.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! use streamguard_scan::SignatureIndex;
//! use streamguard_serve::{ScanServer, ServerOptions};
//!
//! let server = ScanServer::bind(ServerOptions::new("127.0.0.1:0".parse()?))?;
//! let (address, stop) = (server.address(), AtomicBool::new(false));
//! let index = SignatureIndex::embedded();
//! std::thread::scope(|scope| {
//!     scope.spawn(|| server.run(&index, &|| stop.load(Ordering::Relaxed)));
//!     let mut stream = TcpStream::connect(address).expect("it listens");
//!     write!(stream, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it reads");
//!     let mut answer = String::new();
//!     stream.read_to_string(&mut answer).expect("it answers");
//!     assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("ok\n"));
//!     stop.store(true, Ordering::Relaxed);
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod connection;
mod metrics;
mod request;
mod response;
mod routes;
mod scan_service;
mod server;
mod token;

pub use server::{ScanServer, ServerError, ServerLimits, ServerOptions};
pub use token::{AccessToken, TokenError};
