//! Long runs of the fuzz targets, guided by the coverage that inputs reach.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;

/// Compiler of our crates, with counters of the places that an input reaches and of what it compares, which libFuzzer
/// reads. The flags are those of cargo-fuzz without its sanitizers, which only a nightly compiler has: our crates
/// have no `unsafe`, and errors of the grammars in C show only where they crash. What we depend on is compiled as for the tests, and not again.
const COUNTING_COMPILER: &str = r#"#!/bin/sh
case " $* " in
*" build_script_build "*) exec "$@" ;;
esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares
"#;

/// Longest input, in bytes. Most failures need no longer one, and short ones are faster.
const MAX_INPUT_BYTES: usize = 4096;

/// Time after which one input counts as endless, in seconds, on a machine however busy.
const MAX_INPUT_SECONDS: u64 = 60;

/// Most memory of a run, in MiB: the inputs that it has found count too.
const MAX_MEBIBYTES: u64 = 2048;

/// Inputs of `cargo xtask fuzz`.
#[derive(Args)]
pub(crate) struct FuzzInputs {
    /// Targets, by the names of the folders in `fuzz/corpus` [default: all].
    targets: Vec<String>,
    /// Time for each target.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// Runs the targets one after the other, and fails if one does not hold.
pub(crate) fn run(inputs: &FuzzInputs) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the project")?;
    let known = target_names(&root.join("fuzz/corpus"))?;
    if let Some(unknown) = inputs.targets.iter().find(|name| !known.contains(name)) {
        anyhow::bail!("there is no target {unknown}: choose from {}", known.join(", "));
    }
    let program = build(root)?;
    let mut failed = Vec::new();
    for name in if inputs.targets.is_empty() { &known } else { &inputs.targets } {
        let run = TargetRun { root, name };
        let status = run.run(&program, inputs.seconds)?;
        println!("{name}: {}", run.describe(status)?);
        if !status.success() {
            failed.push(name.as_str());
        }
    }
    ensure!(failed.is_empty(), "these targets do not hold: {}", failed.join(", "));
    Ok(())
}

fn target_names(corpus: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(corpus)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

/// Builds the program that runs targets. Returns its path.
fn build(root: &Path) -> Result<PathBuf> {
    let compiler = root.join("target/fuzz/rustc");
    fs::create_dir_all(root.join("target/fuzz"))?;
    fs::write(&compiler, COUNTING_COMPILER)?;
    fs::set_permissions(&compiler, Permissions::from_mode(0o755))?;
    let status = Command::new(env!("CARGO"))
        .args(["build", "--package", "streamguard-fuzz", "--bin", "guided", "--features", "guided"])
        .arg("--target-dir")
        .arg(root.join("target"))
        .env("RUSTC_WORKSPACE_WRAPPER", &compiler)
        .current_dir(root)
        .status()?;
    ensure!(status.success(), "the targets cannot be built");
    Ok(root.join("target/debug/guided"))
}

/// A run of one target. Its files lie in `target/fuzz`.
struct TargetRun<'a> {
    root: &'a Path,
    name: &'a str,
}

impl TargetRun<'_> {
    fn file(&self, kind: &str) -> PathBuf {
        self.root.join("target/fuzz").join(kind).join(self.name)
    }

    fn run(&self, program: &Path, seconds: u64) -> Result<ExitStatus> {
        let (corpus, log) = (self.file("corpus"), self.file("log"));
        // Inputs that fail get the name of the target and a digest.
        let failing = self.file("failing").display().to_string();
        fs::create_dir_all(&corpus)?;
        for path in [Path::new(&failing), &log] {
            fs::create_dir_all(path.parent().context("a folder")?)?;
        }
        let status = Command::new(program)
            .env("STREAMGUARD_FUZZ_TARGET", self.name)
            .args([format!("-max_total_time={seconds}"), format!("-max_len={MAX_INPUT_BYTES}")])
            .args([format!("-timeout={MAX_INPUT_SECONDS}"), format!("-rss_limit_mb={MAX_MEBIBYTES}")])
            .args([format!("-artifact_prefix={failing}-"), "-print_final_stats=1".to_owned()])
            // New inputs go to the first folder; the corpus of the project only grows by hand.
            .arg(&corpus)
            .arg(self.root.join("fuzz/corpus").join(self.name))
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .status();
        status.with_context(|| format!("cannot start {}", program.display()))
    }

    /// Returns how many inputs were tried, how many places they reached, and how it ended.
    fn describe(&self, status: ExitStatus) -> Result<String> {
        let log = String::from_utf8_lossy(&fs::read(self.file("log"))?).into_owned();
        let last_word_after = |label: &str| {
            let rest = log.rsplit_once(label).map_or("", |(_, rest)| rest);
            rest.split_whitespace().next().unwrap_or("unknown").to_owned()
        };
        let figures = format!(
            "{} inputs, {} places, {} MiB",
            last_word_after("stat::number_of_executed_units:"),
            last_word_after(" cov: "),
            last_word_after("stat::peak_rss_mb:"),
        );
        Ok(match status.success() {
            true => figures,
            false => format!("{figures}, does not hold for {}", last_word_after("Test unit written to ")),
        })
    }
}
