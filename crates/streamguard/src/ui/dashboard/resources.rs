//! What this process and its workers use of the machine.
//!
//! It is read from `/proc` (proc(5)) for this process and its descendants, a few small files every
//! two seconds. The crates made for this walk all processes of the machine, or bring much more.

use std::fs;
use std::time::{Duration, Instant};

/// How often it is measured.
const PACE: Duration = Duration::from_secs(2);

/// Clock ticks in a second: `USER_HZ`, which is 100 wherever Linux and Rust run together
/// (`include/asm-generic/param.h` of Linux).
const TICKS: f64 = 100.0;

/// Most processes that are looked at.
const MOST: usize = 4096;

/// What a process and all its descendants use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Processor time, in percent of one core.
    pub cpu_percent: f64,
    /// Memory in bytes: what each has in memory, summed up. What they share counts for each.
    pub memory: u64,
    /// How many processes they are.
    pub processes: usize,
}

/// Measures from time to time.
#[derive(Debug)]
pub(super) struct Meter {
    since: Instant,
    ticks: u64,
}

impl Meter {
    /// Begins to measure.
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), ticks: measure().0 }
    }

    /// What was used since the last time, if it is time to look.
    pub(super) fn read(&mut self) -> Option<Usage> {
        let passed = self.since.elapsed();
        if passed < PACE {
            return None;
        }
        let (ticks, memory, processes) = measure();
        let used = ticks.saturating_sub(self.ticks) as f64 / TICKS;
        *self = Self { since: Instant::now(), ticks };
        Some(Usage { cpu_percent: used / passed.as_secs_f64() * 100.0, memory, processes })
    }
}

/// Clock ticks, bytes in memory and number of the processes of this family. The ticks of those that
/// are dead are with their parents.
fn measure() -> (u64, u64, usize) {
    let mut family = vec![std::process::id()];
    let (mut ticks, mut memory, mut processes) = (0, 0, 0);
    while let Some(process) = family.pop() {
        let Some(its_ticks) = ticks_of(process) else { continue };
        ticks += its_ticks;
        memory += memory_of(process);
        processes += 1;
        if processes < MOST {
            children(process, &mut family);
        }
    }
    (ticks, memory, processes)
}

/// Fields 14 to 17 of `/proc/<pid>/stat`, counted from 1: the times of a process and of its dead
/// children. None if it is gone.
fn ticks_of(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the name, in parentheses, and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some((14..=17).filter_map(field).sum())
}

/// `VmRSS`, which is in units of 1024 bytes.
fn memory_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}

/// A process's children are listed by the thread that started them.
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
