//! An explanation as data: of a commit, and of each function that it changed.

use serde::Serialize;
use streamguard_mining::message::SELECTION_THRESHOLD;
use streamguard_mining::scoring::{BASE_SCORE, EVIDENCES};
use streamguard_mining::{JudgedCommit, JudgedFunction, SelectedCommit};

use super::recorded_samples::RecordedSamples;

/// Why a commit gave the samples that it gave.
#[derive(Serialize)]
pub(super) struct CommitExplanation {
    pub(super) repository: String,
    pub(super) commit: String,
    pub(super) message: Option<String>,
    /// Points of the message, of which as many as `points_needed` choose a commit.
    pub(super) message_points: u32,
    pub(super) points_needed: u32,
    /// Whether an advisory names the commit.
    pub(super) is_named: bool,
    /// Reasons why the commit counts as a fix.
    pub(super) evidence: Vec<String>,
    /// Reason why nothing of it is looked at.
    pub(super) rejection: Option<&'static str>,
    pub(super) functions: Vec<FunctionExplanation>,
    pub(super) dropped: Vec<DroppedExplanation>,
}

/// Why a function is a sample, or is none.
#[derive(Serialize)]
pub(super) struct FunctionExplanation {
    pub(super) path: String,
    pub(super) line: Option<u32>,
    pub(super) function: Option<String>,
    /// Id of its sample in the dataset.
    pub(super) sample: Option<String>,
    /// Confidence of its sample in the dataset.
    pub(super) recorded_confidence: Option<f64>,
    pub(super) confidence: f64,
    pub(super) rejection: Option<&'static str>,
    /// Log-odds of a function without any evidence.
    pub(super) base: f64,
    pub(super) terms: Vec<EvidenceTerm>,
    /// Log-odds: the base and all points.
    pub(super) sum: f64,
    /// Share of the commits with such a message that are fixes, which the confidence counts.
    pub(super) fix_share: f64,
    /// Rule that decides whatever the sum is.
    pub(super) exclusion: Option<&'static str>,
    pub(super) evidence: Vec<String>,
}

/// What one piece of evidence adds.
#[derive(Serialize)]
pub(super) struct EvidenceTerm {
    pub(super) name: &'static str,
    pub(super) looks_at: &'static str,
    pub(super) value: f64,
    pub(super) weight: f64,
    pub(super) points: f64,
}

/// A change that cannot be the fix.
#[derive(Serialize)]
pub(super) struct DroppedExplanation {
    pub(super) path: String,
    pub(super) function: Option<String>,
    pub(super) reason: &'static str,
}

impl CommitExplanation {
    pub(super) fn new(
        repository: &str,
        commit: SelectedCommit,
        judged: &JudgedCommit,
        recorded: &RecordedSamples,
    ) -> Self {
        let score = judged.message_score();
        let dropped = judged.dropped().iter().map(|change| DroppedExplanation {
            path: change.path.clone(),
            function: change.function.clone(),
            reason: change.reason.name(),
        });
        Self {
            repository: repository.to_owned(),
            commit: commit.commit.to_string(),
            message: judged.message().map(str::to_owned),
            message_points: score.map_or(0, |score| score.points),
            points_needed: SELECTION_THRESHOLD,
            is_named: recorded.advisory_context().is_some(),
            evidence: score.map(|score| score.evidence.clone()).unwrap_or_default(),
            rejection: judged.rejection().map(|rejection| rejection.name()),
            functions: judged
                .functions()
                .iter()
                .map(|function| FunctionExplanation::new(function, recorded))
                .collect(),
            dropped: dropped.collect(),
        }
    }
}

impl FunctionExplanation {
    fn new(function: &JudgedFunction, recorded: &RecordedSamples) -> Self {
        let score = function.score();
        let terms = EVIDENCES.iter().zip(&score.values).map(|(evidence, value)| EvidenceTerm {
            name: evidence.name,
            looks_at: evidence.looks_at,
            value: *value,
            weight: evidence.weight,
            points: evidence.weight * value,
        });
        let sample = recorded.of_function(function.path(), function.name(), function.line());
        Self {
            path: function.path().to_owned(),
            line: function.line(),
            function: function.name().map(str::to_owned),
            sample: sample.map(|sample| sample.id.clone()),
            recorded_confidence: sample.and_then(|sample| sample.label_confidence),
            confidence: score.confidence,
            rejection: function.rejection().map(|rejection| rejection.name()),
            base: BASE_SCORE,
            terms: terms.collect(),
            sum: score.sum,
            fix_share: score.fix_share,
            exclusion: score.exclusion,
            evidence: score.evidence.clone(),
        }
    }
}
