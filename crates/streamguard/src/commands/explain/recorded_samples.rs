//! What a dataset has recorded about a commit.

use std::path::Path;

use anyhow::Result;
use streamguard::exit::UsageError;
use streamguard_dataset::{QualityFlag, Sample, Weakness};
use streamguard_mining::AdvisoryContext;

use crate::commands::examples;

/// Most samples of a commit that are kept: a hostile dataset may have millions.
const MAX_SAMPLES: usize = 1_000;

/// Samples of one commit, or one sample without a commit.
#[derive(Default)]
pub(super) struct RecordedSamples {
    samples: Vec<Sample>,
}

impl RecordedSamples {
    /// Finds the samples by the beginning of the id of one of them or of their commit. `is_optional` says that there may be
    /// none.
    ///
    /// # Errors
    /// No sample, samples of several commits, or a dataset that cannot be read.
    pub(super) fn find(dataset: &Path, what: &str, is_optional: bool) -> Result<Self> {
        let begins = |id: &Option<String>| id.as_deref().is_some_and(|id| id.starts_with(what));
        let mut found: Vec<Sample> = Vec::new();
        for sample in examples::open(dataset)? {
            let sample = sample?;
            if found.len() < MAX_SAMPLES && (sample.id.starts_with(what) || begins(&sample.commit)) {
                found.push(sample);
            }
        }
        let Some(first) = found.first().cloned() else {
            if is_optional {
                return Ok(Self::default());
            }
            return Err(UsageError(format!(
                "{} has no sample whose id or commit begins with {what}; for a commit that gave none, name a clone of its \
                 repository by --repo PATH",
                dataset.display()
            ))
            .into());
        };
        let origin = |sample: &Sample| (sample.repository.clone(), sample.commit.clone());
        let is_one_commit = found.iter().all(|sample| origin(sample) == origin(&first));
        if !is_one_commit || (first.commit.is_none() && found.len() > 1) {
            return Err(UsageError(format!("several ids begin with {what}: give more digits")).into());
        }
        // The other samples of its commit, so that each function can be told to be one or not.
        if first.commit.is_some() {
            found.clear();
            for sample in examples::open(dataset)? {
                let sample = sample?;
                if found.len() < MAX_SAMPLES && origin(&sample) == origin(&first) {
                    found.push(sample);
                }
            }
        }
        Ok(Self { samples: found })
    }

    pub(super) fn samples(&self) -> &[Sample] {
        &self.samples
    }

    pub(super) fn commit(&self) -> Option<&str> {
        self.samples.first()?.commit.as_deref()
    }

    pub(super) fn repository(&self) -> Option<&str> {
        self.samples.first()?.repository.as_deref()
    }

    /// Returns the id and the confidence of the sample of a function.
    pub(super) fn of_function(&self, path: &str, name: Option<&str>, line: Option<u32>) -> Option<&Sample> {
        self.samples.iter().find(|sample| {
            let lines = [sample.start_line_after, sample.start_line_before];
            let is_there = sample.path_after.as_deref() == Some(path) && sample.function.as_deref() == name;
            is_there && (line.is_none() || lines.contains(&line))
        })
    }

    /// Whether the message of a merge led to the commit.
    pub(super) fn is_through_merge(&self) -> bool {
        self.samples.iter().any(|sample| sample.quality_flags.contains(&QualityFlag::ThroughMerge))
    }

    /// Returns what the advisory said that led to the commit, as far as its samples show it.
    pub(super) fn advisory_context(&self) -> Option<AdvisoryContext> {
        let sample =
            self.samples.iter().find(|sample| sample.collector != "repo" && sample.commit.is_some())?;
        let of_function = ["function:", "message:", "merge:", "advisory:function"];
        let is_of_advisory = |reason: &&String| !of_function.iter().any(|prefix| reason.starts_with(prefix));
        let weakness = |id: &String| Weakness::by_cwe(id.strip_prefix("CWE-")?.parse().ok()?);
        Some(AdvisoryContext {
            collector: sample.collector.clone(),
            advisory_ids: sample.advisory_ids.clone(),
            evidence: sample.label_evidence.iter().filter(is_of_advisory).cloned().collect(),
            weaknesses: sample.cwes.iter().filter_map(weakness).collect(),
            functions: Vec::new(),
            introduced_by: sample.introduced_by.clone(),
            text: sample.description.clone().unwrap_or_default(),
            confidence: 1.0,
        })
    }
}
