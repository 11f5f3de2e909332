//! The upstreams on this machine: a simulator of the real ones, where it and python3 are there.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use streamguard_simulator::{control, skip};

/// Running simulator; it ends when this is dropped.
pub(super) struct Simulator {
    child: Child,
    pub(super) port: u16,
}

impl Simulator {
    /// Starts a simulator of the records and repositories in a folder, at a port, or at any port for 0. Returns
    /// none, with a message, where that is impossible.
    pub(super) fn start(folder: &Path, port: u16) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/upstreams/upstreams.py");
        if !program.exists() {
            skip(&format!("there is no simulator at {}", program.display()));
            return None;
        }
        let port_file = folder.join("port");
        // The file of an earlier simulator.
        let _ = std::fs::remove_file(&port_file);
        let child = Command::new("python3")
            .arg("-B")
            .arg(&program)
            .args([
                "--rate-scale",
                "0.01",
                "--max-seconds",
                "1800",
                "--port",
                &port.to_string(),
                "--port-file",
            ])
            .arg(&port_file)
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--git-root")
            .arg(folder.join("git"))
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
                return Some(Self { child, port });
            }
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < patience, "the simulator does not start: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns the base URL of a service.
    pub(super) fn url(&self, service: &str) -> String {
        format!("http://127.0.0.1:{}/{service}", self.port)
    }

    /// Returns the counts of the simulator so far.
    pub(super) fn stats(&self) -> Stats {
        Stats(serde_json::from_str(&self.control("GET", "stats", "")).unwrap())
    }

    /// From now on these faults, and counters at zero.
    pub(super) fn faults(&self, faults: &[String]) {
        self.control("POST", "faults", &json!({ "faults": faults }).to_string());
        self.control("POST", "reset", "{}");
    }

    fn control(&self, method: &str, name: &str, body: &str) -> String {
        control(self.port, method, name, body)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Asked to stop, it removes its scratch folder; gone already is as good.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let patience = Instant::now() + Duration::from_secs(5);
        while Instant::now() < patience && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a simulator counted.
pub(super) struct Stats(Value);

impl Stats {
    /// A figure of a service.
    pub(super) fn of(&self, service: &str, figure: &str) -> u64 {
        self.0["services"][service][figure].as_u64().unwrap_or_default()
    }

    /// How many requests a service got.
    pub(super) fn requests(&self, service: &str) -> u64 {
        self.of(service, "requests")
    }

    /// How often a fault struck a service.
    pub(super) fn struck(&self, service: &str, fault: &str) -> u64 {
        self.0["services"][service]["faults"][fault].as_u64().unwrap_or_default()
    }

    /// How often the services other than git got a request that they had got before.
    pub(super) fn repeated(&self) -> u64 {
        let services = self.0["services"].as_object().unwrap().iter();
        let asked = services.filter(|(name, _)| *name != "git");
        asked.map(|(_, figures)| figures["repeated_requests"].as_u64().unwrap()).sum()
    }

    /// Nobody was asked too often or too early, or told what is none of its business, and nothing was
    /// asked that the simulator does not know.
    pub(super) fn assert_civil(&self) {
        for figure in ["rate_limit_violations", "unsimulated"] {
            assert_eq!(self.0[figure], json!({}), "{figure}: {:#}", self.0);
        }
        // git does not tell how long it was asked to wait.
        let early = self.0["early_retries"].as_object().unwrap();
        assert!(early.keys().all(|service| service == "git"), "{:#}", self.0);
        assert_eq!(self.0["credentials"]["leaks"], json!({}), "{:#}", self.0);
        assert_eq!(self.0["credentials"]["unneeded"], json!({}), "{:#}", self.0);
        assert_eq!(self.0["canary_hits"], 0, "{:#}", self.0);
    }
}
