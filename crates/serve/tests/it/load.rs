//! Many clients at once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::{VENDORED, options, with_server};

/// Clients at a time.
const CLIENTS: usize = 200;

/// Sends a scan on an open connection, and reads its answer.
fn scan(stream: &mut BufReader<TcpStream>) -> (u16, String) {
    let head = format!(
        "POST /v1/scan?name=a.c HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        VENDORED.len()
    );
    stream.get_mut().write_all(&[head.as_bytes(), VENDORED.as_bytes()].concat()).expect("sent");
    let (mut status, mut length, mut line) = (0, 0, String::new());
    while stream.read_line(&mut line).expect("an answer") > 2 {
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest[..3].parse().expect("a status");
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().expect("a length");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    (status, String::from_utf8(body).expect("UTF-8"))
}

/// Lets all clients scan, each `rounds` times on one connection or until the end. Returns the number of answers.
fn load(address: SocketAddr, rounds: usize, end: Option<Instant>) -> usize {
    let client = || {
        let mut stream = BufReader::new(TcpStream::connect(address).expect("the server listens"));
        let (first, mut answers) = (scan(&mut stream), 1);
        assert!(first.0 == 200 && first.1.contains("\"vulnerable\""), "{first:?}");
        while answers < rounds || end.is_some_and(|end| Instant::now() < end) {
            assert_eq!(scan(&mut stream), first);
            answers += 1;
        }
        answers
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().map(|client| client.join().expect("no error")).sum()
    })
}

/// With `STREAMGUARD_LOAD_SECONDS=60`, for as long, and the number of answers is printed.
#[test]
#[expect(clippy::print_stderr, reason = "a measurement says what it measured")]
fn two_hundred_clients_get_the_same_answer_at_once() {
    let seconds = std::env::var("STREAMGUARD_LOAD_SECONDS").ok().map(|text| text.parse().expect("seconds"));
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    with_server(options(), |address| {
        let answers = load(address, 3, end);
        assert!(answers >= 3 * CLIENTS);
        eprintln!("{answers} answers to {CLIENTS} clients, none of them an error");
    });
}
