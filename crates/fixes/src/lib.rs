//! The job `fixes`: the fix commits that advisories name, turned into pairs.
//!
//! It comes after the sources of advisories. What they say of the same vulnerability is put
//! together, each reference followed to a repository and a commit, each repository fetched once for
//! all its wanted commits, and each commit mined once, however many advisories name it.

mod mine;
mod record;
pub mod reference;
mod resolve;
mod wants;

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_dataset::advisory::FixState;
use streamguard_dataset::{Advisory, MergedAdvisory, Sample, merge_by_alias};
use streamguard_engine::{
    EarlierResults, Job, JobError, JobSummary, MergeContext, Plan, PlanContext, Secrets, Shard, ShardError,
    ShardLimits, ShardOutput,
};

pub use record::Fix;
use streamguard_advisories as advisories;
use streamguard_git::Mirror;
use streamguard_http::Access;
use wants::Piece;

/// The sources of advisories, in the order in which they are trusted.
pub const SOURCES: [&str; 3] = ["cve", "github", "osv"];

/// Settings of the job `fixes`.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Fixes {
    /// Repositories that take more room than this are left out, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Self::default().max_repo_size, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_repo_size: u64,
    /// Hosts that advisories may lead to, besides the well-known ones
    #[arg(long, value_name = "HOST", num_args = 1..)]
    pub git_hosts: Vec<String>,
    /// Fetch repositories below the URL FROM from below TO instead
    #[arg(long, value_name = "FROM=TO", num_args = 1..)]
    pub git_mirrors: Vec<Mirror>,
    /// How many samples are enough of those that NVD's advisories name.
    #[arg(skip)]
    pub cve_samples: u64,
    /// How many are enough of those that GitHub's advisories name.
    #[arg(skip)]
    pub github_samples: u64,
    /// How many are enough of those that OSV's records name.
    #[arg(skip)]
    pub osv_samples: u64,
    /// Least confidence, from 0 to 1, that a changed function belongs to the fix.
    #[arg(skip)]
    pub min_confidence: f64,
    /// The way to the repositories.
    #[arg(skip)]
    pub access: Access,
}

impl Default for Fixes {
    fn default() -> Self {
        Self {
            max_repo_size: 2048,
            git_hosts: Vec::new(),
            git_mirrors: Vec::new(),
            cve_samples: 0,
            github_samples: 0,
            osv_samples: 0,
            min_confidence: 0.5,
            access: Access::default(),
        }
    }
}

impl Job for Fixes {
    fn name(&self) -> &str {
        "fixes"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn secrets(&self) -> Secrets {
        self.access.credentials.secrets()
    }

    fn unit(&self) -> &str {
        "fixes"
    }

    fn after(&self) -> &[&str] {
        &SOURCES
    }

    fn limits(&self) -> ShardLimits {
        // A first clone of a large repository takes its time; git itself gives up on a dead line, and
        // tries nothing twice. What is at hand after one attempt, the next one does not ask for.
        ShardLimits {
            deadline: Duration::from_secs(2 * 3600),
            extra_io_slots: 4,
            max_attempts: 5,
            backoff: Duration::from_secs(1),
            ..ShardLimits::default()
        }
    }

    fn plan(&self, planning: &PlanContext) -> Result<Plan, JobError> {
        let pieces = wants::pieces(&merged(&planning.results)?);
        let fixes = pieces.iter().map(|piece| piece.wants.len() as u64).sum();
        let plan = Plan::new(pieces.into_iter().map(|piece| json!(piece))).with_expected(fixes);
        Ok(plan.with_quotas(self.quotas().map(|(collector, n)| (format!("samples.{collector}"), n))))
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        let piece = Piece::deserialize(&shard.payload).map_err(ShardError::failed)?;
        mine::mine(self, &piece, output)
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut advisories = merged(merge.results())?;
        let by_id: HashMap<String, usize> =
            advisories.iter().enumerate().map(|(at, advisory)| (advisory.id.clone(), at)).collect();
        let mut left: BTreeMap<&str, u64> = self.quotas().collect();
        let mut tally = Tally { targets: self.quotas().collect(), ..Tally::default() };
        let mut samples = merge.create_file("fixes.jsonl")?;
        merge.for_each_record(|line| {
            let fix: Fix = serde_json::from_slice(line).map_err(JobError::failed)?;
            let named = fix.advisories.iter().filter_map(|id| by_id.get(id).copied()).collect::<Vec<_>>();
            let mut kept = 0;
            for sample in fix.samples {
                if !take_quota(&mut left, &fix.collectors) {
                    tally.cut += 1;
                    continue;
                }
                kept += 1;
                tally.count(&sample, &fix.collectors);
                samples.write_record(&enriched(sample, named.first().map(|at| &advisories[*at])))?;
            }
            tally.commits += u64::from(fix.commit.is_some());
            for at in named {
                advisories[at].samples += kept;
                advisories[at].fixes.push(FixState {
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
        let mut file = merge.create_file("advisories.jsonl")?;
        advisories.iter().try_for_each(|advisory| file.write_record(advisory))?;
        merge.commit_file(file)?;
        Ok(tally.summary(&advisories))
    }
}

impl Fixes {
    /// How many samples are enough, by collector.
    fn quotas(&self) -> impl Iterator<Item = (&'static str, u64)> {
        SOURCES.into_iter().zip([self.cve_samples, self.github_samples, self.osv_samples])
    }
}

/// All advisories of the sources, put together.
fn merged(results: &EarlierResults) -> Result<Vec<MergedAdvisory>, JobError> {
    let mut all: Vec<Advisory> = Vec::new();
    for source in SOURCES {
        let unreadable = |error| JobError::Failed(format!("cannot read the advisories of {source}: {error}"));
        let file = results.open(source, &advisories::file_name(source)).map_err(unreadable)?;
        for line in file.into_iter().flat_map(BufRead::lines) {
            all.push(serde_json::from_str(&line.map_err(unreadable)?).map_err(JobError::failed)?);
        }
    }
    Ok(merge_by_alias(all))
}

/// Counts a sample for every collector that found it. No, if all of them have enough.
fn take_quota(left: &mut BTreeMap<&str, u64>, collectors: &[String]) -> bool {
    let is_wanted = collectors.iter().any(|name| left.get(name.as_str()).is_some_and(|left| *left > 0));
    if is_wanted {
        for name in collectors {
            if let Some(left) = left.get_mut(name.as_str()) {
                *left = left.saturating_sub(1);
            }
        }
    }
    is_wanted
}

/// A sample with what its advisory says.
fn enriched(sample: Sample, advisory: Option<&MergedAdvisory>) -> Sample {
    let Some(advisory) = advisory else { return sample };
    let cvss = advisory.cvss.as_ref();
    Sample {
        severity: advisory.severity,
        cvss_score: cvss.and_then(|cvss| cvss.score),
        cvss_vector: cvss.map(|cvss| cvss.vector.clone()),
        cvss_version: cvss.map(|cvss| cvss.version.clone()),
        description: advisory.description.clone().or_else(|| advisory.summary.clone()),
        published_date: advisory.published.clone(),
        cwes: if advisory.cwes.is_empty() { sample.cwes } else { advisory.cwes.clone() },
        ..sample
    }
}

/// What is counted at the end.
#[derive(Default)]
struct Tally {
    commits: u64,
    pairs: u64,
    samples: u64,
    cut: u64,
    by_collector: BTreeMap<String, u64>,
    targets: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn count(&mut self, sample: &Sample, collectors: &[String]) {
        self.samples += 1;
        self.pairs += u64::from(sample.kind == streamguard_dataset::Kind::Pair);
        for collector in collectors {
            *self.by_collector.entry(collector.clone()).or_default() += 1;
        }
    }

    fn summary(self, advisories: &[MergedAdvisory]) -> JobSummary {
        let with = |has: fn(&MergedAdvisory) -> bool| advisories.iter().filter(|one| has(one)).count();
        let summary = JobSummary::default()
            .metric("samples", self.samples)
            .metric("pairs", self.pairs)
            .metric("cut_at_target", self.cut)
            .metric("commits", self.commits)
            .metric("advisories", advisories.len())
            .metric("advisories_with_fix", with(|one| one.fixes.iter().any(|fix| fix.commit.is_some())))
            .metric("advisories_with_samples", with(|one| one.samples > 0))
            .metric("advisories_in_conflict", with(|one| !one.conflicts.is_empty()));
        // A sample that several name counts for each of them.
        self.targets.into_iter().fold(summary, |summary, (collector, target)| {
            let samples = self.by_collector.get(collector).copied().unwrap_or(0);
            summary
                .metric(format!("samples.{collector}"), samples)
                .metric(format!("target.{collector}"), target)
        })
    }
}
