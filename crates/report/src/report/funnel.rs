//! What became of candidates on their way to the dataset.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use streamguard_engine::{JobState, RunState};

use super::Dataset;
use crate::RecordUnit;

/// A way to the dataset, step by step. The steps count what their names say, which is not always
/// the same thing: a commit may fix several functions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Funnel {
    /// What it shows.
    pub title: String,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// What got as far as here.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Step {
    /// What is counted.
    pub name: String,
    /// How much of it there is.
    pub count: u64,
}

/// The ways to the dataset that the run went.
pub(crate) fn funnels(state: &RunState, dataset: Option<&Dataset>) -> Vec<Funnel> {
    let advisories: u64 = state
        .jobs
        .iter()
        .filter(|job| RecordUnit::from(job.unit.as_str()) == RecordUnit::Advisories)
        .map(|job| job.records)
        .sum();
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
        .filter_map(|job| match RecordUnit::from(job.unit.as_str()) {
            RecordUnit::Fixes => {
                Some(Funnel { title: "From advisory to pair".to_owned(), steps: of_fixes(job) })
            }
            _ if job.counters.contains_key("commits.walked") => Some(Funnel {
                title: format!("From commit to sample ({})", job.name),
                steps: of_commits(job),
            }),
            _ => None,
        })
        .collect()
}

/// Those steps that were counted.
fn steps<const N: usize>(steps: [(&str, Option<u64>); N]) -> Vec<Step> {
    let step = |(name, count): (&str, Option<u64>)| Some(Step { name: name.to_owned(), count: count? });
    steps.into_iter().filter_map(step).collect()
}

fn metric(job: &JobState, name: &str) -> Option<u64> {
    job.summary.metrics.get(name).and_then(Value::as_u64)
}

fn counter(job: &JobState, name: &str) -> Option<u64> {
    job.counters.get(name).copied()
}

fn kept(dataset: Option<&Dataset>, job: &JobState) -> Option<u64> {
    dataset?.sources.iter().find(|source| source.collector == job.name).map(|source| source.kept)
}
