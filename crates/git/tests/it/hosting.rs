//! Servers on this machine that give the same answer to everybody.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use streamguard_git::HostAddresses;

/// A server that gives one answer to everybody, or none.
pub(super) struct Listener {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Listener {
    /// One that never answers.
    pub(super) fn silent() -> Self {
        Self::new(None)
    }

    /// One that answers with a status and some lines of a header.
    pub(super) fn answering(status: u16, header: &str) -> Self {
        Self::new(Some(format!(
            "HTTP/1.1 {status} x\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n"
        )))
    }

    fn new(answer: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        // Ends with the tests.
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                count.fetch_add(1, Ordering::Relaxed);
                match &answer {
                    Some(answer) => {
                        let _ = stream.read(&mut [0; 4096]);
                        let _ = stream.write_all(answer.as_bytes());
                    }
                    None => open.push(stream),
                }
            }
        });
        Self { address, asked }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many have come.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// What a server on this machine answers, as it is.
pub(super) fn get(url: &str) -> String {
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {address}\r\nUser-Agent: tests\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The `Location` that it answers.
pub(super) fn location(url: &str, _: HostAddresses) -> Option<String> {
    get(url).lines().find_map(|line| line.strip_prefix("Location: ").map(str::to_owned))
}
