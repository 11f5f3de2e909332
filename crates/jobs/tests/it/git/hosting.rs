//! Servers on this machine: the simulator, and ones that give the same answer to everybody.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::skip;

/// The simulator of public services, ended with its value.
pub(super) struct Simulator {
    child: Child,
    address: String,
    _dir: TempDir,
}

impl Simulator {
    /// Serves the repositories of a folder. None, said on stderr, where it cannot be started.
    pub(super) fn start(served: &Path) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/upstreams/upstreams.py");
        if !program.exists() {
            skip("the simulator of upstreams is missing, no server is asked");
            return None;
        }
        let dir = TempDir::new().unwrap();
        let port_file = dir.path().join("port");
        let mut command = Command::new("python3");
        command.arg(program).args(["--port", "0", "--max-seconds", "300", "--port-file"]).arg(&port_file);
        command
            .arg("--git-root")
            .arg(served)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let Ok(mut child) = command.spawn() else {
            skip("python3 is missing, no server is asked");
            return None;
        };
        let start = Instant::now();
        loop {
            let port = fs::read_to_string(&port_file).unwrap_or_default();
            if let Ok(port) = port.trim().parse::<u16>() {
                return Some(Self { child, address: format!("127.0.0.1:{port}"), _dir: dir });
            }
            if child.try_wait().unwrap().is_some() || start.elapsed() > Duration::from_secs(60) {
                let _ = child.kill();
                skip("the simulator of upstreams does not start, no server is asked");
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Where it serves git.
    pub(super) fn url(&self) -> String {
        format!("http://{}/git", self.address)
    }

    /// How often a method was used to ask for git.
    pub(super) fn asked(&self, method: &str) -> u64 {
        let answer = get(&format!("http://{}/_control/stats", self.address));
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let stats: Value = serde_json::from_str(body).unwrap();
        stats["services"]["git"]["methods"][method].as_u64().unwrap_or_default()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Asked to, it removes what it wrote.
        if let Some(pid) = Pid::from_raw(self.child.id().try_into().unwrap()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

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
pub(super) fn location(url: &str) -> Option<String> {
    get(url).lines().find_map(|line| line.strip_prefix("Location: ").map(str::to_owned))
}
