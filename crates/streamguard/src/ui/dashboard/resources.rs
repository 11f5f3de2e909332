//!
//! Resources that this process and its workers use.
//!
//! They are read from `/proc` (proc(5)) for this process and its descendants, a few small files every two
//! seconds. The crates made for this walk all processes of the machine, or bring much more.

use std::fs;
use std::time::{Duration, Instant};

/// Time between two measurements.
const MEASURE_INTERVAL: Duration = Duration::from_secs(2);

/// Clock ticks per second: `USER_HZ`, which is 100 wherever Linux and Rust run together
/// (`include/asm-generic/param.h` of Linux).
const TICKS_PER_SECOND: f64 = 100.0;

/// Most processes that are measured.
const MAX_PROCESSES: usize = 4096;

/// Resources that a process and all its descendants use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResourceUsage {
    /// Processor time, in percent of one core.
    pub cpu_percent: f64,
    /// Resident memory in bytes, summed up over the processes. Shared memory counts for each of them.
    pub memory: u64,
    /// Number of processes.
    pub processes: usize,
}

/// Measures the resources periodically.
#[derive(Debug)]
pub(super) struct ResourceMeter {
    since: Instant,
    ticks: u64,
}

impl ResourceMeter {
    /// Starts to measure.
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), ticks: measure().0 }
    }

    /// Returns the resources used since the last measurement, if the next one is due.
    pub(super) fn read(&mut self) -> Option<ResourceUsage> {
        let passed = self.since.elapsed();
        if passed < MEASURE_INTERVAL {
            return None;
        }
        let (ticks, memory, processes) = measure();
        // The sum can fall: a process that nobody waited for takes its ticks away.
        let used = ticks.saturating_sub(self.ticks) as f64 / TICKS_PER_SECOND;
        *self = Self { since: Instant::now(), ticks };
        Some(ResourceUsage { cpu_percent: used / passed.as_secs_f64() * 100.0, memory, processes })
    }
}

/// Returns clock ticks, bytes in memory and number of the processes of this family. The ticks of dead processes
/// are with their parents.
fn measure() -> (u64, u64, usize) {
    let mut family = vec![std::process::id()];
    let (mut ticks, mut memory, mut processes) = (0, 0, 0);
    while let Some(process) = family.pop() {
        let Some(its_ticks) = ticks_of(process) else { continue };
        ticks += its_ticks;
        memory += memory_of(process);
        processes += 1;
        if processes < MAX_PROCESSES {
            children(process, &mut family);
        }
    }
    (ticks, memory, processes)
}

/// Returns the sum of the fields 14 to 17 of `/proc/<pid>/stat`, counted from 1: the times of a process and of
/// its dead children. None if the process is gone.
fn ticks_of(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the name, in parentheses, and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // The first field behind the name is number 3.
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some((14..=17).filter_map(field).sum())
}

/// Returns `VmRSS`, which is in units of 1024 bytes, in bytes.
fn memory_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}

/// Adds the children of a process, which are listed by the thread that started them.
fn children(process: u32, family: &mut Vec<u32>) {
    for thread in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
        let listed = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        family.extend(listed.split_whitespace().filter_map(|number| number.parse::<u32>().ok()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_and_its_child_are_counted() {
        let (ticks, memory, alone) = measure();
        assert!(memory > 0 && alone >= 1);
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let (later, _, both) = measure();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(later >= ticks && both > alone.min(1), "{both} processes");
    }
}
