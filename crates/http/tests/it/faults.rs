//! Answers that are broken, endless, slow or somebody else's.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use streamguard_http::{Accept, Service, UpstreamError, UpstreamRequest};

use super::cache::files;
use super::server::{Do, Server, Waiting, client, json, read_json, request, settings, status};

/// Asks a server with an empty cache: what came, and what was said meanwhile.
fn ask(server: &Server) -> (Result<String, UpstreamError>, Vec<String>) {
    ask_for(&request(Service::Osv, server.url("/a")))
}

fn ask_for(request: &UpstreamRequest) -> (Result<String, UpstreamError>, Vec<String>) {
    let (folder, settings) = settings();
    let mut waiting = Waiting::default();
    let answer = client(&settings).ask(request, &mut waiting, &mut read_json);
    let bodies = files(&folder.path().join("answers"))
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "body"))
        .count();
    let is_kept = matches!(answer, Ok(_) | Err(UpstreamError::NotFound { .. }));
    assert_eq!(bodies, usize::from(is_kept), "only good answers are kept, and that there is none");
    (answer, waiting.notes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    status("200 OK", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", body)
}

#[test]
fn what_passes_is_tried_again() {
    let ok = || json("", "[1]");
    let cut = |answer: Vec<u8>| answer[..answer.len() - 2].to_vec();
    let packed = gzip(b"[1]");
    let mut corrupt = packed.clone();
    corrupt[12] ^= 0xff;
    let half = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[1".to_vec();
    let chunk =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n";
    for (name, bad) in [
        ("500", status("500 Oh", "", "")),
        ("502", status("502 Oh", "", "")),
        ("503", status("503 Oh", "", "<h1>")),
        ("524", status("524 Oh", "", "")),
        ("408", status("408 Oh", "", "")),
        ("429", status("429 Oh", "", "")),
        ("empty", json("", "")),
        ("no JSON", json("", "[1")),
        ("trailing", json("", "[1]]")),
        ("deep", json("", &"[".repeat(100_000))),
        ("cut off", cut(json("", "[123]"))),
        ("cut off without length", half),
        ("cut off between chunks", chunk.into()),
        ("damaged gzip", gzipped(&corrupt)),
        ("cut off gzip", gzipped(&packed[..packed.len() - 5])),
        ("gzip with a tail", gzipped(&[&packed[..], b"tail"].concat())),
        ("nothing", Vec::new()),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec()),
        ("headers without end", format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(1 << 20)).into()),
    ] {
        let server = Server::saying_each(vec![bad.clone(), bad.clone(), bad, ok()]);
        let (answer, notes) = ask(&server);
        assert_eq!(answer.expect(name), "[1]", "{name}");
        assert_eq!((server.count(), notes.len()), (4, 3), "{name}: {notes:?}");
    }
    for coding in ["gzip", "x-gzip", "GZIP", "Gzip"] {
        let headers = format!("Content-Type: application/json\r\nContent-Encoding: {coding}\r\n");
        let server = Server::saying(status("200 OK", &headers, &packed));
        assert_eq!(ask(&server).0.unwrap(), "[1]", "{coding}");
    }
}

#[test]
fn five_tries_are_enough() {
    let server = Server::saying(status("503 Oh", "", ""));
    let (answer, notes) = ask(&server);
    let error = answer.unwrap_err().to_string();
    assert!(error.contains("HTTP 503 (tried 5 times)"), "{error}");
    assert_eq!(server.count(), 5);
    assert!(notes[0].starts_with("OSV: HTTP 503, try 2 of 5 in "), "{notes:?}");
}

#[test]
fn a_reset_connection_is_tried_again() {
    let server = Server::start(|n, _| {
        let half =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[".to_vec();
        match n {
            0 => vec![Do::Reset],
            1 => vec![Do::Say(half), Do::Reset],
            // Nothing but the manner of its end tells that this body is not complete.
            2 => vec![
                // Until some of the request's body is there to be left unread.
                Do::Pause(Duration::from_secs(1)),
                Do::Say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[2]".to_vec()),
                Do::Reset,
            ],
            _ => vec![Do::Say(json("", "[1]"))],
        }
    });
    // A body that nobody reads turns the end of the connection into a reset.
    let posted =
        UpstreamRequest { body: Some("[]".repeat(50_000)), ..request(Service::Osv, server.url("/a")) };
    assert_eq!(ask_for(&posted).0.unwrap(), "[1]");
    assert_eq!(server.count(), 4);
}

#[test]
fn a_connection_is_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        // Only one connection is accepted.
        let (mut stream, _) = listener.accept().unwrap();
        for body in ["[0]", "[1]"] {
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n";
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    let (_folder, settings) = settings();
    let client = client(&settings);
    for (path, expected) in [("a", "[0]"), ("b", "[1]")] {
        let asked = request(Service::Osv, format!("{url}{path}"));
        assert_eq!(client.ask(&asked, &mut Waiting::default(), &mut read_json).unwrap(), expected);
    }
    server.join().unwrap();
}

#[test]
fn nobody_there_is_said() {
    let url = Server::saying("").url("/a");
    let error = ask_for(&request(Service::Osv, url)).0.unwrap_err().to_string();
    assert!(error.contains("refused"), "{error}");
}

#[test]
fn slow_servers_are_given_up() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n";
    let tick = Duration::from_millis(50);
    let drip = move |bytes: usize| {
        (0..200).flat_map(move |_| [Do::Say(vec![b' '; bytes]), Do::Pause(tick)]).collect::<Vec<_>>()
    };
    for (script, expected) in [
        ("silent", "no answer within"),
        ("stalls", "no data for"),
        ("drips", "bytes in"),
        ("never ends", "not complete after"),
    ] {
        let server = Server::start(move |n, _| {
            let mut steps = vec![Do::Say(head.to_vec())];
            match (n, script) {
                (1.., _) => return vec![Do::Say(json("", "[1]"))],
                (_, "silent") => return vec![Do::Pause(Duration::from_secs(20))],
                (_, "stalls") => steps.push(Do::Pause(Duration::from_secs(20))),
                (_, "drips") => steps.extend(drip(1)),
                _ => steps.extend(drip(20)),
            }
            steps
        });
        let began = Instant::now();
        let (answer, notes) = ask(&server);
        assert_eq!(answer.unwrap(), "[1]", "{script}");
        assert!(notes[0].contains(expected), "{script}: {notes:?}");
        assert!(began.elapsed() < Duration::from_secs(15), "{script}");
    }
}

#[test]
fn a_page_for_people_is_no_answer() {
    let page = status("200 OK", "Content-Type: text/html; charset=utf-8\r\n", "<h1>\u{1b}[2JHello\u{202e}");
    let server = Server::saying(page.clone());
    let error = ask(&server).0.unwrap_err().to_string();
    assert!(error.contains(r"expected JSON, got text/html (<h1>\u{1b}[2JHello\u{202e})"), "{error}");
    assert_eq!(server.count(), 2, "one more try, no storm");
    let text = UpstreamRequest { accept: Accept::Text, ..request(Service::ExploitDb, server.url("/a")) };
    assert!(ask_for(&text).0.unwrap_err().to_string().contains("expected text, got text/html"));
}

#[test]
fn what_is_too_large_is_cut_off() {
    let bomb = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b'0'; 1 << 20];
        (0..256).for_each(|_| encoder.write_all(&zeros).unwrap());
        gzipped(&encoder.finish().unwrap())
    };
    let server = Server::saying(bomb);
    let error = ask(&server).0.unwrap_err().to_string();
    assert!(error.contains("bomb"), "{error}");
    let small = UpstreamRequest { max_bytes: 1 << 20, ..request(Service::Osv, server.url("/a")) };
    let error = ask_for(&small).0.unwrap_err().to_string();
    assert!(error.contains("exceeded 1 MiB after decompression"), "{error}");
    assert_eq!(server.count(), 2, "another try is of no use");

    let endless = Server::start(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n\r\n".to_vec();
        std::iter::once(head).chain((0..1000).map(|_| vec![0; 1 << 16])).map(Do::Say).collect()
    });
    let archive = UpstreamRequest {
        accept: Accept::Archive,
        max_bytes: 1_000_000,
        ..request(Service::Osv, endless.url("/a"))
    };
    let error = ask_for(&archive).0.unwrap_err().to_string();
    assert!(error.contains("exceeded 1000000 bytes"), "{error}");
}

#[test]
fn an_archive_stays_as_it_is() {
    let packed = gzip(&vec![b'0'; 1 << 24]);
    let server = Server::saying(status(
        "200 OK",
        "Content-Type: application/gzip\r\nContent-Encoding: gzip\r\n",
        &packed,
    ));
    let (_folder, settings) = settings();
    let archive =
        UpstreamRequest { accept: Accept::Archive, ..request(Service::NvdFeeds, server.url("/a.gz")) };
    let bytes = client(&settings)
        .ask(&archive, &mut Waiting::default(), &mut |answer| Ok(answer.bytes().unwrap()))
        .unwrap();
    assert_eq!(bytes, packed);
    assert_eq!(server.heard()[0].header("accept-encoding").as_deref(), Some("identity"));
}

#[test]
fn a_refusal_is_final() {
    for (service, answer, expected) in [
        (Service::Osv, status("404 No", "", ""), ": not found"),
        (Service::Osv, status("410 No", "", ""), ": not found"),
        (Service::Osv, status("400 No", "", "bad \u{1b}[31mthing"), r"HTTP 400: bad \u{1b}[31mthing"),
        (Service::Nvd, status("404 No", "message: Invalid cveId.\r\n", ""), ": Invalid cveId."),
        (Service::Nvd, status("404 No", "message: Invalid apiKey.\r\n", ""), "check NVD_API_KEY"),
        (Service::Osv, status("204 No Content", "", ""), "HTTP 204 without a reason: check the address"),
        (Service::Osv, status("304 Not Modified", "", ""), "HTTP 304 without a reason: check the address"),
        (Service::GitHub, status("401 No", "", "{}"), "asks for a credential: set GITHUB_TOKEN"),
        (Service::GitHub, status("403 No", "", "Resource not accessible"), "HTTP 403: Resource not"),
        (Service::Osv, status("206 Part", "", "x"), "HTTP 206"),
    ] {
        let server = Server::saying(answer);
        let (answer, notes) = ask_for(&request(service, server.url("/a")));
        let error = answer.unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert_eq!((server.count(), notes.len()), (1, 0), "{error}");
    }
}

#[test]
fn urls_that_nobody_should_ask_are_refused() {
    for url in
        ["file:///etc/passwd", "ftp://a/", "nonsense", "http://u:sgcanary@127.0.0.1/", "data:a,sgcanary"]
    {
        let error = ask_for(&request(Service::Osv, url.into())).0.unwrap_err();
        assert!(matches!(error, UpstreamError::Refused { .. }), "{url}: {error}");
        assert!(!error.to_string().contains("u:sgcanary"), "{error}");
    }
}

#[test]
fn a_stop_is_heard_at_once() {
    let silent = || vec![Do::Pause(Duration::from_secs(20))];
    let told = || vec![Do::Say(status("429 No", "Retry-After: 60\r\n", ""))];
    let scripts: [fn() -> Vec<Do>; 2] = [silent, told];
    for script in scripts {
        let server = Server::start(move |_, _| script());
        let (_folder, settings) = settings();
        let client = streamguard_http::HttpClient::new(&settings, &Default::default()).unwrap();
        let mut waiting = Waiting::default();
        let stop = waiting.is_stopped.clone();
        let ended = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(300));
                stop.store(true, Ordering::Relaxed);
            });
            let began = Instant::now();
            let asked = client.ask(&request(Service::Osv, server.url("/a")), &mut waiting, &mut read_json);
            assert!(matches!(asked, Err(UpstreamError::Stopped)), "{asked:?}");
            began.elapsed()
        });
        assert!(ended < Duration::from_secs(3), "{ended:?}");
    }
}
