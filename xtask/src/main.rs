//! Development tasks: `cargo xtask <task>`.

#![expect(clippy::print_stdout, reason = "a development tool prints its results")]

mod attack_code;
mod bench;
mod command_line;
mod demo_index;
mod demo_worlds;
mod dist;
mod extract_check;
mod fit_labels;
mod fit_messages;
mod fuzz;
mod ground_truth;
mod prime_check;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Parser;
use streamguard_world::{World, WorldSettings};

use command_line::{BenchCommand, CheckCommand, XtaskCommand};

/// Returns the path of the program, which is built beside this one.
fn streamguard() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("streamguard");
    anyhow::ensure!(
        program.exists(),
        "{} is missing: build it with `cargo build --release`",
        program.display()
    );
    Ok(program)
}

fn main() -> Result<()> {
    match XtaskCommand::parse() {
        XtaskCommand::Bench(BenchCommand::Engine) => bench::engine::run(),
        XtaskCommand::Bench(BenchCommand::Follow(inputs)) => bench::follow::run(&streamguard()?, &inputs),
        XtaskCommand::Bench(BenchCommand::Synthetic) => bench::synthetic::run(&streamguard()?),
        XtaskCommand::Bench(BenchCommand::Dashboard { events, seconds, into: None }) => {
            bench::dashboard::run(events, seconds)
        }
        XtaskCommand::Bench(BenchCommand::Dashboard { events, seconds, into: Some(file) }) => {
            bench::dashboard::measure_here(events, seconds, &file)
        }
        XtaskCommand::Bench(BenchCommand::Upstreams { simulator, latency, runs }) => {
            bench::upstreams::run(&streamguard()?, &simulator, latency, runs)
        }
        XtaskCommand::Bench(BenchCommand::Cluster(inputs)) => bench::cluster::run(&streamguard()?, &inputs),
        XtaskCommand::Bench(BenchCommand::Commands { commands }) => {
            bench::commands::run(&streamguard()?, commands)
        }
        XtaskCommand::Bench(BenchCommand::Reports { samples }) => {
            bench::reports::run(&streamguard()?, samples)
        }
        XtaskCommand::Bench(BenchCommand::Prime { peer, counter, runs }) => {
            bench::prime::sieves(&streamguard()?, &peer, runs)?;
            bench::prime::counts(&streamguard()?, &counter, runs)
        }
        XtaskCommand::Check(CheckCommand::Prime { peer, counter, ranges, seed }) => {
            prime_check::check(&streamguard()?, &peer, &counter, ranges, seed)
        }
        XtaskCommand::Check(CheckCommand::Extract(inputs)) => extract_check::check(&inputs),
        XtaskCommand::Bench(BenchCommand::Ingest(inputs)) => bench::ingest::run_all(&streamguard()?, &inputs),
        XtaskCommand::Repeat { file, bytes } => bench::ingest::repeat(&file, bytes),
        XtaskCommand::Bench(BenchCommand::Mine { repository, peer, python, words, runs }) => {
            bench::mine::run(
                &streamguard()?,
                &repository,
                peer.as_deref().map(|peer| (&*python, peer)),
                &words,
                runs,
            )
        }
        XtaskCommand::Dist(inputs) => dist::run(&inputs),
        XtaskCommand::Crash { times } => {
            test("crash", "STREAMGUARD_CRASHES", times).context("a resumed run gave another result")
        }
        XtaskCommand::States { kills } => test("output_folder", "STREAMGUARD_STATE_KILLS", kills)
            .context("a command lost something, or called complete what is not"),
        XtaskCommand::Attack { flips, kills, stops, disks } => attack(&[
            ("crash", "STREAMGUARD_CRASHES", kills),
            ("stops", "STREAMGUARD_STOPS", stops),
            ("full_disk", "STREAMGUARD_DISKS", disks),
            ("damage", "STREAMGUARD_FLIPS", flips),
            ("verify", "STREAMGUARD_FLIPS", flips),
            ("strangers", "STREAMGUARD_FLIPS", flips),
        ]),
        XtaskCommand::AttackCode { sizes, file: Some(path), repeated: Some(repeated), .. } => {
            sizes.iter().try_for_each(|size| attack_code::compare_here(&path, &repeated, *size))
        }
        XtaskCommand::AttackCode { sizes, step, .. } => attack_code::run(&sizes, step.max(1)),
        XtaskCommand::Fuzz(inputs) => fuzz::run(&inputs),
        XtaskCommand::Snapshot => snapshot(),
        XtaskCommand::Known => demo_index::write(&streamguard()?),
        XtaskCommand::World { folder, seed, repositories, fixes } => {
            let fixes = fixes.unwrap_or(demo_worlds::default_fixes(repositories));
            demo_worlds::write(
                WorldSettings { seed, repositories, fixes, ..WorldSettings::default() },
                &folder,
            )
        }
        XtaskCommand::Truth { table, clones } => ground_truth::check_clones(&table, &clones),
        XtaskCommand::TruthOfRun { table, folder } => ground_truth::check_run(&table, &folder),
        XtaskCommand::FitMessages { samples, reviews } => fit_messages::run(&samples, &reviews),
        XtaskCommand::FitLabels { samples, truth, cross_validate } => {
            fit_labels::run(&samples, &truth, cross_validate)
        }
        XtaskCommand::Worker => bench::engine::worker(),
    }
}

/// Runs tests of the program with a variable that makes them longer than usual.
fn test(name: &str, variable: &str, value: u32) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["test", "--package", "streamguard", "--test", "it", name, "--", "--nocapture"])
        .env(variable, value.to_string())
        .status()?;
    anyhow::ensure!(status.success(), "the tests failed");
    Ok(())
}

/// Runs tests of the program, each with its number of attacks, and lists those that failed at the end.
fn attack(attacks: &[(&str, &str, u32)]) -> Result<()> {
    let failed: Vec<&str> = attacks
        .iter()
        .filter(|(name, variable, times)| test(name, variable, *times).is_err())
        .map(|(name, ..)| *name)
        .collect();
    anyhow::ensure!(failed.is_empty(), "the program did not hold: {}", failed.join(", "));
    Ok(())
}

/// Writes the demo world.
fn snapshot() -> Result<()> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/snapshot/demo.snapshot");
    let truth = World::new(WorldSettings::demo()).snapshot(&path)?;
    println!("{} planted functions, {} bytes", truth.planted.len(), std::fs::metadata(&path)?.len());
    Ok(())
}
