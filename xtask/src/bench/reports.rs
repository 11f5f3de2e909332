//! `bench reports`: the cost of the reports of a large run.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use super::measure::{measure, peak_memory_mb};

/// Renders each format alone, and all together, for a run with so many samples.
pub(crate) fn run(program: &Path, samples: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("run");
    let collected = Command::new(program)
        .args([
            "collect",
            "--collectors",
            "synthetic",
            "--quiet",
            "--synthetic-samples",
            &samples.to_string(),
        ])
        .arg("--output-dir")
        .arg(&out)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .status()?;
    ensure!(collected.success(), "collect failed");
    println!("{:<8} {:>8} {:>8} {:>9} {:>10}", "FORMAT", "WALL s", "CPU s", "PEAK MB", "BYTES");
    for format in streamguard_report::ReportFormat::ALL.iter().map(|format| format.name()).chain(["all"]) {
        let reports = folder.path().join(format);
        let mut command = Command::new(program);
        command.arg("report").arg(&out).args(["--format", format, "--output-dir"]).arg(&reports);
        command.stdout(Stdio::null());
        let (status, cost) = measure(|| command.status());
        ensure!(status?.success(), "report failed");
        let mut bytes = 0;
        for file in std::fs::read_dir(&reports)? {
            bytes += file?.metadata()?.len();
        }
        let peak = peak_memory_mb(&command)?;
        let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
        println!("{format:<8} {wall:>8.2} {cpu:>8.2} {peak:>9.1} {bytes:>10}");
    }
    Ok(())
}
