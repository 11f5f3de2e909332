//! Collects a small dataset from a program: `cargo run --example collect`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use streamguard_engine::{Event, EventKind, Observer, RunState};
use streamguard_facade::{Collection, CollectionObserver};
use streamguard_report::{RenderOptions, ReportFormat};
use streamguard_synthetic::SyntheticCollector;

/// Prints when a collector ends.
struct Progress;

impl Observer for Progress {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        if let EventKind::JobEnded { job, .. } = event.kind {
            let job = &state.jobs[job];
            println!("{}: {} records", job.name, job.records);
        }
    }
}

impl CollectionObserver for Progress {}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join("streamguard-example");
    let collection =
        Collection::new(&folder).add(SyntheticCollector { synthetic_samples: 500, seed: 7 }).workers(2);
    let mut results = collection.open()?.run(&mut Progress)?;
    results.write_reports(&[ReportFormat::Json], &RenderOptions::default())?;
    println!("{} samples in {}", results.samples(), folder.display());
    Ok(())
}
