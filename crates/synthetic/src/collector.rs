//! The collector `synthetic`: pairs generated from a seed.

use std::sync::LazyLock;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard_collect::{Collector, Samples};
use streamguard_dataset::{QualityFlag, Sample, SampleKind, SampleLevel};
use streamguard_engine::{JobError, PlanContext, ShardError};

use crate::generator::{PairBuffer, PairGenerator};

/// Pairs in one shard: a few tens of milliseconds of work.
const PAIRS_PER_SHARD: u64 = 10_000;

// Shared by all shards of a process, because compiling the templates takes longer than a small shard.
static GENERATOR: LazyLock<PairGenerator> = LazyLock::new(PairGenerator::new);

/// The collector `synthetic` and its settings.
#[derive(Args, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SyntheticCollector {
    /// Number of pairs to generate
    #[arg(long, value_name = "N", default_value_t = Self::default().synthetic_samples)]
    pub synthetic_samples: u64,
    /// Seed of all random choices; a pair follows from it and from the index of the pair
    #[arg(skip)]
    pub seed: u64,
}

impl Default for SyntheticCollector {
    fn default() -> Self {
        Self { synthetic_samples: 5000, seed: 42 }
    }
}

impl Collector for SyntheticCollector {
    /// Indices of the first pair and of the one after the last.
    type Shard = (u64, u64);
    type Context = ();

    fn name(&self) -> &'static str {
        "synthetic"
    }

    fn target(&self) -> u64 {
        self.synthetic_samples
    }

    fn context(&self) {}

    fn plan(&self, _: &PlanContext) -> Result<Vec<(u64, u64)>, JobError> {
        let starts = (0..self.synthetic_samples).step_by(PAIRS_PER_SHARD as usize);
        Ok(starts.map(|start| (start, (start + PAIRS_PER_SHARD).min(self.synthetic_samples))).collect())
    }

    fn collect(
        &self,
        &(start, end): &(u64, u64),
        (): &(),
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError> {
        let mut buffer = PairBuffer::default();
        for index in start..end {
            let pair = GENERATOR.write_pair(self.seed, index, &mut buffer);
            samples.emit(Sample {
                language: Some(pair.language),
                vulnerable_code: Some(pair.vulnerable.to_owned()),
                fixed_code: Some(pair.fixed.to_owned()),
                vulnerability_type: Some(pair.weakness.name.to_owned()),
                cwes: vec![pair.weakness.id()],
                description: Some(pair.description.to_owned()),
                function: Some(pair.function.to_owned()),
                label_evidence: vec!["generated".to_owned()],
                label_confidence: Some(1.0),
                quality_flags: vec![QualityFlag::Synthetic],
                ..Sample::new("synthetic", SampleKind::Pair, SampleLevel::Function)
            })?;
        }
        Ok(())
    }
}
