//! Funnels: how many candidates are left after each step towards the dataset.

use serde::Serialize;
use serde_json::Value;
use streamguard_engine::{JobState, RunState};

use super::dataset::DatasetReport;
use crate::record_unit::RecordUnit;

/// How many candidates are left after each step towards the dataset. Steps may count different things, which their
/// names say: a commit may fix several functions.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SampleFunnel {
    /// Title.
    pub title: String,
    /// Steps in their order.
    pub steps: Vec<FunnelStep>,
}

/// A step of a funnel.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FunnelStep {
    /// Name of what is counted.
    pub name: String,
    /// Count.
    pub count: u64,
}

/// Returns a funnel for each job that collects from advisories or from commits.
pub(crate) fn funnels(state: &RunState, dataset: Option<&DatasetReport>) -> Vec<SampleFunnel> {
    let unit = |job: &JobState| RecordUnit::from(job.unit.as_str());
    let advisories: u64 =
        state.jobs.iter().filter(|job| unit(job) == RecordUnit::Advisories).map(|job| job.records).sum();
    let of_fixes = |job: &JobState| {
        steps([
            ("advisories collected", Some(advisories)),
            ("different advisories", metric(job, "advisories")),
            ("of these, with a fix that was found", metric(job, "advisories_with_fix")),
            ("of these, with samples", metric(job, "advisories_with_samples")),
            ("fix commits", counter(job, "commits.chosen")),
            ("functions they change", counter(job, "functions.changed")),
            ("pairs", metric(job, "pairs")),
            ("pairs in the dataset", kept(dataset, job)),
        ])
    };
    let of_commits = |job: &JobState| {
        steps([
            ("commits", counter(job, "commits.walked")),
            ("commits that may fix a flaw", counter(job, "commits.chosen")),
            ("functions they change", counter(job, "functions.changed")),
            ("samples", metric(job, "samples")),
            ("samples in the dataset", kept(dataset, job)),
        ])
    };
    state
        .jobs
        .iter()
        .filter_map(|job| match unit(job) {
            RecordUnit::Fixes => {
                Some(SampleFunnel { title: "From advisory to pair".to_owned(), steps: of_fixes(job) })
            }
            // Recognised by a counter: the unit of jobs that walk commits is samples, as for any other collector.
            _ if job.counters.contains_key("commits.walked") => Some(SampleFunnel {
                title: format!("From commit to sample ({})", job.name),
                steps: of_commits(job),
            }),
            _ => None,
        })
        .collect()
}

/// Returns the steps for which the job has a count.
fn steps<const N: usize>(steps: [(&str, Option<u64>); N]) -> Vec<FunnelStep> {
    let step = |(name, count): (&str, Option<u64>)| Some(FunnelStep { name: name.to_owned(), count: count? });
    steps.into_iter().filter_map(step).collect()
}

fn metric(job: &JobState, name: &str) -> Option<u64> {
    job.summary.metrics.get(name).and_then(Value::as_u64)
}

fn counter(job: &JobState, name: &str) -> Option<u64> {
    job.counters.get(name).copied()
}

fn kept(dataset: Option<&DatasetReport>, job: &JobState) -> Option<u64> {
    dataset?.collectors.iter().find(|counts| counts.collector == job.name).map(|counts| counts.kept)
}
