//! Benchmarks.

pub(crate) mod cluster;
pub(crate) mod dashboard;
pub(crate) mod engine;
pub(crate) mod ingest;
pub(crate) mod mine;
pub(crate) mod prime;
pub(crate) mod reports;
pub(crate) mod synthetic;
pub(crate) mod upstreams;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What something cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time, of this process and the children it waited for.
    pub(crate) cpu: Duration,
}

/// Measures `what`.
pub(crate) fn cost<T>(what: impl FnOnce() -> T) -> (T, Cost) {
    let (wall, cpu) = (Instant::now(), cpu_time());
    let value = what();
    (value, Cost { wall: wall.elapsed(), cpu: cpu_time() - cpu })
}

/// User and system time so far, from `/proc/self/stat` (proc(5)), in steps of 10 ms.
fn cpu_time() -> Duration {
    cpu_of("self")
}

/// That of a process, by its number; none if it is gone.
pub(crate) fn cpu_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    // utime, stime, cutime and cstime are fields 14 to 17; the first after the name is 3.
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// CPU time so far of all that runs on this machine, or beside it on the same processors, from
/// `/proc/stat` (proc(5)), in steps of 10 ms.
pub(crate) fn cpu_of_all() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").expect("Linux has it");
    // user, nice, system, idle, iowait, irq, softirq, steal: all but the fourth and fifth.
    let ticks = stat.split_whitespace().skip(1).take(8).enumerate().filter(|(at, _)| ![3, 4].contains(at));
    Duration::from_millis(ticks.filter_map(|(_, ticks)| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// The middle one of some measurements.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The most memory that a command had in place, in megabytes, by GNU time.
pub(crate) fn peak(command: &Command) -> Result<f64> {
    let output = Command::new("time")
        .args(["--format", "%M"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdout(Stdio::null())
        .output()
        .context("cannot start GNU time")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let kilobytes: f64 =
        text.trim().lines().last().unwrap_or_default().parse().context("GNU time says no number")?;
    Ok(kilobytes / 1024.0)
}
