//! Measures the files of the dataset: nanoseconds a sample for each step, and the memory that
//! the union takes.
//!
//! `cargo bench -p streamguard-dataset -- <samples> [<bytes of code a side> [<folder>]]`; the
//! folder is where the files go, by default one that is removed again. Where it holds the input
//! from an earlier measurement, only the union is measured: that is how to learn its memory.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use streamguard_dataset::dataset_files::write_dataset;
use streamguard_dataset::{
    CollectorFile, DuplicateFilter, JsonlReader, JsonlWriter, Language, ParquetReader, ParquetWriter,
    QualityFlag, Sample, SampleKind, SampleLevel, SampleStats, Severity,
};

use rustix::time::{ClockId, Timespec, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<_> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    // Few, because `cargo test --all-targets` runs this too.
    let samples: u64 = numbers.first().map_or(Ok(2_000), |number| number.parse())?;
    let bytes: usize = numbers.get(1).map_or(Ok(700), |number| number.parse())?;
    let temporary = tempfile::tempdir()?;
    let folder = numbers.get(2).map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let (jsonl, parquet) = (folder.join("in.jsonl"), folder.join("out.parquet"));

    if jsonl.exists() {
        return measure_union(&jsonl, &folder, samples);
    }
    // Few enough samples to stay in memory, many enough to tell them apart.
    let some: Vec<_> = (0..samples.min(50_000)).map(|number| sample(number, bytes)).collect();
    let (mut written, mut inserted, mut counted) = (Times::default(), Times::default(), Times::default());
    let mut lines = JsonlWriter::create(&jsonl)?;
    let mut seen = DuplicateFilter::new();
    let mut stats = SampleStats::default();
    let mut number = 0;
    while number < samples {
        let some: Vec<_> = (number..samples.min(number + 10_000)).map(|n| sample(n, bytes)).collect();
        let start = Clock::start();
        some.iter().try_for_each(|sample| lines.write(sample))?;
        written.add(&start);
        let start = Clock::start();
        assert!(some.iter().all(|sample| seen.insert(sample)), "all samples are different");
        inserted.add(&start);
        let start = Clock::start();
        stats.extend(&some);
        counted.add(&start);
        number += some.len() as u64;
    }
    lines.finish()?;
    println!("a line has {} bytes", fs::metadata(&jsonl)?.len() / samples.max(1));
    report("write lines, without fsync", samples, &written);
    report("look for duplicates", samples, &inserted);
    report("count", samples, &counted);
    drop(seen);

    let start = Clock::start();
    for sample in JsonlReader::open(&jsonl)? {
        black_box(sample?);
    }
    report("read lines", samples, &start.elapsed());

    let mut rows = ParquetWriter::create(&parquet)?;
    let start = Clock::start();
    for sample in some.iter().cycle().take(samples as usize) {
        rows.write(sample)?;
    }
    rows.finish()?;
    report("write rows, with fsync", samples, &start.elapsed());

    let start = Clock::start();
    for sample in ParquetReader::open(&parquet)? {
        black_box(sample?);
    }
    report("read rows", samples, &start.elapsed());
    println!("{:>10} MB at most in memory until here", peak_memory());

    fs::remove_file(&parquet)?;
    drop(some);
    measure_union(&jsonl, &folder, samples)
}

fn measure_union(jsonl: &Path, folder: &Path, samples: u64) -> Result<(), Box<dyn Error>> {
    let sources = [CollectorFile { collector: "repo".into(), path: jsonl.to_owned() }];
    let start = Clock::start();
    let union = write_dataset(&sources, folder, &mut |_| (), &|| false)?;
    report("unite, with fsync", samples, &start.elapsed());
    assert_eq!(union.stats.samples, samples);
    for name in ["samples.jsonl", "samples.parquet"] {
        println!("{:>10} MB in {name}", fs::metadata(folder.join(name))?.len() / 1_000_000);
    }
    println!("{:>10} MB at most in memory", peak_memory());
    Ok(())
}

/// How long something took, and what it kept the processors busy: on all threads, and on this one.
#[derive(Default)]
struct Times {
    wall: Duration,
    all: Duration,
    this: Duration,
}

struct Clock([Timespec; 3]);

impl Clock {
    fn start() -> Self {
        Self([ClockId::Monotonic, ClockId::ProcessCPUTime, ClockId::ThreadCPUTime].map(clock_gettime))
    }

    fn elapsed(&self) -> Times {
        let now = Self::start();
        let [wall, all, this] = [0, 1, 2].map(|clock| {
            Duration::try_from(now.0[clock] - self.0[clock]).expect("these clocks never go back")
        });
        Times { wall, all, this }
    }
}

impl Times {
    fn add(&mut self, start: &Clock) {
        let more = start.elapsed();
        self.wall += more.wall;
        self.all += more.all;
        self.this += more.this;
    }
}

fn report(what: &str, samples: u64, times: &Times) {
    let [wall, all, this] =
        [times.wall, times.all, times.this].map(|time| time.as_nanos() / u128::from(samples.max(1)));
    println!("{wall:>7} ns a sample, processor {all:>6} ns, of them {this:>6} on this thread: {what}");
}

/// Peak resident memory of this process so far in MB, as Linux tells it; 0 elsewhere.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() * 1024
        / 1_000_000
}

/// A sample whose code is about `bytes` long on either side, and unlike that of other numbers.
fn sample(number: u64, bytes: usize) -> Sample {
    let mut state = number;
    let mut next = |most: u64| {
        // SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    };
    let mut code = format!("static int handle_{number}(struct request *req, char *out, size_t len)\n{{\n");
    while code.len() < bytes {
        let words = [(); 4].map(|()| WORDS[next(WORDS.len() as u64) as usize]);
        let [a, b, c, d] = words;
        code += &match next(4) {
            0 => format!("    if ({a}->{b}_{c} > {}) {{\n        return -{d};\n    }}\n", next(4096)),
            1 => format!("    {a}_{b} = {c}({d}, \"%s/{b}\", {});\n", next(256)),
            2 => format!("    for (i = 0; i < {a}->{b}; i++)\n        {c}[i] = {d}_{a}(i);\n"),
            _ => format!("    memcpy({a} + {}, {b}->{c}, {d}_len);\n", next(64)),
        };
    }
    let advisory = number / 8;
    Sample {
        language: Some(Language::C),
        fixed_code: Some(code.replacen("memcpy(", "checked_copy(", 1) + "    return 0;\n}\n"),
        vulnerable_code: Some(code + "    return 0;\n}\n"),
        vulnerability_type: Some("buffer_overflow".into()),
        cwes: vec!["CWE-120".into(), "CWE-787".into()],
        severity: Some(Severity::High),
        cvss_score: Some(7.0 + (advisory % 30) as f64 / 10.0),
        cvss_vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into()),
        cvss_version: Some("3.1".into()),
        advisory_ids: vec![format!("CVE-2024-{advisory}"), format!("GHSA-{advisory:04x}-aaaa-bbbb")],
        description: Some(format!("A crafted request number {advisory} writes past the end of a buffer.")),
        published_date: Some("2024-02-29T12:00:00Z".into()),
        repository: Some(format!("https://example.org/group/project{}", advisory % 1000)),
        commit: Some(format!("{advisory:040x}")),
        parent_commit: Some(format!("{:040x}", advisory + 1)),
        commit_date: Some("2024-02-28T23:59:59Z".into()),
        commit_message: Some(format!("Check the length before copying\n\nFixes CVE-2024-{advisory}")),
        path_before: Some(format!("src/module{}/request.c", number % 100)),
        path_after: Some(format!("src/module{}/request.c", number % 100)),
        function: Some(format!("handle_{number}")),
        start_line_before: Some(number as u32 % 5000 + 1),
        end_line_before: Some(number as u32 % 5000 + 31),
        start_line_after: Some(number as u32 % 5000 + 1),
        end_line_after: Some(number as u32 % 5000 + 33),
        licence: Some("MIT".into()),
        source: Some(format!("https://example.org/group/project{}/commit/{advisory:040x}", advisory % 1000)),
        label_evidence: vec!["cve_id".into(), "advisory_link".into()],
        label_confidence: Some(0.95),
        quality_flags: vec![QualityFlag::TangledCommit],
        ..Sample::new("repo", SampleKind::Pair, SampleLevel::Function)
    }
    .with_id()
}

const WORDS: [&str; 32] = [
    "buf", "len", "req", "ctx", "state", "header", "node", "entry", "packet", "offset", "value", "key",
    "name", "path", "data", "size", "count", "index", "parser", "stream", "frame", "token", "session",
    "handle", "queue", "cache", "table", "field", "option", "flags", "chunk", "cursor",
];
