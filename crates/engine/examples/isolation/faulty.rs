//! A job whose shards misbehave in every way that a worker can.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_durable::WriteError;
use streamguard_engine::{
    JobError, JobSummary, MergeContext, Plan, PlanContext, Secrets, Shard, ShardError, ShardLimits,
    ShardOutput, TypedJob,
};

/// Fault of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Returns an error.
    Fail,
    /// Says that a file which more than the shard needs cannot be written.
    FullDisk,
    /// Panics.
    Panic,
    /// Aborts the process.
    Abort,
    /// Ends the process with exit code 0.
    Exit,
    /// Never returns.
    Hang,
    /// Freezes the whole process.
    Freeze,
    /// Allocates without end.
    Allocate,
    /// Prints text that is not a message of the protocol.
    Print,
    /// Removes this file and aborts; runs normally if the file does not exist.
    AbortOnce(PathBuf),
    /// Lacks a part of its records as long as this file does not exist.
    IncompleteWithout(PathBuf),
    /// Names each further record as an item, and aborts, or panics, at these.
    Poison {
        /// Numbers of the records.
        records: Vec<u32>,
        /// Whether it panics.
        panics: bool,
    },
    /// Takes this many milliseconds, reports activities, and stops when told to.
    Slow(u64),
}

/// A job that emits three records per shard, except where a fault is planted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FaultyJob {
    pub(crate) name: String,
    pub(crate) shards: u32,
    #[serde(default)]
    pub(crate) faults: BTreeMap<u32, Fault>,
    #[serde(default)]
    pub(crate) target: Option<u64>,
    /// Emits the length of the secret `token` instead.
    #[serde(default)]
    pub(crate) secret_length: bool,
    /// Merges the shards that finished before a stop.
    #[serde(default)]
    pub(crate) keeps_partial: bool,
    #[serde(skip)]
    pub(crate) secrets: Secrets,
}

impl TypedJob for FaultyJob {
    type Shard = u32;

    fn name(&self) -> &str {
        &self.name
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn limits(&self) -> ShardLimits {
        ShardLimits {
            deadline: Duration::from_millis(1500),
            heartbeat_timeout: Some(Duration::from_millis(2500)),
            max_attempts: 2,
            backoff: Duration::from_millis(10),
            ..ShardLimits::default()
        }
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<u32>, JobError> {
        let plan = Plan::new(0..self.shards);
        Ok(match self.target {
            Some(target) => plan.with_target(target),
            None => plan,
        })
    }

    fn run(&self, shard: &Shard<u32>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        if self.secret_length {
            let length = self.secrets.get("token").map(|token| token.expose_secret().len());
            return output.emit(&json!({"secret_length": length}));
        }
        output.emit(&json!({"shard": shard.number, "n": 0}))?;
        match self.faults.get(&shard.number) {
            None => {}
            Some(Fault::Fail) => return Err(ShardError::failed("planted")),
            Some(Fault::FullDisk) => {
                let source = rustix::io::Errno::NOSPC.into();
                return Err(WriteError { path: "/planted/file".into(), source }.into());
            }
            Some(Fault::Panic) => panic!("planted panic"),
            Some(Fault::Abort) => std::process::abort(),
            Some(Fault::Exit) => std::process::exit(0),
            Some(Fault::Hang) => loop {
                std::thread::sleep(Duration::from_millis(50));
            },
            Some(Fault::Freeze) => {
                let me = rustix::process::getpid();
                rustix::process::kill_process(me, rustix::process::Signal::STOP)
                    .map_err(ShardError::failed)?;
            }
            Some(Fault::Allocate) => {
                let mut hoard = Vec::new();
                loop {
                    hoard.push(vec![1u8; 16 << 20]);
                    output.check_stopped()?;
                }
            }
            #[expect(clippy::print_stdout, reason = "this is the fault")]
            Some(Fault::Print) => println!("{{\"done\": nonsense"),
            Some(Fault::AbortOnce(mark)) if std::fs::remove_file(mark).is_ok() => std::process::abort(),
            Some(Fault::AbortOnce(_)) => {}
            Some(Fault::IncompleteWithout(file)) if !file.exists() => {
                output.incomplete(format!("{} is not there", file.display()));
                return Ok(());
            }
            Some(Fault::IncompleteWithout(_)) => {}
            Some(Fault::Poison { records, panics }) => {
                for n in 1..3 {
                    if !output.begin_item(&format!("record {n}")) {
                        continue;
                    }
                    match records.contains(&n) {
                        true if *panics => panic!("planted panic"),
                        true => std::process::abort(),
                        false => output.emit(&json!({"shard": shard.number, "n": n}))?,
                    }
                }
                return Ok(());
            }
            Some(Fault::Slow(ms)) => {
                for step in 0..ms / 10 {
                    output.set_activity(Some(&format!("step {step}")));
                    std::thread::sleep(Duration::from_millis(10));
                    output.check_stopped()?;
                }
            }
        }
        output.count("seen", 1);
        output.emit(&json!({"shard": shard.number, "n": 1}))?;
        output.emit(&json!({"shard": shard.number, "n": 2}))
    }

    fn keeps_partial(&self) -> bool {
        self.keeps_partial
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let records = merge.write_records(&format!("{}.jsonl", self.name))?;
        Ok(JobSummary::default().metric("records", records).metric("missing", merge.missing_shards()))
    }
}
