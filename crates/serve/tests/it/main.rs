//! Tests of the server, over connections to this machine.

// Who may ask: hosts, tokens, addresses.
mod access;
// Requests that are too large, too slow, malformed or too many; archives that are hostile.
mod limits;
// What is answered: scans, advisories, documents.
mod routes;
// Many clients at once.
mod load;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use streamguard_scan::SignatureIndex;
use streamguard_serve::{ScanServer, ServerOptions};

/// A function of the demo world that lacks its fix.
const VENDORED: &str = include_str!("../../../../examples/vendored/notes.c");

/// Answer to a request.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// Starts a server with the index of the demo world for the time of `test`.
fn with_server(options: ServerOptions, test: impl FnOnce(SocketAddr)) {
    /// Stops the server also when the test fails.
    struct StopOnDrop<'a>(&'a AtomicBool);
    impl Drop for StopOnDrop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let server = ScanServer::bind(options).expect("a free port");
    let (index, stop) = (SignatureIndex::embedded(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(&stop);
        scope.spawn(|| server.run(&index, &|| stop.load(Ordering::Relaxed)));
        test(server.address());
    });
}

fn options() -> ServerOptions {
    ServerOptions::new("127.0.0.1:0".parse().expect("an address"))
}

/// Sends a request as it is, and reads the answer to its end.
fn send(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    // A server that refuses may close before it has read all.
    let _ = stream.write_all(request);
    read_answer(&mut stream)
}

fn read_answer(stream: &mut impl Read) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("an answer, not {text:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn get(address: SocketAddr, path: &str) -> Answer {
    send(address, format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
}

fn post(address: SocketAddr, path: &str, body: &[u8]) -> Answer {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    send(address, &[head.as_bytes(), body].concat())
}
