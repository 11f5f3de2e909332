//! `bench prime`: our sieve and primesieve in turn.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::measure::{TimeCost, measure_command, median, peak_memory_mb};

/// The ranges, in our notation and in that of primesieve.
const BENCH_RANGES: [(&str, [&str; 2]); 4] = [
    ("1..1e9", ["1", "1e9"]),
    ("1..1e10", ["1", "1e10"]),
    ("1e12..+1e9", ["1e12", "1e12+1e9"]),
    ("1e15..+1e8", ["1e15", "1e15+1e8"]),
];

/// Measures every range `runs` times with both programs, with one and with two threads, and ours with
/// processes too.
pub(crate) fn run(program: &Path, peer: &Path, runs: usize) -> Result<()> {
    println!("{:<12} {:<22} {:>8} {:>8} {:>9}", "RANGE", "PROGRAM", "CPU s", "WALL s", "PEAK MB");
    for (range, bounds) in BENCH_RANGES {
        let ours = |workers: &str, mode: &str| {
            let mut command = Command::new(program);
            command.args(["prime", "--quiet", "--range", range, "--workers", workers, "--mode", mode]);
            command
        };
        let theirs = |threads: &str| {
            let mut command = Command::new(peer);
            command.args(bounds).args(["--quiet", threads]);
            command
        };
        let mut commands = [
            ("ours, 1 worker", ours("1", "threading")),
            ("peer, 1 thread", theirs("--threads=1")),
            ("ours, 2 workers", ours("2", "threading")),
            ("peer, 2 threads", theirs("--threads=2")),
            ("ours, 2 processes", ours("2", "process")),
        ];
        let mut taken: [Vec<TimeCost>; 5] = Default::default();
        for _ in 0..runs {
            for ((_, command), taken) in commands.iter_mut().zip(&mut taken) {
                taken.push(measure_command(command)?);
            }
        }
        let of = |at: usize, what: fn(&TimeCost) -> Duration| {
            median(taken[at].iter().map(|cost| what(cost).as_secs_f64()).collect())
        };
        let (cpu, wall) = (|at| of(at, |cost| cost.cpu), |at| of(at, |cost| cost.wall));
        for (at, (name, command)) in commands.iter_mut().enumerate() {
            let peak = peak_memory_mb(command)?;
            println!("{range:<12} {name:<22} {:>8.3} {:>8.3} {peak:>9.1}", cpu(at), wall(at));
        }
        println!(
            "  our speed per CPU-second over the peer's: {:.2}, {:.2} with two threads; speed-up by two threads: \
             ours {:.2}, peer's {:.2}; processes over threads: {:.2} CPU, {:.2} wall",
            cpu(1) / cpu(0),
            cpu(3) / cpu(2),
            wall(0) / wall(2),
            wall(1) / wall(3),
            cpu(4) / cpu(2),
            wall(4) / wall(2),
        );
    }
    Ok(())
}
