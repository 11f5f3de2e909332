//! Processes that outlive the worker that started them: found, and ended.
//!
//! A process that calls `setsid` or `setpgid` leaves the group of its worker, and killing that group does not reach it.
//! It is known by the environment, which it inherits, and by its ancestors; and where neither helps, since it changed the
//! one and lost the others, by its parent: this process takes in the orphans among its descendants
//! (`PR_SET_CHILD_SUBREAPER` in prctl(2)).

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// Variable that marks the processes of one worker.
const MARK_VARIABLE: &str = "STREAMGUARD_WORKER_MARK";

/// Most bytes of an environment that are searched for the mark.
const MAX_ENVIRONMENT_BYTES: u64 = 1 << 20;

/// Most times that the processes are listed: those that are killed may start others meanwhile.
const MAX_SWEEPS: usize = 20;

/// Time between two listings.
const SWEEP_INTERVAL: Duration = Duration::from_millis(5);

/// Number of workers whose processes are marked, and may have children.
static LIVE_MARKS: AtomicUsize = AtomicUsize::new(0);

/// Mark of the processes of one worker that runs the program of an external job.
#[derive(Debug)]
pub(crate) struct ProcessMark {
    text: String,
    /// Children of this process from before, which are somebody else's.
    others: BTreeSet<i32>,
}

impl ProcessMark {
    /// Makes a mark that no other worker has, and lets this process take in orphans.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Without it there is nothing to do better: orphans are then found by the mark alone.
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        LIVE_MARKS.fetch_add(1, Ordering::SeqCst);
        let own = own_process();
        let children = list_processes().into_iter().filter(|entry| entry.parent == own);
        Self {
            text: format!("{own}-{}", NEXT.fetch_add(1, Ordering::SeqCst)),
            others: children.map(|entry| entry.process).collect(),
        }
    }

    /// Returns the variable that the worker gets, and its value.
    pub(crate) fn variable(&self) -> (&'static str, &str) {
        (MARK_VARIABLE, &self.text)
    }

    /// Kills the processes that the worker started and that are not in its group, which is dead already. Returns their
    /// number.
    pub(crate) fn end_orphans(&self, descendants: BTreeSet<i32>) -> usize {
        let mut ended = BTreeSet::new();
        for _ in 0..MAX_SWEEPS {
            let found: BTreeSet<i32> = self.find(&descendants);
            if found.is_empty() {
                break;
            }
            for process in found.iter().copied().filter_map(Pid::from_raw) {
                let _ = kill_process(process, Signal::KILL);
            }
            ended.extend(found);
            std::thread::sleep(SWEEP_INTERVAL);
        }
        ended.len()
    }

    fn find(&self, descendants: &BTreeSet<i32>) -> BTreeSet<i32> {
        let own = own_process();
        let entries = list_processes();
        let session = entries.iter().find(|entry| entry.process == own).map(|entry| entry.session);
        // Only the last worker may take what has no mark: it may be a child of another one.
        let is_last = LIVE_MARKS.load(Ordering::SeqCst) == 1;
        let mut found = BTreeSet::new();
        for entry in &entries {
            let is_adopted = entry.parent == own
                && session.is_some_and(|session| session != entry.session)
                && !self.others.contains(&entry.process);
            if entry.is_zombie {
                if is_adopted {
                    reap(entry.process);
                }
                continue;
            }
            let is_ours = entry.process != own
                && match mark_of(entry.process) {
                    Some(mark) => mark == self.text,
                    None => descendants.contains(&entry.process) || (is_adopted && is_last),
                };
            if is_ours {
                found.insert(entry.process);
            }
        }
        found
    }
}

impl Drop for ProcessMark {
    fn drop(&mut self) {
        LIVE_MARKS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A line of the list of processes.
struct ProcessEntry {
    process: i32,
    parent: i32,
    session: i32,
    is_zombie: bool,
}

/// Returns the children of a process, their children, and so on.
pub(crate) fn descendants(process: u32) -> BTreeSet<i32> {
    let mut found: BTreeSet<i32> = i32::try_from(process).into_iter().collect();
    let entries = list_processes();
    loop {
        let new = |entry: &&ProcessEntry| found.contains(&entry.parent) && !found.contains(&entry.process);
        let more: Vec<i32> = entries.iter().filter(new).map(|entry| entry.process).collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    found.retain(|found| u32::try_from(*found) != Ok(process));
    found
}

fn own_process() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

/// Waits for a process that has ended, and that this process took in.
fn reap(process: i32) {
    if let Some(process) = Pid::from_raw(process) {
        let _ = waitpid(Some(process), WaitOptions::NOHANG);
    }
}

/// Returns the mark in the environment of a process.
fn mark_of(process: i32) -> Option<String> {
    let mut environment = Vec::new();
    let file = File::open(format!("/proc/{process}/environ")).ok()?;
    file.take(MAX_ENVIRONMENT_BYTES).read_to_end(&mut environment).ok()?;
    let mark = environment.split(|byte| *byte == 0).find_map(|variable| {
        variable.strip_prefix(MARK_VARIABLE.as_bytes())?.strip_prefix(b"=").map(<[u8]>::to_vec)
    })?;
    String::from_utf8(mark).ok()
}

/// Lists the processes of this machine; none where there is no `/proc`.
fn list_processes() -> Vec<ProcessEntry> {
    let names = fs::read_dir("/proc").into_iter().flatten().flatten();
    names.filter_map(|entry| parse_stat(&fs::read_to_string(entry.path().join("stat")).ok()?)).collect()
}

/// Reads a line of `/proc/PID/stat` (proc_pid_stat(5)).
fn parse_stat(line: &str) -> Option<ProcessEntry> {
    // The name is in parentheses, and may hold any of them itself.
    let (process, rest) = line.split_once(" (")?;
    let (_, fields) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    Some(ProcessEntry {
        process: process.parse().ok()?,
        parent: fields.get(1)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        is_zombie: matches!(*fields.first()?, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_is_no_field() {
        let entry = parse_stat("12 (a) b) (c) S 3 12 4 0 -1").expect("a line");
        assert_eq!((entry.process, entry.parent, entry.session, entry.is_zombie), (12, 3, 4, false));
        assert!(parse_stat("12 (a) Z 3 12 4 0").is_some_and(|entry| entry.is_zombie));
        assert!(parse_stat("").is_none() && parse_stat("12 (a) S").is_none());
    }
}
