//! Repetitions of a few characters as source files, in every grammar: none may take long or much memory.

use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, setrlimit};
use streamguard_code::{FileChange, FileComparer};

/// One file name for each grammar.
const PATHS: [&str; 18] = [
    "a.c", "a.cpp", "a.cs", "a.dart", "a.go", "A.java", "a.js", "a.kt", "a.lua", "a.php", "a.py", "a.rb",
    "a.rs", "a.scala", "a.sol", "a.swift", "a.ts", "a.tsx",
];

/// Characters whose ordered pairs are repeated: 132 of them.
const CHARACTERS: [char; 12] = ['=', '>', '~', '-', ',', '&', '(', '{', '<', ':', '"', '*'];

/// Longest line of a file, in bytes. Files of longer ones are rejected unseen.
const LINE_BYTES: usize = 78;

/// Most CPU time of a file, in seconds.
const MAX_SECONDS: f64 = 2.0;

/// Most memory of a file, in MiB.
const MAX_MEBIBYTES: u64 = 1024;

/// CPU time after which a file counts as endless, in seconds.
const MAX_CHILD_SECONDS: u64 = 30;

/// CPU time and memory of one file.
struct FileCost {
    seconds: f64,
    mebibytes: u64,
}

/// Compares each file in a process of its own, and lists those that are beyond the limits.
pub(crate) fn run(sizes: &[usize], step: usize) -> Result<()> {
    let (mut tried, mut beyond, mut worst) = (0_u32, 0_u32, FileCost { seconds: 0.0, mebibytes: 0 });
    for path in PATHS {
        for repeated in repetitions().iter().step_by(step) {
            for &size in sizes {
                tried += 1;
                let cost = measure(path, repeated, size)?;
                match &cost {
                    Some(cost) if cost.seconds <= MAX_SECONDS && cost.mebibytes <= MAX_MEBIBYTES => {}
                    Some(cost) => println!(
                        "{path} {repeated:?} x {size}: {:.2} s, {} MiB",
                        cost.seconds, cost.mebibytes
                    ),
                    None => println!("{path} {repeated:?} x {size}: did not end"),
                }
                beyond += u32::from(
                    cost.as_ref()
                        .is_none_or(|cost| cost.seconds > MAX_SECONDS || cost.mebibytes > MAX_MEBIBYTES),
                );
                if let Some(cost) = cost {
                    worst.seconds = worst.seconds.max(cost.seconds);
                    worst.mebibytes = worst.mebibytes.max(cost.mebibytes);
                }
            }
        }
        println!("{path}: at most {:.2} s and {} MiB so far", worst.seconds, worst.mebibytes);
    }
    anyhow::ensure!(
        beyond == 0,
        "{beyond} of {tried} files are beyond {MAX_SECONDS} s or {MAX_MEBIBYTES} MiB"
    );
    println!("{tried} files");
    Ok(())
}

/// Returns the ordered pairs of the characters, alone and after a name.
fn repetitions() -> Vec<String> {
    let others = |first| CHARACTERS.into_iter().filter(move |second| *second != first);
    let pairs = CHARACTERS.into_iter().flat_map(|first| others(first).map(move |second| [first, second]));
    let pairs: Vec<String> = pairs.map(|pair| pair.into_iter().collect()).collect();
    pairs.iter().cloned().chain(pairs.iter().map(|pair| format!("a{pair}"))).collect()
}

/// Compares a file in a process of its own. Returns `None` if it did not end well.
fn measure(path: &str, repeated: &str, size: usize) -> Result<Option<FileCost>> {
    let child = Command::new(std::env::current_exe()?)
        .args(["attack-code", "--file", path, "--repeated", repeated, "--sizes", &size.to_string()])
        .output()
        .context("cannot start a process")?;
    if !child.status.success() {
        return Ok(None);
    }
    let output = String::from_utf8(child.stdout)?;
    let (seconds, mebibytes) = output.trim().split_once(' ').context("a cost")?;
    Ok(Some(FileCost { seconds: seconds.parse()?, mebibytes: mebibytes.parse()? }))
}

/// Compares one file with a changed copy of it, and prints its cost.
pub(crate) fn compare_here(path: &str, repeated: &str, size: usize) -> Result<()> {
    let cpu = Rlimit { current: Some(MAX_CHILD_SECONDS), maximum: Some(MAX_CHILD_SECONDS) };
    setrlimit(Resource::Cpu, cpu)?;
    let memory = Some((4 * MAX_MEBIBYTES) << 20);
    setrlimit(Resource::As, Rlimit { current: memory, maximum: memory })?;
    let line = format!("{}\n", repeated.repeat(LINE_BYTES / repeated.len()));
    let mut before = if path.ends_with(".php") { "<?php\n".to_owned() } else { String::new() };
    before.push_str(&line.repeat(size / line.len()));
    let mut after = before.clone();
    writeln!(after, "x")?;
    let change = FileChange {
        path_before: Some(path),
        path_after: Some(path),
        before: before.as_bytes(),
        after: after.as_bytes(),
    };
    // Whether it is rejected or compared does not matter here, only what that takes.
    let _ = FileComparer::new().compare(&change);
    let statistics = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = statistics.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // Fields 14 and 15 of proc_pid_stat(5), counted from the third one here, in hundredths of a second.
    let ticks = |field: usize| fields.get(field).and_then(|ticks| ticks.parse::<u32>().ok()).unwrap_or(0);
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0);
    println!("{} {}", f64::from(ticks(11) + ticks(12)) / 100.0, kibibytes >> 10);
    Ok(())
}
