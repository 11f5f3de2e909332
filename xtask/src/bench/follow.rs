//! `bench follow`: a log that grows fast, through rotation and truncation, and whether each line counts once.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::measure::process_cpu_time;

/// Different paths: few enough to be counted exactly.
const PATHS: u64 = 50_000;

/// Time between two writes.
const TICK: Duration = Duration::from_millis(10);

/// Bytes of one write: no multiple of a line, so that writes end within lines.
const WRITE_BYTES: usize = 4093;

/// Ticks for which a rotated file is still written to, as by a server that has not opened its log anew yet.
const LATE_TICKS: u64 = 20;

/// Time that the program has to read the rest before it is asked to end.
const REST: Duration = Duration::from_secs(3);

/// Input of the benchmark.
#[derive(clap::Args)]
pub(crate) struct FollowInputs {
    /// Seconds for which lines are written.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Lines a second.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..))]
    rate: u64,
    /// Seconds between two rotations, of which every other one is a truncation of a copied file.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    rotate: u64,
}

/// A log that is written line by line.
struct LogWriter {
    folder: PathBuf,
    file: File,
    /// Number of the last line.
    number: u64,
    /// Bytes that belong to the next write.
    pending: Vec<u8>,
    generation: u64,
}

impl LogWriter {
    fn new(folder: &Path) -> Result<Self> {
        let file = append(&folder.join("access.log"))?;
        Ok(Self { folder: folder.to_owned(), file, number: 0, pending: Vec::new(), generation: 0 })
    }

    /// Writes lines, each with its number in its path and as its bytes.
    fn write(&mut self, lines: u64) -> Result<()> {
        for _ in 0..lines {
            self.number += 1;
            let (path, status) =
                (self.number % PATHS, if self.number.is_multiple_of(97) { 503 } else { 200 });
            writeln!(
                self.pending,
                "192.0.2.{} - - [17/May/2015:10:05:03 +0000] \"GET /s{path} HTTP/1.1\" {status} {} \"-\" \"curl/8\" \
                 0.{:03}",
                self.number % 251,
                self.number,
                self.number % 997
            )?;
        }
        let whole = self.pending.len() / WRITE_BYTES * WRITE_BYTES;
        for piece in self.pending[..whole].chunks(WRITE_BYTES) {
            self.file.write_all(piece)?;
        }
        self.pending.drain(..whole);
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("access.log")
    }

    /// Returns the path of the next old file, and removes the file before the last one.
    fn next_old(&mut self) -> PathBuf {
        self.generation += 1;
        let old = |generation: u64| self.folder.join(format!("access.log.{generation}"));
        let _ = fs::remove_file(old(self.generation.saturating_sub(2)));
        old(self.generation)
    }

    /// Copies the log and empties it, as `copytruncate` of logrotate does.
    fn truncate(&mut self) -> Result<()> {
        fs::copy(self.path(), self.next_old())?;
        self.file.set_len(0)?;
        Ok(())
    }

    /// Writes the rest.
    fn finish(mut self) -> Result<u64> {
        self.file.write_all(&self.pending)?;
        Ok(self.number)
    }
}

fn append(path: &Path) -> Result<File> {
    Ok(File::options().create(true).append(true).open(path)?)
}

/// Writes a log at some rate while the program follows it, and compares what it counted.
pub(crate) fn run(streamguard: &Path, inputs: &FollowInputs) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut writer = LogWriter::new(folder.path())?;
    let mut child = Command::new(streamguard)
        .args(["ingest", "--path"])
        .arg(writer.path())
        .args(["--follow", "--json", "--no-templates", "--no-dashboard"])
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the program")?;
    let written = write_all(&mut writer, inputs);
    let all = writer.finish();
    thread::sleep(REST);
    let process = child.id().to_string();
    let (cpu, memory) = (process_cpu_time(&process), peak_memory_mb(&process));
    let answer = end(&mut child)?;
    written?;
    let all = all?;
    check(&answer, all)?;
    let per_second = cpu.as_secs_f64() * 100.0 / inputs.seconds as f64;
    println!(
        "{all} lines, each counted once; {:.1} s CPU ({per_second:.1} % of a processor), {memory:.0} MB at most",
        cpu.as_secs_f64()
    );
    Ok(())
}

/// Writes all lines at the rate, and rotates the log meanwhile.
fn write_all(writer: &mut LogWriter, inputs: &FollowInputs) -> Result<()> {
    let began = Instant::now();
    let ticks = |length: Duration| length.as_millis() as u64 / TICK.as_millis() as u64;
    let (all, between) =
        (ticks(Duration::from_secs(inputs.seconds)), ticks(Duration::from_secs(inputs.rotate)));
    let mut opens_at = None;
    for tick in 1..=all {
        let due = inputs.rate * tick * TICK.as_millis() as u64 / 1000;
        writer.write(due.saturating_sub(writer.number))?;
        if tick % between == 0 && tick < all {
            match (tick / between).is_multiple_of(2) {
                true => writer.truncate()?,
                false => {
                    let old = writer.next_old();
                    fs::rename(writer.path(), old)?;
                    opens_at = Some(tick + LATE_TICKS);
                }
            }
        }
        if opens_at == Some(tick) {
            // The rest of the last line belongs into the old file.
            let rest = std::mem::take(&mut writer.pending);
            writer.file.write_all(&rest)?;
            writer.file = append(&writer.path())?;
        }
        thread::sleep((began + TICK * u32::try_from(tick)?).saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// Asks the program to end, as Ctrl+C does. Returns its answer.
fn end(child: &mut Child) -> Result<Value> {
    let process = Pid::from_raw(i32::try_from(child.id())?).context("no process")?;
    kill_process(process, Signal::INT)?;
    let mut answer = String::new();
    child.stdout.take().context("no output")?.read_to_string(&mut answer)?;
    let status = child.wait()?;
    ensure!(status.success(), "the program ended with {status}: {answer}");
    Ok(serde_json::from_str(&answer)?)
}

/// Compares the answer with the lines 1 to `all`.
fn check(answer: &Value, all: u64) -> Result<()> {
    let metrics = &answer["metrics"];
    for (name, expected) in [("requests", all), ("malformed", 0), ("bytes.sum", all * (all + 1) / 2)] {
        ensure!(metrics[name] == expected, "{name}: {}, and not {expected}", metrics[name]);
    }
    let tables = answer["tables"].as_array().context("no tables")?;
    let is_paths = |table: &&Value| table["title"] == "Most frequent paths, without queries";
    let paths = tables.iter().find(is_paths).context("the paths are not counted exactly")?;
    // The most frequent path came no more often than any must, so all of them came as often as they were written.
    let most = &paths["rows"][0][1];
    ensure!(*most == all.div_ceil(PATHS), "a path was counted {most} times");
    Ok(())
}

/// Returns the peak of the resident memory of a process in megabytes, from `/proc/PID/status` (proc(5)).
fn peak_memory_mb(process: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
