//! `bench synthetic`: the speed of generating pairs, in memory alone and as a dataset on disk.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use streamguard_synthetic::{PairBuffer, PairGenerator};

use super::measure::{measure, median};

/// Samples per CPU-second of the Python program that StreamGuard replaces, as its authors measured on a
/// machine of this kind (30 to 36 thousand).
const PEER_SAMPLES_PER_CPU_SECOND: f64 = 33_000.0;

/// Measures both, and prints the rates.
pub(crate) fn run(streamguard: &Path) -> Result<()> {
    let generator = PairGenerator::new();
    let mut buffer = PairBuffer::default();
    let mut bytes = 0;
    let pairs = 3_000_000;
    let rates: Vec<f64> = (0..5)
        .map(|_| {
            let ((), cost) = measure(|| {
                for index in 0..pairs {
                    let pair = generator.write_pair(42, index, &mut buffer);
                    bytes += pair.vulnerable.len() + pair.fixed.len();
                }
            });
            pairs as f64 / cost.cpu.as_secs_f64()
        })
        .collect();
    let rate = median(rates);
    println!(
        "generate: {:.2} M pairs per CPU-second, {} bytes each, {:.0} times the peer's {PEER_SAMPLES_PER_CPU_SECOND} (median of 5)",
        rate / 1e6,
        bytes / (5 * pairs as usize),
        rate / PEER_SAMPLES_PER_CPU_SECOND
    );

    let folder = tempfile::tempdir()?;
    let samples = 500_000;
    let (status, cost) = measure(|| {
        Command::new(streamguard)
            .args([
                "collect",
                "--collectors",
                "synthetic",
                "--quiet",
                "--synthetic-samples",
                &samples.to_string(),
            ])
            .arg("--output-dir")
            .arg(folder.path().join("out"))
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .status()
    });
    ensure!(status?.success(), "collect failed");
    let rate = f64::from(samples) / cost.cpu.as_secs_f64();
    println!(
        "collect: {rate:.0} samples per CPU-second into JSONL and Parquet, deduplicated, {:.1} times the peer's; {:.1} s wall",
        rate / PEER_SAMPLES_PER_CPU_SECOND,
        cost.wall.as_secs_f64()
    );
    Ok(())
}
