//! `bench ingest`: metrics of web logs, side by side with polars, DuckDB and GoAccess.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::measure::{TimeCost, measure, median};

/// The metrics in polars: a table of the valid lines, built as fast as its expressions allow.
const POLARS_SCRIPT: &str = r#"
import glob, json, sys, polars as pl
files = sorted(glob.glob(sys.argv[1] + "/*.log"))
lines = pl.scan_csv(files, separator="\x01", has_header=False, quote_char=None, new_columns=["l"],
    schema_overrides={"l": pl.String}, infer_schema=False)
split = lambda column, by, names: pl.col(column).str.splitn(by, 2).struct.rename_fields(names)
good = (lines.filter(pl.col("l").str.starts_with("["))
    .select(split("l", "ms user-agent=", ["h", "u"]).alias("x")).unnest("x").filter(pl.col("u").is_not_null())
    .select("u", split("h", ", status=", ["a", "b"]).alias("y")).unnest("y").filter(pl.col("b").is_not_null())
    .select("u", split("a", "] ", ["m", "p"]).struct.field("m").str.slice(1),
        s=pl.col("b").str.slice(0, 3).cast(pl.Int16, strict=False),
        t=pl.col("b").str.slice(10).cast(pl.Float64, strict=False)).filter(pl.col("s").is_not_null())
    .with_columns(pl.col("m").cast(pl.Categorical), pl.col("u").cast(pl.Categorical))).collect(engine="streaming")
t = pl.col("t")
names = ["requests", "mean", "median", "min", "max", "stddev", "p90", "p95", "p99"]
figures = good.select(pl.len(), t.mean(), t.median().alias("b"), t.min().alias("c"), t.max().alias("d"),
    t.std().alias("e"), *(t.quantile(q, "linear").alias(str(q)) for q in (0.9, 0.95, 0.99))).row(0)
by = lambda column: {str(k): n for k, n in good.group_by(column).len().sort("len", descending=True).head(10).rows()}
print(json.dumps({"figures": dict(zip(names, figures)), "methods": by("m"), "agents": by("u")}))
"#;

/// The same metrics in DuckDB.
const DUCKDB_SCRIPT: &str = r#"
import duckdb, json, sys
c = duckdb.connect(); c.execute("SET threads=1"); c.execute("SET enable_progress_bar=false"); c.execute("SET preserve_insertion_order=false")
lines = ("read_csv('" + sys.argv[1] + "/*.log', header=false, auto_detect=false, delim='\\x01', quote='', escape='', "
    "columns={'l':'VARCHAR'}, max_line_size=1000000, new_line='\\n', parallel=true)")
c.execute(f"""create temp table g as select substr(l,2,a-2) m, try_cast(substr(l,d+7,e-d-7) as double) t, substr(l,e+14) u
  from (select l, strpos(l,']') a, strpos(l,', status=') b, strpos(l,', time=') d, strpos(l,'ms user-agent=') e
    from {lines} where l is not null)
  where l[1]='[' and a>0 and b>a and d=b+12 and e>d and try_cast(substr(l,b+9,3) as smallint) is not null""")
names = ["requests", "mean", "median", "min", "max", "stddev", "p90", "p95", "p99"]
q = "count(*), avg(t), median(t), min(t), max(t), stddev_samp(t), " + ", ".join(f"quantile_cont(t, {p})" for p in (0.9, 0.95, 0.99))
figures = c.execute(f"select {q} from g").fetchone()
by = lambda column: dict(c.execute(f"select {column}, count(*) n from g group by 1 order by n desc limit 10").fetchall())
print(json.dumps({"figures": dict(zip(names, figures)), "methods": by("m"), "agents": by("u")}))
"#;

/// The figures of a log in Combined Log Format in polars: split at the quotes, which is its fastest way.
const POLARS_COMBINED_SCRIPT: &str = r#"
import json, sys, polars as pl
lines = pl.scan_csv(sys.argv[1], separator="\x01", has_header=False, quote_char=None, new_columns=["l"],
    schema_overrides={"l": pl.String}, infer_schema=False)
parts = lines.select(pl.col("l").str.split_exact('"', 6).alias("x")).unnest("x")
good = parts.select(
    m=pl.col("field_1").str.split_exact(" ", 2).struct.field("field_0"),
    p=pl.col("field_1").str.split_exact(" ", 2).struct.field("field_1"),
    s=pl.col("field_2").str.slice(1, 3).cast(pl.Int16, strict=False),
    b=pl.col("field_2").str.slice(5).str.strip_chars(" ").cast(pl.Int64, strict=False),
    u=pl.col("field_5")).filter(pl.col("s").is_not_null()).collect(engine="streaming")
top = lambda column: {str(k): n for k, n in good.group_by(column).len().sort("len", descending=True).head(10).rows()}
print(json.dumps({"requests": good.height, "bytes": good["b"].sum(), "statuses": top("s"), "paths": len(top("p")),
    "methods": len(top("m")), "agents": len(top("u"))}))
"#;

/// The figures of a log in JSON, as nginx writes it, in polars.
const POLARS_JSON_SCRIPT: &str = r#"
import json, sys, polars as pl
columns = ["remote_addr", "request_method", "request_uri", "status", "body_bytes_sent", "request_time", "http_user_agent"]
good = pl.scan_ndjson(sys.argv[1]).select(columns).collect(engine="streaming")
t = good["request_time"]
top = lambda column: {str(k): n for k, n in good.group_by(column).len().sort("len", descending=True).head(10).rows()}
print(json.dumps({"requests": good.height, "bytes": good["body_bytes_sent"].sum(), "statuses": top("status"),
    "paths": len(top("request_uri")), "methods": len(top("request_method")), "agents": len(top("http_user_agent")),
    "clients": len(top("remote_addr")), "times": [t.quantile(q, "linear") for q in (0.5, 0.95, 0.99)]}))
"#;

/// Reads all logs in a folder in turn with the peers, compares all figures, and prints costs.
fn run(streamguard: &Path, logs: &Path, python: &Path, runs: usize) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let mut costs = CostTable::default();
    for _ in 0..runs {
        let mut figures = Vec::new();
        for (name, script) in [("polars", POLARS_SCRIPT), ("duckdb", DUCKDB_SCRIPT)] {
            let mut command = Command::new(python);
            command.env("POLARS_MAX_THREADS", "1").args(["-c", script]).arg(logs);
            figures.push((name, costs.take(name, &mut command)?));
        }
        let of_ours = [
            ("1 worker", "1", "threading", &[][..]),
            ("fast", "1", "threading", &["--fast"]),
            ("2 workers", "2", "threading", &[]),
            ("2 processes", "2", "process", &[]),
        ];
        for (name, workers, mode, flags) in of_ours {
            let report = scratch.path().join("out");
            let mut command = Command::new(streamguard);
            command.args(["ingest", "--quiet", "--workers", workers, "--mode", mode]).args(flags);
            command.arg("--path").arg(logs);
            // Only the run without a report is measured; the figures to compare come from a second run.
            costs.take(name, &mut command)?;
            let status =
                command.args(["--fresh", "--output-dir"]).arg(&report).stdout(Stdio::null()).status()?;
            ensure!(status.success(), "ingest failed");
            let report = std::fs::read(report.join("collection_results.json"))?;
            let ours = ours(&serde_json::from_slice(&report)?)?;
            for (peer, theirs) in &figures {
                compare(&ours, &serde_json::from_slice(theirs)?)
                    .with_context(|| format!("{name} and {peer}"))?;
            }
        }
        costs.take("wc -l", Command::new("sh").args(["-c", "cat \"$0\"/*.log | wc -l"]).arg(logs))?;
    }
    println!("all figures equal those of polars and DuckDB; medians of {runs} runs:");
    costs.print("1 worker");
    Ok(())
}

/// Reads a file in turn with polars, with all answers and without, and compares requests, bytes and statuses.
fn with_polars(streamguard: &Path, log: &Path, (python, script): (&Path, &str), runs: usize) -> Result<()> {
    let mut costs = CostTable::default();
    let folder = tempfile::tempdir()?;
    for _ in 0..runs {
        let mut command = Command::new(python);
        command.env("POLARS_MAX_THREADS", "1").args(["-c", script]).arg(log);
        let theirs: Value = serde_json::from_slice(&costs.take("polars", &mut command)?)?;
        for (name, flags) in [("1 worker", &[][..]), ("fast", &["--fast"])] {
            let mut command = Command::new(streamguard);
            command.args(["ingest", "--quiet", "--workers", "1"]).args(flags).arg("--path").arg(log);
            costs.take(name, &mut command)?;
            let report = folder.path().join("out");
            let status =
                command.args(["--fresh", "--output-dir"]).arg(&report).stdout(Stdio::null()).status()?;
            ensure!(status.success(), "ingest failed");
            let report: Value =
                serde_json::from_slice(&std::fs::read(report.join("collection_results.json"))?)?;
            let metrics = &report["by_collector"]["ingest"]["metrics"];
            let ours = json!({"requests": metrics["requests"], "bytes": metrics["bytes.sum"]});
            for figure in ["requests", "bytes"] {
                ensure!(
                    ours[figure] == theirs[figure],
                    "{figure}: {}, polars {}",
                    ours[figure],
                    theirs[figure]
                );
            }
        }
    }
    costs.print("1 worker");
    costs.print("fast");
    Ok(())
}

/// Reads a log in Combined Log Format in turn with GoAccess.
fn combined(streamguard: &Path, log: &Path, runs: usize) -> Result<()> {
    let mut costs = CostTable::default();
    let folder = tempfile::tempdir()?;
    for _ in 0..runs {
        let theirs = folder.path().join("goaccess.json");
        let mut command = Command::new("goaccess");
        command
            .arg(log)
            .args(["--log-format=COMBINED", "--no-progress", "--no-global-config", "-o"])
            .arg(&theirs);
        costs.take("goaccess", command.stderr(Stdio::null()))?;
        let theirs: Value = serde_json::from_slice(&std::fs::read(&theirs)?)?;
        let ours = folder.path().join("out");
        let mut command = Command::new(streamguard);
        command.args(["ingest", "--quiet", "--workers", "1", "--path"]).arg(log);
        costs.take("1 worker", &mut command)?;
        let status = command.args(["--fresh", "--output-dir"]).arg(&ours).stdout(Stdio::null()).status()?;
        ensure!(status.success(), "ingest failed");
        let ours: Value = serde_json::from_slice(&std::fs::read(ours.join("collection_results.json"))?)?;
        let metrics = &ours["by_collector"]["ingest"]["metrics"];
        for (name, is, expected) in [
            ("requests", &metrics["requests"], &theirs["general"]["valid_requests"]),
            ("malformed", &metrics["malformed"], &theirs["general"]["failed_requests"]),
            ("bytes", &metrics["bytes.sum"], &theirs["general"]["bandwidth"]),
        ] {
            println!(
                "  {name}: {is}, GoAccess {expected}{}",
                if is == expected { "" } else { "  DIFFERENT" }
            );
        }
    }
    costs.print("1 worker");
    Ok(())
}

/// Runs the benchmarks for which there are inputs.
pub(crate) fn run_all(streamguard: &Path, inputs: &IngestInputs) -> Result<()> {
    let IngestInputs { logs, python, combined: combined_log, json, runs } = inputs;
    if let Some(logs) = logs {
        run(streamguard, logs, python, *runs)?;
    }
    if let Some(log) = combined_log {
        with_polars(streamguard, log, (python, POLARS_COMBINED_SCRIPT), *runs)
            .context("Combined Log Format")?;
        if Command::new("goaccess").arg("--version").stdout(Stdio::null()).status().is_ok() {
            combined(streamguard, log, *runs)?;
        }
    }
    if let Some(log) = json {
        with_polars(streamguard, log, (python, POLARS_JSON_SCRIPT), *runs).context("JSON")?;
    }
    Ok(())
}

/// Writes the lines of a file to standard output, again and again, until `bytes` bytes are written: input for
/// measuring memory with a pipe.
pub(crate) fn repeat(file: &Path, bytes: u64) -> Result<()> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(std::fs::File::open(file)?);
    while lines.len() < 64 << 20 && reader.read_until(b'\n', &mut lines)? > 0 {}
    let mut stdout = std::io::stdout().lock();
    let mut written = 0;
    while written < bytes {
        stdout.write_all(&lines)?;
        written += lines.len() as u64;
    }
    Ok(())
}

/// Costs of some programs, by name.
#[derive(Default)]
struct CostTable(Vec<(String, Vec<TimeCost>)>);

impl CostTable {
    /// Runs a program, and adds its cost. Returns its output.
    fn take(&mut self, name: &str, command: &mut Command) -> Result<Vec<u8>> {
        let (output, cost) = measure(|| command.stderr(Stdio::inherit()).output());
        let output = output.with_context(|| format!("cannot start {name}"))?;
        ensure!(output.status.success(), "{name} failed");
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, costs)) => costs.push(cost),
            None => self.0.push((name.to_owned(), vec![cost])),
        }
        Ok(output.stdout)
    }

    /// Prints medians, and their ratios to those of the program `base`.
    fn print(&self, base: &str) {
        let medians = |costs: &[TimeCost]| {
            let of = |part: fn(&TimeCost) -> f64| median(costs.iter().map(part).collect());
            (of(|cost| cost.cpu.as_secs_f64()), of(|cost| cost.wall.as_secs_f64()))
        };
        let all: BTreeMap<&str, (f64, f64)> =
            self.0.iter().map(|(name, costs)| (name.as_str(), medians(costs))).collect();
        let (base_cpu, base_wall) = all[base];
        for (name, _) in &self.0 {
            let (cpu, wall) = all[name.as_str()];
            let ratios = (cpu / base_cpu, wall / base_wall);
            println!(
                "  {name:<12} {cpu:6.2} s CPU ({:5.2}x), {wall:6.2} s wall ({:5.2}x)",
                ratios.0, ratios.1
            );
        }
    }
}

/// Converts our figures to the form of the peers'.
fn ours(report: &Value) -> Result<Value> {
    let job = &report["by_collector"]["ingest"];
    let metrics = &job["metrics"];
    let mut figures = json!({"requests": metrics["requests"]});
    for name in ["mean", "median", "min", "max", "stddev", "p90", "p95", "p99"] {
        figures[name] = metrics[format!("latency_ms.{name}")].clone();
    }
    let by = |title: &str| {
        let tables = job["tables"].as_array().context("no tables")?;
        let table =
            tables.iter().find(|table| table["title"].as_str().is_some_and(|is| is.starts_with(title)));
        let rows =
            table.and_then(|table| table["rows"].as_array()).with_context(|| format!("no table {title}"))?;
        let row = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].clone()));
        anyhow::Ok(Value::Object(rows.iter().take(10).filter_map(row).collect()))
    };
    let (methods, agents) = (by("Requests by method")?, by("Most frequent user agents")?);
    Ok(json!({"figures": figures, "methods": methods, "agents": agents}))
}

/// Compares figures. Counts must be equal; other figures may differ in the last digits, because the peers sum
/// floating-point numbers.
fn compare(ours: &Value, theirs: &Value) -> Result<()> {
    for (group, figures) in theirs.as_object().context("no answer")? {
        for (name, theirs) in figures.as_object().context("no figures")? {
            let ours = &ours[group][name];
            let is_equal = match (ours.as_f64(), theirs.as_f64()) {
                (Some(ours), Some(theirs)) if !theirs.fract().eq(&0.0) => {
                    (ours - theirs).abs() <= theirs.abs() * 1e-9
                }
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => false,
            };
            ensure!(is_equal, "{group} {name}: {ours}, the peer has {theirs}");
        }
    }
    Ok(())
}

/// Input of the benchmark.
#[derive(clap::Args)]
pub(crate) struct IngestInputs {
    /// A folder with logs of simple lines, in files called *.log.
    #[arg(long, required_unless_present_any = ["combined", "json"])]
    pub(crate) logs: Option<PathBuf>,
    /// A Python with polars and duckdb.
    #[arg(long, default_value = "python3")]
    pub(crate) python: PathBuf,
    /// A log in Combined Log Format, to compare with polars, and with GoAccess where there is one.
    #[arg(long)]
    pub(crate) combined: Option<PathBuf>,
    /// A log in JSON with the keys of nginx, to compare with polars.
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Number of runs.
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
}
