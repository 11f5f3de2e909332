//! The evaluation: all figures about the predictions of a model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bootstrap::{Bootstrap, Estimate, INTERVAL_LEVEL};
use crate::calibration::{self, CALIBRATION_MEASURES, CalibrationBin};
use crate::confusion::{Confusion, LABEL_MEASURES};
use crate::error::EvaluateError;
use crate::judged_set::{GroupKind, JudgedSet};
use crate::pair_outcomes::{self, PAIR_OUTCOMES};
use crate::predictions::Predictions;
use crate::ranking::{self, RANKING_MEASURES};
use crate::test_set::{ClusterRule, TestSet};

/// Settings of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvaluationSettings {
    /// Score from which on code counts as vulnerable. By default the labels of the model decide, or else the
    /// probability 0.5.
    pub threshold: Option<f64>,
    /// How intervals are computed.
    pub bootstrap: Bootstrap,
}

impl Default for EvaluationSettings {
    fn default() -> Self {
        Self { threshold: None, bootstrap: Bootstrap { resamples: 1000, seed: 42 } }
    }
}

/// Figures about the predictions of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Version of this format.
    pub format: u32,
    /// Part of the dataset: a split, or `all`.
    pub rows: String,
    /// Examples that were evaluated.
    pub examples: u64,
    /// Vulnerable ones.
    pub vulnerable: u64,
    /// Pairs of vulnerable and fixed code.
    pub pairs: u64,
    /// Examples without a label, which are left out.
    pub unlabelled: u64,
    /// Predictions of other code, which are not used.
    pub other_predictions: u64,
    /// Score from which on code counts as vulnerable; null if the model gives labels.
    pub threshold: Option<f64>,
    /// Score at which the Vulnerability Detection Score is measured.
    pub vd_s_threshold: Option<f64>,
    /// Share of the resamples whose figures lie in an interval.
    pub interval_level: f64,
    /// Resamples and seed of the intervals.
    pub bootstrap: Bootstrap,
    /// Rule by which examples are drawn together.
    pub cluster_rule: ClusterRule,
    /// Number of clusters.
    pub clusters: u64,
    /// Figures by their names.
    pub metrics: BTreeMap<String, Estimate>,
    /// Calibration by bins; empty if the scores are not probabilities.
    pub calibration: Vec<CalibrationBin>,
    /// Figures of each language.
    pub languages: BTreeMap<String, GroupEvaluation>,
    /// Figures of each weakness. Fixed code counts for the weakness that was fixed.
    pub cwes: BTreeMap<String, GroupEvaluation>,
}

/// Figures of a group of examples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupEvaluation {
    /// Number of examples.
    pub examples: u64,
    /// Vulnerable ones.
    pub vulnerable: u64,
    /// Figures by their names.
    pub metrics: BTreeMap<String, Estimate>,
}

/// Names of all figures of the whole test set, in the order of [`measure`].
fn names() -> impl Iterator<Item = &'static str> {
    LABEL_MEASURES.into_iter().chain(RANKING_MEASURES).chain(PAIR_OUTCOMES).chain(CALIBRATION_MEASURES)
}

/// Compares predictions with the labels of a test set.
///
/// # Errors
/// [`EvaluateError`] if an example has no prediction, or scores are not probabilities and nothing says what they mean.
pub fn evaluate(
    test: &TestSet,
    predictions: &Predictions,
    settings: &EvaluationSettings,
) -> Result<Evaluation, EvaluateError> {
    let set = JudgedSet::new(test, predictions, settings.threshold)?;
    let mut estimates =
        settings.bootstrap.estimate(test.clusters as usize, |weights| measure(&set, weights)).into_iter();
    let mut named = |names: &mut dyn Iterator<Item = &'static str>| -> BTreeMap<String, Estimate> {
        names.map(str::to_owned).zip(&mut estimates).collect()
    };
    let metrics = named(&mut names());
    let (mut languages, mut cwes) = (BTreeMap::new(), BTreeMap::new());
    for ((kind, name), numbers) in &set.groups {
        let vulnerable = numbers.iter().filter(|number| set.examples[**number as usize].label).count();
        let group = GroupEvaluation {
            examples: numbers.len() as u64,
            vulnerable: vulnerable as u64,
            metrics: named(&mut LABEL_MEASURES.into_iter()),
        };
        match kind {
            GroupKind::Language => languages.insert(name.clone(), group),
            GroupKind::Cwe => cwes.insert(name.clone(), group),
        };
    }
    let all = vec![1; test.clusters as usize];
    Ok(Evaluation {
        format: 1,
        rows: test.choice.name().to_owned(),
        examples: set.examples.len() as u64,
        vulnerable: set.examples.iter().filter(|example| example.label).count() as u64,
        pairs: set.pairs.len() as u64,
        unlabelled: test.unlabelled,
        other_predictions: (predictions.len() - set.examples.len()) as u64,
        threshold: set.threshold,
        vd_s_threshold: ranking::measures(&set, &all).threshold,
        interval_level: INTERVAL_LEVEL,
        bootstrap: settings.bootstrap,
        cluster_rule: test.cluster_rule,
        clusters: u64::from(test.clusters),
        metrics,
        calibration: calibration::bins(&set, &all),
        languages,
        cwes,
    })
}

/// Computes all figures with a weight for each cluster: those of the whole set, and then of each group.
fn measure(set: &JudgedSet, weights: &[u32]) -> Vec<Option<f64>> {
    let confusion = |examples: &mut dyn Iterator<Item = usize>| {
        let mut confusion = Confusion::default();
        examples.for_each(|number| confusion.add(&set.examples[number], weights));
        confusion.measures()
    };
    let ranked = ranking::measures(set, weights);
    let mut figures = confusion(&mut (0..set.examples.len())).to_vec();
    figures.extend([ranked.auc, ranked.vd_s]);
    figures.extend(pair_outcomes::measures(set, weights));
    figures.extend(calibration::measures(set, weights));
    for numbers in set.groups.values() {
        figures.extend(confusion(&mut numbers.iter().map(|number| *number as usize)));
    }
    figures
}
