//! `bench prime`: our sieve and primesieve in turn, and our counts and primecount.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::measure::{TimeCost, measure_command, median, peak_memory_mb};

/// The ranges, in our notation and in that of primesieve.
const BENCH_RANGES: [(&str, [&str; 2]); 9] = [
    ("1..1e9", ["1", "1e9"]),
    ("1..1e10", ["1", "1e10"]),
    ("1e12..+1e9", ["1e12", "1e12+1e9"]),
    ("1e15..+1e9", ["1e15", "1e15+1e9"]),
    ("1e15..+1e10", ["1e15", "1e15+1e10"]),
    ("1e16..+1e10", ["1e16", "1e16+1e10"]),
    ("1e17..+1e9", ["1e17", "1e17+1e9"]),
    ("1e18..+1e9", ["1e18", "1e18+1e9"]),
    ("1e18..+1e10", ["1e18", "1e18+1e10"]),
];

/// The numbers up to which primes are counted.
const BENCH_COUNTS: [&str; 6] = ["1e13", "1e14", "1e15", "1e16", "1e17", "1e18"];

/// Most runs of counts that take half a minute.
const MAX_LONG_RUNS: usize = 3;

/// Measures every range `runs` times with both programs, with one and with two threads, and ours with
/// processes too.
pub(crate) fn sieves(program: &Path, peer: &Path, runs: usize) -> Result<()> {
    print_head("RANGE");
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
        let commands = [
            ("ours, 1 worker", ours("1", "threading")),
            ("peer, 1 thread", theirs("--threads=1")),
            ("ours, 2 workers", ours("2", "threading")),
            ("peer, 2 threads", theirs("--threads=2")),
            ("ours, 2 processes", ours("2", "process")),
        ];
        let [(cpu, wall), (peer_cpu, peer_wall), (cpu2, wall2), (peer_cpu2, peer_wall2), (cpu_p, wall_p)] =
            measure_in_turn(range, commands, runs)?;
        println!(
            "  our speed per CPU-second over the peer's: {:.2}, {:.2} with two threads; speed-up by two threads: \
             ours {:.2}, peer's {:.2}; processes over threads: {:.2} CPU, {:.2} wall",
            peer_cpu / cpu,
            peer_cpu2 / cpu2,
            wall / wall2,
            peer_wall / peer_wall2,
            cpu_p / cpu2,
            wall_p / wall2,
        );
    }
    Ok(())
}

/// Measures every count `runs` times with both programs, with one and with two threads.
pub(crate) fn counts(program: &Path, peer: &Path, runs: usize) -> Result<()> {
    print_head("COUNT UP TO");
    for number in BENCH_COUNTS {
        let ours = |workers: &str| {
            let mut command = Command::new(program);
            command.args(["prime", "--quiet", "--count-only", "--range", &format!("..{number}")]);
            command.args(["--workers", workers]);
            command
        };
        let theirs = |threads: &str| {
            let mut command = Command::new(peer);
            command.args([number, threads]);
            command
        };
        let commands = [
            ("ours, 1 worker", ours("1")),
            ("peer, 1 thread", theirs("--threads=1")),
            ("ours, 2 workers", ours("2")),
            ("peer, 2 threads", theirs("--threads=2")),
        ];
        let is_long = ["1e17", "1e18"].contains(&number);
        let runs = if is_long { runs.min(MAX_LONG_RUNS) } else { runs };
        let [(cpu, wall), (peer_cpu, peer_wall), (cpu2, wall2), (peer_cpu2, peer_wall2)] =
            measure_in_turn(number, commands, runs)?;
        println!(
            "  our speed per CPU-second over the peer's: {:.2}, {:.2} with two threads; speed-up by two threads: \
             ours {:.2}, peer's {:.2}",
            peer_cpu / cpu,
            peer_cpu2 / cpu2,
            wall / wall2,
            peer_wall / peer_wall2,
        );
    }
    Ok(())
}

fn print_head(what: &str) {
    println!("{what:<12} {:<22} {:>8} {:>8} {:>9}", "PROGRAM", "CPU s", "WALL s", "PEAK MB");
}

/// Runs commands in turn, `runs` times each, and prints a row for each. Returns the medians of CPU time and wall time, in
/// seconds.
fn measure_in_turn<const N: usize>(
    what: &str,
    mut commands: [(&str, Command); N],
    runs: usize,
) -> Result<[(f64, f64); N]> {
    let mut taken: [Vec<TimeCost>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..runs {
        for ((_, command), taken) in commands.iter_mut().zip(&mut taken) {
            taken.push(measure_command(command)?);
        }
    }
    let median_of = |costs: &[TimeCost], time: fn(&TimeCost) -> Duration| {
        median(costs.iter().map(|cost| time(cost).as_secs_f64()).collect())
    };
    let medians =
        taken.map(|costs| (median_of(&costs, |cost| cost.cpu), median_of(&costs, |cost| cost.wall)));
    for ((name, command), (cpu, wall)) in commands.iter().zip(medians) {
        let peak = peak_memory_mb(command)?;
        println!("{what:<12} {name:<22} {cpu:>8.3} {wall:>8.3} {peak:>9.1}");
    }
    Ok(medians)
}
