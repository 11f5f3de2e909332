//! Measuring time and memory of functions and programs.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Time that some work took.
#[derive(Clone, Copy)]
pub(crate) struct TimeCost {
    pub(crate) wall: Duration,
    /// User and system time of this process and of the children that it waited for.
    pub(crate) cpu: Duration,
}

/// Runs `work`, and measures the time that it takes.
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, TimeCost) {
    let (wall, cpu) = (Instant::now(), process_cpu_time("self"));
    let value = work();
    (value, TimeCost { wall: wall.elapsed(), cpu: process_cpu_time("self") - cpu })
}

/// Runs a command without output, and measures the time that it takes.
pub(crate) fn measure_command(command: &mut Command) -> Result<TimeCost> {
    let (status, cost) = measure(|| command.stdout(Stdio::null()).stderr(Stdio::null()).status());
    let program = command.get_program().display();
    let status = status.with_context(|| format!("cannot start {program}"))?;
    ensure!(status.success(), "{program} failed");
    Ok(cost)
}

/// Returns the user and system time of a process and of the children that it waited for, from `/proc/PID/stat`
/// (proc(5)), in steps of 10 ms. Returns 0 if the process is gone.
pub(crate) fn process_cpu_time(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name may contain spaces and parentheses, so fields are counted from the last parenthesis on.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    // utime, stime, cutime and cstime are fields 14 to 17; the first field after the name is 3.
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Returns the CPU time of everything that runs on this machine, or beside it on the same processors, from
/// `/proc/stat` (proc(5)), in steps of 10 ms.
pub(crate) fn machine_cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").expect("Linux has /proc/stat");
    // user, nice, system, idle, iowait, irq, softirq, steal: all except the fourth and fifth.
    let ticks = stat.split_whitespace().skip(1).take(8).enumerate().filter(|(at, _)| ![3, 4].contains(at));
    Duration::from_millis(ticks.filter_map(|(_, ticks)| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Returns the median, the upper one of an even number of values.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs a command under GNU time, and returns the peak of its resident memory in megabytes.
pub(crate) fn peak_memory_mb(command: &Command) -> Result<f64> {
    let output = Command::new("time")
        .args(["--format", "%M"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdout(Stdio::null())
        .output()
        .context("cannot start GNU time")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let kilobytes: f64 =
        text.trim().lines().last().unwrap_or_default().parse().context("GNU time did not print a number")?;
    Ok(kilobytes / 1024.0)
}
