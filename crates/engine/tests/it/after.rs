//! Jobs that come after others, and plans that end by what was counted.

use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Value, json};
use streamguard_engine::{
    CompletionStatus, Job, JobError, JobSummary, MergeContext, Plan, PlanContext, RunOptions, Secrets, Shard,
    ShardError, ShardOutput,
};

use crate::faulty::Fault;
use crate::{job, processes, threads};

/// Has a shard for every record that two other jobs made.
struct Second;

impl Job for Second {
    fn name(&self) -> &str {
        "second"
    }

    fn settings(&self) -> Value {
        json!({})
    }

    fn after(&self) -> &[&str] {
        &["one", "two", "absent"]
    }

    fn plan(&self, planning: &PlanContext) -> Result<Plan, JobError> {
        let mut payloads = Vec::new();
        for (job, file) in [("one", "one.jsonl"), ("two", "two.jsonl"), ("absent", "absent.jsonl")] {
            let Some(records) = planning.results.open(job, file).map_err(JobError::failed)? else { continue };
            for record in records.lines() {
                payloads.push(json!({"from": job, "record": record.map_err(JobError::failed)?}));
            }
        }
        // Five that came from `two`, in order, are enough.
        Ok(Plan::new(payloads).with_quotas([("two".to_owned(), 5)]))
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        output.count(shard.payload["from"].as_str().unwrap(), 1);
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
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(one), Arc::new(job("two", 3)), Arc::new(Second)];
    streamguard_engine::run(jobs, options, None, &mut ()).unwrap()
}

#[test]
fn a_job_plans_with_what_earlier_ones_made_and_ends_by_its_quotas() {
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
fn what_failed_has_no_result() {
    let finished = run(&threads(3), true);
    assert_eq!(finished.status, CompletionStatus::Partial);
    let second = &finished.state.jobs[2];
    assert_eq!((second.status, second.records), (Some(CompletionStatus::Complete), 5));
    assert_eq!(second.summary.metrics["sees_one"], json!(false));
}

/// A job that knows a secret: emits its length, in whatever worker it runs.
struct Knowing(Secrets);

impl Job for Knowing {
    fn name(&self) -> &str {
        "knowing"
    }

    fn settings(&self) -> Value {
        json!({"name": "knowing", "shards": 1, "secret_length": true})
    }

    fn secrets(&self) -> Secrets {
        self.0.clone()
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan, JobError> {
        Ok(Plan::new([Value::Null]))
    }

    fn run(&self, _: &Shard, _: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        Err(ShardError::failed("only the worker process knows how"))
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
fn a_worker_process_is_told_secrets_and_nothing_prints_them() {
    let secrets = Secrets::default().with("token", "canary-0123456789".into());
    assert!(!format!("{secrets:?}").contains("canary"));
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(Knowing(secrets))];
    let finished = streamguard_engine::run(jobs, &processes(1), None, &mut ()).unwrap();
    assert_eq!(finished.state.jobs[0].summary.metrics["length"], json!(17));
    assert!(!format!("{:?}", finished.state).contains("canary"));
}
