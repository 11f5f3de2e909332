//! `bench prime`: our sieve and primesieve by turns.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Cost, cost, median, peak};

/// The ranges, as ours and as primesieve reads them.
const RANGES: [(&str, [&str; 2]); 4] = [
    ("1..1e9", ["1", "1e9"]),
    ("1..1e10", ["1", "1e10"]),
    ("1e12..+1e9", ["1e12", "1e12+1e9"]),
    ("1e15..+1e8", ["1e15", "1e15+1e8"]),
];

/// Measures every range `runs` times by each, with one and with two threads, and ours in processes.
pub(crate) fn run(program: &Path, peer: &Path, runs: usize) -> Result<()> {
    println!("{:<12} {:<22} {:>8} {:>8} {:>9}", "RANGE", "PROGRAM", "CPU s", "WALL s", "PEAK MB");
    for (range, bounds) in RANGES {
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
        let mut taken: [Vec<Cost>; 5] = Default::default();
        for _ in 0..runs {
            for ((_, command), taken) in commands.iter_mut().zip(&mut taken) {
                taken.push(measure(command)?);
            }
        }
        let of = |at: usize, what: fn(&Cost) -> Duration| {
            median(taken[at].iter().map(|cost| what(cost).as_secs_f64()).collect())
        };
        let (cpu, wall) = (|at| of(at, |cost| cost.cpu), |at| of(at, |cost| cost.wall));
        for (at, (name, command)) in commands.iter_mut().enumerate() {
            let peak = peak(command)?;
            println!("{range:<12} {name:<22} {:>8.3} {:>8.3} {peak:>9.1}", cpu(at), wall(at));
        }
        println!(
            "  speed of the peer's for each CPU-second: {:.2}, {:.2} with two; speed-up by two: ours {:.2}, \
             peer's {:.2}; processes over threads: {:.2} CPU, {:.2} wall",
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

fn measure(command: &mut Command) -> Result<Cost> {
    let (status, cost) = cost(|| command.stdout(Stdio::null()).stderr(Stdio::null()).status());
    let program = command.get_program().display();
    let status = status.with_context(|| format!("cannot start {program}"))?;
    ensure!(status.success(), "{program} failed");
    Ok(cost)
}
