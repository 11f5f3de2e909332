//! What it takes to collect from all upstreams at once, to that from each alone.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::{cost, median};

/// The collectors, each with the flag of its address and what the simulator calls that.
const COLLECTORS: [(&str, &str, &str); 4] = [
    ("cve", "--nvd-url", "nvd"),
    ("github", "--github-url", "github"),
    ("osv", "--osv-url", "osv-bulk"),
    ("exploitdb", "--exploitdb-url", "exploitdb"),
];

/// How often it is looked whether the simulator is there, and how often that is enough.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 600;

/// A simulator; it ends with this value.
struct Simulator {
    child: Child,
    port: u16,
}

impl Simulator {
    fn start(program: &Path, latency: u32, folder: &Path) -> Result<Self> {
        let port_file = folder.join("port");
        let child = Command::new("python3")
            .arg(program)
            .args(["--port", "0", "--rate-scale", "0.01", "--latency", &latency.to_string(), "--port-file"])
            .arg(&port_file)
            .stdout(Stdio::null())
            .spawn()
            .context("cannot run python3")?;
        let mut simulator = Self { child, port: 0 };
        for _ in 0..LOOKS {
            if let Ok(port) = std::fs::read_to_string(&port_file).unwrap_or_default().trim().parse() {
                simulator.port = port;
                return Ok(simulator);
            }
            std::thread::sleep(LOOK);
        }
        bail!("{} does not say where it listens", program.display())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn run(streamguard: &Path, simulator: &Path, latency: u32, runs: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(simulator, latency, folder.path())?;
    let names = COLLECTORS.map(|(name, ..)| name);
    // What it reads and makes at the first question is no matter of the network.
    collect(streamguard, &simulator, &names, "--parallel")?;
    let measure = |what: &str, collectors: &[&str], order: &str| -> Result<f64> {
        let seconds: Result<Vec<f64>> =
            (0..runs).map(|_| collect(streamguard, &simulator, collectors, order)).collect();
        let seconds = median(seconds?);
        println!("{what}: {seconds:.2} s");
        Ok(seconds)
    };
    let alone: Vec<f64> =
        names.iter().map(|name| measure(name, &[*name], "--parallel")).collect::<Result<_>>()?;
    let slowest = alone.iter().copied().fold(0.0, f64::max);
    let parallel = measure("all, side by side", &names, "--parallel")?;
    let sequential = measure("all, one after the other", &names, "--sequential")?;
    println!(
        "side by side {:.2} times the slowest alone; one after the other {:.2} times the sum ({latency} ms latency, median of {runs})",
        parallel / slowest,
        sequential / alone.iter().sum::<f64>()
    );
    Ok(())
}

/// Collects with an empty cache, but for what the records name: how long that is decided by
/// repositories. Returns the seconds that it took.
fn collect(streamguard: &Path, simulator: &Simulator, collectors: &[&str], order: &str) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(streamguard);
    command.args(["collect", "--quiet", "--rate-scale", "0.01", order, "--output-dir", "out"]);
    command.args([
        "--cache-dir",
        "cache",
        "--cve-samples",
        "0",
        "--github-samples",
        "0",
        "--osv-samples",
        "0",
    ]);
    // Ecosystems that the simulator has.
    command.args(["--osv-ecosystems", "PyPI", "Go", "crates.io", "RubyGems", "Packagist", "OSS-Fuzz", "GIT"]);
    for (_, flag, service) in COLLECTORS {
        command.args([flag, &format!("http://127.0.0.1:{}/{service}", simulator.port)]);
    }
    command.arg("--collectors").args(collectors);
    command.env("GITHUB_TOKEN", "a-token-for-nobody").env("NVD_API_KEY", "a-key-for-nobody");
    command.current_dir(folder.path()).stdout(Stdio::null());
    let (status, cost) = cost(|| command.status());
    // 4: without what the records name there is no sample of them.
    ensure!(matches!(status?.code(), Some(0 | 4)), "collect failed");
    Ok(cost.wall.as_secs_f64())
}
