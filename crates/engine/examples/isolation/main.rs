//! Shows that a shard which panics, aborts, hangs or uses too much memory harms no other: runs a
//! faulty job beside a sound one in worker processes, and prints the outcomes of their shards.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

mod faulty;

use std::sync::Arc;

use faulty::{Fault, FaultyJob};
use streamguard_engine::{CommandLine, Job, MemoryLimit, RunMode, RunOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return Ok(streamguard_engine::serve(|_, settings, secrets| {
            let job: FaultyJob = serde_json::from_value(settings).map_err(|error| error.to_string())?;
            Ok(Arc::new(FaultyJob { secrets, ..job }))
        })?);
    }
    let faults = [Fault::Fail, Fault::Panic, Fault::Abort, Fault::Exit, Fault::Hang, Fault::Allocate];
    let faulty = FaultyJob {
        name: "faulty".into(),
        shards: 10,
        faults: (0..).zip(faults).collect(),
        ..FaultyJob::default()
    };
    let sound = FaultyJob { name: "sound".into(), shards: 10, ..FaultyJob::default() };
    let options = RunOptions {
        mode: RunMode::Process(CommandLine::new(std::env::current_exe()?, ["worker"])),
        worker_memory: Some(MemoryLimit::new(512 << 20, "the limit")),
        ..RunOptions::default()
    };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(faulty), Arc::new(sound)];
    let finished = streamguard_engine::run(jobs, &options, None, &mut ())?;
    for job in &finished.state.jobs {
        println!("{}: {} records from {} shards", job.name, job.records, job.completed_shards);
        for (shard, outcome, reason) in &job.failed_shards {
            println!("  shard {shard} {}: {reason}", outcome.name());
        }
    }
    Ok(())
}
