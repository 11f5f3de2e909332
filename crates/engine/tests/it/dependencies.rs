//! Jobs that come after others, and plans that end when quotas are reached.

use std::io::BufRead;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_engine::{
    CompletionStatus, Job, JobError, JobSummary, MergeContext, Plan, PlanContext, RunOptions, Secrets, Shard,
    ShardError, ShardOutput, TypedJob,
};

use crate::faulty::Fault;
use crate::{job, processes, threads};

/// A job with a shard for every record that two other jobs made.
struct SecondJob;

/// A record, and the job that made it.
#[derive(Serialize, Deserialize)]
struct ForeignRecord {
    from: String,
    record: String,
}

impl TypedJob for SecondJob {
    type Shard = ForeignRecord;

    fn name(&self) -> &str {
        "second"
    }

    fn settings(&self) -> Value {
        json!({})
    }

    fn after(&self) -> Vec<&str> {
        vec!["one", "two", "absent"]
    }

    fn plan(&self, planning: &PlanContext) -> Result<Plan<ForeignRecord>, JobError> {
        let mut payloads = Vec::new();
        for (job, file) in [("one", "one.jsonl"), ("two", "two.jsonl"), ("absent", "absent.jsonl")] {
            let Some(records) = planning.results.open(job, file).map_err(JobError::failed)? else { continue };
            for record in records.lines() {
                let record = record.map_err(JobError::failed)?;
                payloads.push(ForeignRecord { from: job.to_owned(), record });
            }
        }
        // Five records of `two`, in order, are enough.
        Ok(Plan::new(payloads).with_quotas([("two".to_owned(), 5)]))
    }

    fn run(&self, shard: &Shard<ForeignRecord>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        output.count(&shard.payload.from, 1);
        output.emit(&shard.payload)
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let seen = merge.results().open("one", "one.jsonl").map_err(JobError::failed)?;
        let records = merge.write_records("second.jsonl")?;
        Ok(JobSummary::default().metric("records", records).metric("sees_one", seen.is_some()))
    }
}

fn run(options: &RunOptions, one_fails: bool) -> streamguard_engine::FinishedRun {
    let mut one = job("one", 4);
    if one_fails {
        one.faults = (0..4).map(|shard| (shard, Fault::Fail)).collect();
    }
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(one), Arc::new(job("two", 3)), Arc::new(SecondJob)];
    streamguard_engine::run(jobs, options, None, &mut ()).unwrap()
}

#[test]
fn a_job_plans_from_the_files_of_earlier_jobs_and_ends_when_its_quotas_are_reached() {
    for options in [threads(3), RunOptions { parallel: false, ..threads(3) }] {
        let finished = run(&options, false);
        assert_eq!(finished.status, CompletionStatus::Complete);
        let second = &finished.state.jobs[2];
        // Twelve records of `one`, then the first five of nine of `two`.
        assert_eq!((second.records, second.counters["one"], second.counters["two"]), (17, 12, 5));
        assert_eq!(second.summary.metrics["sees_one"], json!(true));
    }
}

#[test]
fn a_failed_job_has_no_result() {
    let finished = run(&threads(3), true);
    assert_eq!(finished.status, CompletionStatus::Partial);
    let second = &finished.state.jobs[2];
    assert_eq!((second.status, second.records), (Some(CompletionStatus::Complete), 5));
    assert_eq!(second.summary.metrics["sees_one"], json!(false));
}

/// A job with a secret. Its worker process, which runs a `FaultyJob`, emits the length of the secret.
struct SecretJob(Secrets);

impl Job for SecretJob {
    fn name(&self) -> &str {
        "secret"
    }

    fn settings(&self) -> Value {
        json!({"name": "secret", "shards": 1, "secret_length": true})
    }

    fn secrets(&self) -> Secrets {
        self.0.clone()
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan, JobError> {
        Plan::new([0]).into_json()
    }

    fn run(&self, _: &Shard, _: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        Err(ShardError::failed("only the worker process can do it"))
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut length = Value::Null;
        merge.for_each_record(|line| {
            let record: Value = serde_json::from_slice(line).map_err(JobError::failed)?;
            length = record["secret_length"].clone();
            Ok(())
        })?;
        Ok(JobSummary::default().metric("length", length))
    }
}

#[test]
fn a_worker_process_receives_secrets_and_nothing_prints_them() {
    let secrets = Secrets::default().with("token", "canary-0123456789".into());
    assert!(!format!("{secrets:?}").contains("canary"));
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(SecretJob(secrets))];
    let finished = streamguard_engine::run(jobs, &processes(1), None, &mut ()).unwrap();
    assert_eq!(finished.state.jobs[0].summary.metrics["length"], json!(17));
    assert!(!format!("{:?}", finished.state).contains("canary"));
}
