//! `bench upstreams`: collecting from all upstreams at once, compared with collecting from each alone.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::measure::{measure, median};

/// The collectors, each with the flag of its address and the simulator's name for that address.
const COLLECTORS: [(&str, &str, &str); 4] = [
    ("cve", "--nvd-url", "nvd"),
    ("github", "--github-url", "github"),
    ("osv", "--osv-url", "osv-bulk"),
    ("exploitdb", "--exploitdb-url", "exploitdb"),
];

/// Pause between two checks whether the simulator listens.
const START_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Checks before the simulator counts as failed.
const MAX_START_POLLS: u32 = 600;

/// A running simulator. Dropping the value stops it.
struct UpstreamSimulator {
    child: Child,
    port: u16,
}

impl UpstreamSimulator {
    /// Starts the simulator, and waits until it listens.
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
        for _ in 0..MAX_START_POLLS {
            if let Ok(port) = std::fs::read_to_string(&port_file).unwrap_or_default().trim().parse() {
                simulator.port = port;
                return Ok(simulator);
            }
            std::thread::sleep(START_POLL_INTERVAL);
        }
        bail!("{} did not write the port on which it listens", program.display())
    }
}

impl Drop for UpstreamSimulator {
    fn drop(&mut self) {
        // The simulator may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures, and prints the ratios.
pub(crate) fn run(streamguard: &Path, simulator: &Path, latency: u32, runs: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = UpstreamSimulator::start(simulator, latency, folder.path())?;
    let names = COLLECTORS.map(|(name, ..)| name);
    // The simulator loads its data at the first request, so a first run is not measured.
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

/// Collects with an empty cache, but takes no samples from the records: that time depends on repositories.
/// Returns the seconds that it took.
fn collect(
    streamguard: &Path,
    simulator: &UpstreamSimulator,
    collectors: &[&str],
    order: &str,
) -> Result<f64> {
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
    // The ecosystems of which the simulator has records.
    command.args(["--osv-ecosystems", "PyPI", "Go", "crates.io", "RubyGems", "Packagist", "OSS-Fuzz", "GIT"]);
    for (_, flag, service) in COLLECTORS {
        command.args([flag, &format!("http://127.0.0.1:{}/{service}", simulator.port)]);
    }
    command.arg("--collectors").args(collectors);
    command.env("GITHUB_TOKEN", "a-token-for-nobody").env("NVD_API_KEY", "a-key-for-nobody");
    command.current_dir(folder.path()).stdout(Stdio::null());
    let (status, cost) = measure(|| command.status());
    // Exit code 4: no samples were collected, which is expected here.
    ensure!(matches!(status?.code(), Some(0 | 4)), "collect failed");
    Ok(cost.wall.as_secs_f64())
}
