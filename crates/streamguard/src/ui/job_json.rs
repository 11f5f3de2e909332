//! The end of a job as a line of JSON, for programs.

use serde::Serialize;
use streamguard_engine::{Counters, JobState, JobSummary};

use super::escape::escape_json;
use super::print::print as print_text;

/// End of a job.
#[derive(Serialize)]
struct JobAnswer<'a> {
    job: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    records: u64,
    #[serde(skip_serializing_if = "Counters::is_empty")]
    counters: &'a Counters,
    #[serde(flatten)]
    summary: &'a JobSummary,
}

/// Prints the status, the metrics and the tables of a job as one line of JSON. Tables are whole.
pub fn print(job: &JobState) {
    let answer = JobAnswer {
        job: &job.name,
        status: job.status.map_or("interrupted", |status| status.name()),
        reason: job.reason.as_deref(),
        records: job.records,
        counters: &job.counters,
        summary: &job.summary,
    };
    let line = serde_json::to_string(&answer).expect("it consists of texts, numbers and values of JSON");
    print_text(&format!("{}\n", escape_json(&line)));
}
