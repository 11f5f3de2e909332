//! A server that misbehaves by script, and somebody who waits for it.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use streamguard_http::{
    Accept, Credentials, Freshness, HttpClient, InvalidAnswer, Progress, Service, Timeouts, UpstreamAnswer,
    UpstreamRequest, UpstreamSettings,
};
use tempfile::TempDir;

/// One thing that the server does.
pub(super) enum Do {
    Say(Vec<u8>),
    Pause(Duration),
    /// Ends the connection with RST instead of FIN: what was received is left unread.
    Reset,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) head: String,
    pub(super) began: Instant,
    /// How many were at work when it came, itself included.
    pub(super) at_once: usize,
}

impl Heard {
    /// A header's value; the name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.to_ascii_lowercase() == name).then(|| value.trim().to_owned())
        })
    }
}

/// A server on a port of its own; it answers until it is dropped.
pub(super) struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    /// Starts it. The script gets the number of the request, from 0, and its head.
    pub(super) fn start(script: impl Fn(usize, &Heard) -> Vec<Do> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (log, over) = (Arc::clone(&heard), Arc::clone(&is_over));
        let (script, at_work) = (Arc::new(script), Arc::new(Mutex::new(0_usize)));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (log, script, at_work) = (Arc::clone(&log), Arc::clone(&script), Arc::clone(&at_work));
                thread::spawn(move || {
                    let _ = serve(stream, &log, &*script, &at_work);
                });
            }
        });
        Self { port, heard, is_over }
    }

    /// A server that always says the same.
    pub(super) fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, _| vec![Do::Say(answer.clone())])
    }

    /// A server that says these answers, one after the other, and then the last one for ever.
    pub(super) fn saying_each(answers: Vec<Vec<u8>>) -> Self {
        Self::start(move |n, _| vec![Do::Say(answers[n.min(answers.len() - 1)].clone())])
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Heard>>,
    script: &(dyn Fn(usize, &Heard) -> Vec<Do> + Send + Sync),
    at_work: &Mutex<usize>,
) -> io::Result<()> {
    let began = Instant::now();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let at_once = {
        let mut at_work = at_work.lock().unwrap();
        *at_work += 1;
        *at_work
    };
    let heard = Heard { head: String::from_utf8_lossy(&head).into_owned(), began, at_once };
    let length = heard.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let number = {
        let mut log = log.lock().unwrap();
        log.push(heard.clone());
        log.len() - 1
    };
    let steps = script(number, &heard);
    let resets = steps.iter().any(|step| matches!(step, Do::Reset));
    if !resets {
        io::copy(&mut (&mut stream).take(length), &mut io::sink())?;
    }
    for step in steps {
        match step {
            Do::Say(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    break;
                }
            }
            Do::Pause(length) => {
                // Its end is noticed early, so that no test waits for a server that nobody listens to.
                stream.set_read_timeout(Some(length))?;
                if stream.read(&mut byte).is_ok_and(|n| n == 0) {
                    break;
                }
            }
            Do::Reset => break,
        }
    }
    *at_work.lock().unwrap() -= 1;
    Ok(())
}

/// A good JSON answer with further headers, each ended by CRLF.
pub(super) fn json(headers: &str, body: &str) -> Vec<u8> {
    status("200 OK", &format!("Content-Type: application/json\r\n{headers}"), body)
}

/// An answer of some status.
pub(super) fn status(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n")
            .into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// Somebody who waits, and keeps what was said.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) notes: Vec<String>,
    /// What was waited for, and when that was over.
    pub(super) doing: RefCell<Vec<Option<String>>>,
    pub(super) is_stopped: Arc<AtomicBool>,
}

impl Progress for Waiting {
    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn info(&mut self, text: String) {
        self.notes.push(text);
    }

    fn warn(&mut self, text: String) {
        self.notes.push(text);
    }

    fn set_activity(&self, text: Option<&str>) {
        self.doing.borrow_mut().push(text.map(str::to_owned));
    }
}

/// A cache of its own, with windows a hundredth as long.
pub(super) fn settings() -> (TempDir, UpstreamSettings) {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().to_owned();
    let settings = UpstreamSettings { cache, rate_scale: 0.01, ..UpstreamSettings::default() };
    (folder, settings)
}

/// A client for whom a second is long.
pub(super) fn client(settings: &UpstreamSettings) -> HttpClient {
    client_of(settings, &Credentials::default())
}

/// The same, with credentials.
pub(super) fn client_of(settings: &UpstreamSettings, credentials: &Credentials) -> HttpClient {
    let timeouts = Timeouts {
        connect: Duration::from_secs(5),
        first_byte: Duration::from_millis(400),
        idle: Duration::from_millis(400),
        throughput_window: Duration::from_millis(800),
        min_bytes: 100,
        total: Duration::from_secs(3),
        archive_total: Duration::from_secs(6),
    };
    HttpClient::with_timeouts(settings, credentials, timeouts).unwrap()
}

/// A question for JSON, in run 1.
pub(super) fn request(service: Service, url: String) -> UpstreamRequest {
    UpstreamRequest {
        service,
        url,
        body: None,
        accept: Accept::Json,
        freshness: Freshness::Run(1),
        max_bytes: 64 << 20,
    }
}

/// Takes what is JSON.
pub(super) fn read_json(answer: &UpstreamAnswer) -> Result<String, InvalidAnswer> {
    let bytes = answer.bytes().map_err(|error| InvalidAnswer::Damaged(error.to_string()))?;
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| InvalidAnswer::Damaged(error.to_string()))?;
    Ok(value.to_string())
}
