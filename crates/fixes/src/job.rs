//! The job: plans repositories, mines them, and joins samples with advisories.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use streamguard_advisories::target_key;
use streamguard_dataset::advisory::FixState;
use streamguard_dataset::{MergedAdvisory, Sample, SampleKind};
use streamguard_engine::{
    JobError, JobSummary, MergeContext, Plan, PlanContext, Secrets, Shard, ShardError, ShardLimits,
    ShardOutput, TypedJob,
};
use streamguard_http::{Credentials, UpstreamAccess};

use crate::advisory_index::AdvisoryIndex;
use crate::fix_record::FixRecord;
use crate::fix_refs::{self, FixShard};
use crate::mine_repository::RepositoryMiner;
use crate::settings::{FixesSettings, SourceTarget};
use crate::tally::FixTally;

/// File of the samples.
const SAMPLES_FILE: &str = "fixes.jsonl";

/// File of the merged advisories.
const ADVISORIES_FILE: &str = "advisories.jsonl";

/// The job `fixes`.
#[derive(Clone, Debug)]
pub struct FixesJob {
    settings: FixesSettings,
    targets: Vec<SourceTarget>,
    /// Names of the sources, in the order of the targets.
    sources: Vec<&'static str>,
    access: UpstreamAccess,
}

impl FixesJob {
    /// Makes the job for some sources of advisories, the most trusted one first: of two sources that
    /// contradict each other, the first counts.
    pub fn new(
        settings: FixesSettings,
        targets: impl IntoIterator<Item = SourceTarget>,
        credentials: Credentials,
    ) -> Self {
        let targets: Vec<SourceTarget> = targets.into_iter().collect();
        let sources = targets.iter().map(|target| target.source).collect();
        let access = UpstreamAccess::new(settings.upstream.clone(), credentials);
        Self { settings, targets, sources, access }
    }
}

impl TypedJob for FixesJob {
    type Shard = FixShard;

    fn name(&self) -> &str {
        "fixes"
    }

    fn output_names(&self) -> Vec<String> {
        vec![SAMPLES_FILE.to_owned(), ADVISORIES_FILE.to_owned()]
    }

    fn settings(&self) -> Value {
        let mut settings = json!(self.settings);
        for target in &self.targets {
            settings[target_key(target.source)] = json!(target.samples);
        }
        settings
    }

    fn secrets(&self) -> Secrets {
        self.access.credentials().secrets()
    }

    fn unit(&self) -> &str {
        "fixes"
    }

    fn after(&self) -> Vec<&str> {
        self.sources.clone()
    }

    fn limits(&self) -> ShardLimits {
        ShardLimits {
            // The first clone of a large repository takes long; git itself gives up on a connection
            // that brings nothing.
            deadline: Duration::from_secs(2 * 3600),
            extra_io_slots: 4,
            // git retries nothing. Objects that one attempt fetched are there for the next one.
            max_attempts: 5,
            backoff: Duration::from_secs(1),
            ..ShardLimits::default()
        }
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan<FixShard>, JobError> {
        let check = || if context.cancel.requested() { Err(JobError::Stopped) } else { Ok(()) };
        let index = AdvisoryIndex::read(&context.results, &self.sources, check)?;
        let shards = fix_refs::shards(index.all(|_| check()))?;
        let fixes = shards.iter().map(|shard| shard.refs.len() as u64).sum();
        let plan = Plan::new(shards).with_expected(fixes);
        let quotas = self.targets.iter().map(|target| (format!("samples.{}", target.source), target.samples));
        Ok(plan.with_quotas(quotas))
    }

    fn run(&self, shard: &Shard<FixShard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let miner =
            RepositoryMiner { settings: &self.settings, sources: &self.sources, access: &self.access };
        miner.mine(&shard.payload, output)
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        merge.set_activity("reading the advisories");
        let index = AdvisoryIndex::read(merge.results(), &self.sources, || merge.check_stopped())?;
        // What the fixes of a vulnerability came to, by its position; only for looking up.
        let mut found: HashMap<usize, Vec<FixState>> = HashMap::new();
        let mut tally = FixTally::new(&self.targets);
        let mut samples = merge.create_file(SAMPLES_FILE)?;
        merge.for_each_record(|line| {
            let fix: FixRecord = serde_json::from_slice(line).map_err(JobError::failed)?;
            let named: Vec<usize> = fix.advisories.iter().filter_map(|id| index.position(id)).collect();
            let first = match (named.first(), fix.samples.is_empty()) {
                (Some(position), false) => Some(index.merged(*position)?),
                _ => None,
            };
            let (mut kept, mut is_kept) = (0, false);
            for sample in fix.samples {
                // Benign code goes with the sample before it, and the advisory is not about it.
                if sample.kind == SampleKind::Benign {
                    if is_kept {
                        samples.write_record(&sample)?;
                    }
                    continue;
                }
                is_kept = tally.take(&sample, &fix.collectors);
                if is_kept {
                    kept += 1;
                    samples.write_record(&with_advisory(sample, first.as_ref()))?;
                }
            }
            if fix.commit.is_some() {
                tally.count_commit();
            }
            for position in named {
                found.entry(position).or_default().push(FixState {
                    repository: fix.repository.clone(),
                    named: fix.named.join(" "),
                    commit: fix.commit.clone(),
                    problem: fix.problem.clone(),
                    samples: kept,
                });
            }
            Ok(())
        })?;
        merge.commit_file(samples)?;
        let mut file = merge.create_file(ADVISORIES_FILE)?;
        let check = |position| {
            merge.set_activity(&format!("merging advisory {position} of {}", index.len()));
            merge.check_stopped()
        };
        for (position, advisory) in index.all(check).enumerate() {
            let fixes = found.remove(&position).unwrap_or_default();
            let samples = fixes.iter().map(|fix| fix.samples).sum();
            let advisory = MergedAdvisory { fixes, samples, ..advisory? };
            tally.count_advisory(&advisory);
            file.write_record(&advisory)?;
        }
        merge.commit_file(file)?;
        Ok(tally.summary())
    }
}

/// Adds severity, dates and texts of an advisory to a sample.
fn with_advisory(mut sample: Sample, advisory: Option<&MergedAdvisory>) -> Sample {
    let Some(advisory) = advisory else { return sample };
    let cvss = advisory.cvss.as_ref();
    if !advisory.cwes.is_empty() {
        sample.set_cwes(advisory.cwes.clone());
    }
    Sample {
        severity: advisory.severity,
        cvss_score: cvss.and_then(|cvss| cvss.score),
        cvss_vector: cvss.map(|cvss| cvss.vector.clone()),
        cvss_version: cvss.map(|cvss| cvss.version.clone()),
        description: advisory.description.clone().or_else(|| advisory.summary.clone()),
        published_date: advisory.published.clone(),
        ..sample
    }
}
