//! `bench commands`: what it costs to run a plain command, beside GNU parallel and xargs.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::measure::{TimeCost, measure_command};

/// Runs `true` so many times with each program, with two commands at once. GNU parallel gets a twentieth, because it takes
/// so long, and its figures are per command as well.
pub(crate) fn run(program: &Path, commands: u64) -> Result<()> {
    ensure!(commands >= 20, "at least 20 commands, of which GNU parallel gets a twentieth");
    let folder = tempfile::tempdir()?;
    let list = |count: u64| -> Result<_> {
        let path = folder.path().join(format!("{count}.txt"));
        fs::write(&path, (0..count).map(|number| format!("{number}\n")).collect::<String>())?;
        Ok(path)
    };
    let (all, some) = (list(commands)?, list(commands / 20)?);
    let started = |program: &Path, arguments: &[&str], inputs: &Path| -> Result<TimeCost> {
        let mut command = Command::new(program);
        measure_command(command.args(arguments).current_dir(&folder).stdin(File::open(inputs)?))
    };
    println!("{:<28} {:>12} {:>12}", "PROGRAM", "CPU us each", "WALL us each");
    let row = |name: &str, cost: TimeCost, count: u64| {
        let each = |seconds: f64| seconds * 1e6 / count as f64;
        let (cpu, wall) = (each(cost.cpu.as_secs_f64()), each(cost.wall.as_secs_f64()));
        println!("{name:<28} {cpu:>12.0} {wall:>12.0}");
        cpu
    };
    let ours = ["run", "--workers", "2", "--quiet"];
    let in_memory =
        row("streamguard", started(program, &[&ours[..], &["--", "true"]].concat(), &all)?, commands);
    let kept = [&ours[..], &["--output-dir", "out", "--", "true"]].concat();
    let in_folder = row("streamguard --output-dir", started(program, &kept, &all)?, commands);
    let xargs = row("xargs -P2", started(Path::new("xargs"), &["-P2", "-n1", "true"], &all)?, commands);
    let parallel = started(Path::new("parallel"), &["-j2", "true"], &some)?;
    let parallel = row("parallel -j2", parallel, commands / 20);
    for (name, cpu) in [("in memory", in_memory), ("with --output-dir", in_folder)] {
        println!("{name}: {:.2} of the CPU of xargs, {:.2} of GNU parallel", cpu / xargs, cpu / parallel);
    }
    Ok(())
}
