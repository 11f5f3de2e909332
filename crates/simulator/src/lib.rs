//! A simulator of the upstreams, for tests. It runs on this machine, and needs python3.
//!
//! ```
//! use streamguard_simulator::Simulator;
//!
//! // Without its files beside the project there is none, and the test is skipped with a note.
//! if let Some(simulator) = Simulator::start(&[]) {
//!     assert!(simulator.url("nvd-api").starts_with("http://127.0.0.1:"));
//! }
//! ```

mod git_repository;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use streamguard_engine::Counters;
use streamguard_engine::testing::run_shard;
use streamguard_http::{Credentials, UpstreamSettings};
use tempfile::TempDir;

pub use git_repository::{commit_all, git_command, has_git, run_git, run_git_with_input, write_file};

/// Returns the folder beside the project that holds recorded data and the simulator.
fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}

/// Returns a file or folder of recorded data. Returns `None`, with a note on stderr, if it is missing.
pub fn data(name: &str) -> Option<PathBuf> {
    let path = shared().join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    skip(&format!("there is no recorded data at {}", path.display()));
    None
}

/// Writes a note that a test, or a part of it, is skipped.
pub fn skip(why: &str) {
    // The test harness would hide the output of `println`.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// Running simulator. Dropping the value ends it.
pub struct Simulator {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Simulator {
    /// Starts a simulator with further arguments. Returns `None`, with a note on stderr, if there is no
    /// simulator or no python3.
    pub fn start(arguments: &[&str]) -> Option<Self> {
        let program = shared().join("upstreams/upstreams.py");
        if !program.exists() {
            skip(&format!("there is no simulator at {}", program.display()));
            return None;
        }
        let folder = TempDir::new().unwrap();
        let port_file = folder.path().join("port");
        let child = Command::new("python3")
            // No compiled files: the folder of the program is not the test's to write in.
            .arg("-B")
            .arg(&program)
            .args(["--port", "0", "--rate-scale", "0.01", "--max-seconds", "600", "--port-file"])
            .arg(&port_file)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            skip("there is no python3 for the simulator");
            return None;
        };
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let written = std::fs::read_to_string(&port_file).unwrap_or_default();
            if let Ok(port) = written.trim().parse() {
                return Some(Self { child, port, folder });
            }
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < patience, "the simulator does not start: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns the base URL of a service.
    pub fn url(&self, service: &str) -> String {
        format!("http://127.0.0.1:{}/{service}", self.port)
    }

    /// Returns settings that use it, with a cache of this name.
    pub fn upstream(&self, cache: &str) -> UpstreamSettings {
        UpstreamSettings::new(self.folder.path().join(cache), 0.01)
    }

    /// Returns credentials that it accepts.
    pub fn credentials(&self) -> Credentials {
        Credentials {
            github: Some("a-token-that-is-accepted".to_owned().into()),
            nvd: Some("a-key-that-is-accepted".to_owned().into()),
        }
    }

    /// Returns the counters so far.
    pub fn stats(&self) -> Value {
        serde_json::from_str(&self.control("GET", "stats", "")).unwrap()
    }

    /// Returns the number of requests that a service got.
    pub fn requests(&self, service: &str) -> u64 {
        let stats = self.stats();
        stats["services"][service]["requests"].as_u64().unwrap_or_default()
    }

    /// Returns the number of requests for git with a method.
    pub fn asked_git(&self, method: &str) -> u64 {
        self.stats()["services"]["git"]["methods"][method].as_u64().unwrap_or_default()
    }

    /// Injects these faults from now on, and resets the counts.
    pub fn faults(&self, faults: &[&str]) {
        self.control("POST", "faults", &serde_json::json!({ "faults": faults }).to_string());
        self.control("POST", "reset", "{}");
    }

    fn control(&self, method: &str, name: &str, body: &str) -> String {
        control(self.port, method, name, body)
    }
}

/// Sends a request about the simulator itself to the one at a port, and returns its answer.
pub fn control(port: u16, method: &str, name: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /_control/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // On SIGTERM the simulator removes its files. It may have ended already.
        if let Some(pid) = Pid::from_raw(self.child.id().try_into().unwrap()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// Starts a service that answers each request line with a status, a content type and a body, until the
/// tests end. Returns its URL.
pub fn serve(answer: impl Fn(&str) -> (u16, &'static str, Vec<u8>) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
            let _ = lines.read_line(&mut first);
            // The empty line that ends the head has its two line-end bytes only.
            while lines.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            // Read to its end: closing a connection with unread input resets it, and the answer
            // would be lost.
            let _ = std::io::copy(&mut lines.take(length), &mut std::io::sink());
            let (status, kind, body) = answer(first.trim());
            let head = format!(
                "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            // The client may have closed the connection.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    url
}

/// Runs all shards of a job. Returns the records and the sums of the counters.
pub fn run_all(job: &dyn streamguard_engine::Job, clock_ms: u64) -> Result<(Vec<Value>, Counters), String> {
    let planning = streamguard_engine::PlanContext {
        clock_ms,
        cancel: streamguard_engine::CancelToken::new(),
        results: streamguard_engine::EarlierResults::default(),
    };
    let plan = job.plan(&planning).map_err(|error| error.to_string())?;
    let payloads = plan.shards().iter().map(|shard| shard.payload.clone());
    run_payloads(job, payloads)
}

/// Runs shards with these payloads.
pub fn run_payloads(
    job: &dyn streamguard_engine::Job,
    payloads: impl IntoIterator<Item: Into<streamguard_engine::ShardPayload>>,
) -> Result<(Vec<Value>, Counters), String> {
    let (mut records, mut sums) = (Vec::new(), Counters::default());
    for payload in payloads {
        let (lines, counters) = run_shard(job, payload).map_err(|error| error.to_string())?;
        records.extend(lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        for (name, n) in counters {
            *sums.entry(name).or_default() += n;
        }
    }
    Ok((records, sums))
}
