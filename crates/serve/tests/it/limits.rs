//! Requests and archives that are refused.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use streamguard_serve::{ServerLimits, ServerOptions};

use super::routes::zip;
use super::{VENDORED, get, options, post, read_answer, send, with_server};

fn with_limits(change: impl FnOnce(&mut ServerLimits)) -> ServerOptions {
    let mut options = options();
    change(&mut options.limits);
    options
}

#[test]
fn malformed_and_oversized_requests_are_refused() {
    with_server(with_limits(|limits| limits.max_body_bytes = 1000), |address| {
        let head = |headers: &str| {
            send(address, format!("POST /v1/scan HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes())
                .status
        };
        assert_eq!(head(""), 411);
        assert_eq!(head("Transfer-Encoding: chunked\r\n"), 411);
        assert_eq!(head("Content-Length: -1\r\n"), 400);
        assert_eq!(head("Content-Length: 1\r\nContent-Length: 2\r\n"), 400);
        assert_eq!(head("Content-Length: 99999999999999999999999999\r\n"), 413);
        assert_eq!(send(address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").status, 400);
        assert_eq!(head(&"A: b\r\n".repeat(100)), 431);
        assert_eq!(head(&format!("A: {}\r\n", "b".repeat(20_000))), 431);
        assert_eq!(post(address, "/v1/scan?name=a.c", &[b' '; 1001]).status, 413);
        assert_eq!(post(address, "/v1/scan?name=a.c", &[b' '; 1000]).status, 200);
        assert_eq!(post(address, "/v1/scan", b"no name").status, 400);
    });
}

#[test]
fn a_request_that_trickles_in_is_given_up() {
    with_server(with_limits(|limits| limits.max_duration = Duration::from_millis(300)), |address| {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream
            .write_all(b"POST /v1/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n123")
            .expect("sent");
        assert_eq!(read_answer(&mut stream).status, 408);
    });
}

#[test]
fn one_connection_too_many_is_told_so() {
    with_server(with_limits(|limits| limits.max_connections = 1), |address| {
        let mut first = TcpStream::connect(address).expect("the server listens");
        first.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
        let mut byte = [0];
        // Its answer begins: it is the one connection.
        std::io::Read::read_exact(&mut first, &mut byte).expect("an answer");
        assert_eq!(get(address, "/healthz").status, 503);
    });
}

#[test]
fn hostile_archives_are_refused() {
    with_server(with_limits(|limits| limits.max_unpacked_bytes = 1 << 20), |address| {
        let zeros = vec![b'\n'; 2 << 20];
        let bomb = zip(&[("a.c", &zeros)]);
        assert!(bomb.len() < 100_000);
        let answer = post(address, "/v1/scan", &bomb);
        assert_eq!(
            (answer.status, answer.body.contains("decompression bomb")),
            (422, true),
            "{}",
            answer.body
        );
        for name in ["../../etc/cron.d/a.c", "/etc/passwd", "a\\..\\..\\b.c"] {
            let answer = post(address, "/v1/scan", &zip(&[(name, VENDORED.as_bytes())]));
            assert_eq!((answer.status, answer.body.contains("leads out")), (422, true), "{}", answer.body);
        }
        let mut damaged = zip(&[("a.c", VENDORED.as_bytes())]);
        damaged.truncate(damaged.len() / 2);
        assert_eq!(post(address, "/v1/scan", &damaged).status, 422);
        // The server is none the worse for it.
        assert_eq!(post(address, "/v1/scan?name=a.c", VENDORED.as_bytes()).status, 200);
    });
}
