//! A job whose shards misbehave in every way that a worker can.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    Job, JobError, JobSummary, MergeContext, Plan, PlanContext, Secrets, Shard, ShardError, ShardLimits,
    ShardOutput,
};

/// What goes wrong in a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Says that it cannot be done.
    Fail,
    /// Panics.
    Panic,
    /// Aborts the process.
    Abort,
    /// Ends the process as if all were well.
    Exit,
    /// Never comes back.
    Hang,
    /// Falls silent: the whole process stands still.
    Freeze,
    /// Allocates without end.
    Allocate,
    /// Prints what is no message.
    Print,
    /// Crashes as long as there is this file, and removes it.
    AbortOnce(PathBuf),
    /// Takes this many milliseconds, and says how far it is, but stops when told to.
    Slow(u64),
}

/// Emits three records a shard, except where a fault is planted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faulty {
    pub(crate) name: String,
    pub(crate) shards: u32,
    #[serde(default)]
    pub(crate) faults: BTreeMap<u32, Fault>,
    #[serde(default)]
    pub(crate) target: Option<u64>,
    /// Emits the length of the secret `token` as well.
    #[serde(default)]
    pub(crate) secret_length: bool,
    /// Wants what was done before a stop to be merged.
    #[serde(default)]
    pub(crate) keeps_partial: bool,
    #[serde(skip)]
    pub(crate) secrets: Secrets,
}

impl Job for Faulty {
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

    fn plan(&self, _: &PlanContext) -> Result<Plan, JobError> {
        let plan = Plan::new((0..self.shards).map(Value::from));
        Ok(match self.target {
            Some(target) => plan.with_target(target),
            None => plan,
        })
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        if self.secret_length {
            let length = self.secrets.get("token").map(|token| token.expose_secret().len());
            return output.emit(&json!({"secret_length": length}));
        }
        output.emit(&json!({"shard": shard.number, "n": 0}))?;
        match self.faults.get(&shard.number) {
            None => {}
            Some(Fault::Fail) => return Err(ShardError::failed("planted")),
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
