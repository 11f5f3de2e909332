//! Examples of a test set beside what a model says about them.

use std::collections::BTreeMap;

use crate::calibration::is_probability;
use crate::error::EvaluateError;
use crate::predictions::Predictions;
use crate::test_set::TestSet;

/// Score from which on a probability means vulnerable, unless another is set.
pub(crate) const DEFAULT_THRESHOLD: f64 = 0.5;

/// One example with its prediction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JudgedExample {
    pub(crate) label: bool,
    pub(crate) predicted: bool,
    pub(crate) cluster: u32,
}

/// All examples with their predictions.
#[derive(Debug)]
pub(crate) struct JudgedSet {
    pub(crate) examples: Vec<JudgedExample>,
    /// Scores of all examples, if each has one.
    pub(crate) scores: Option<Vec<f64>>,
    /// Numbers of the examples from the highest score to the lowest; none without scores.
    pub(crate) ranking: Vec<u32>,
    /// Numbers of the vulnerable and the fixed example of each pair.
    pub(crate) pairs: Vec<[u32; 2]>,
    /// Examples of each group, by the kind and the name of the group.
    pub(crate) groups: BTreeMap<(GroupKind, String), Vec<u32>>,
    /// Score from which on code counts as vulnerable; none if the model predicts labels.
    pub(crate) threshold: Option<f64>,
}

/// Property by which examples are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GroupKind {
    Language,
    Cwe,
}

impl JudgedSet {
    /// Joins a test set with predictions. Labels follow from the threshold, or else from the model's own labels, or else
    /// from the probability one half.
    pub(crate) fn new(
        test: &TestSet,
        predictions: &Predictions,
        threshold: Option<f64>,
    ) -> Result<Self, EvaluateError> {
        let found: Vec<_> = test.examples.iter().map(|example| predictions.get(&example.key)).collect();
        let mut missing = test.examples.iter().zip(&found).filter(|(_, prediction)| prediction.is_none());
        if let Some((first, _)) = missing.next() {
            return Err(EvaluateError::Missing {
                missing: missing.count() + 1,
                examples: test.examples.len(),
                first: first.key.to_string(),
            });
        }
        let scores: Option<Vec<f64>> = found.iter().flatten().map(|prediction| prediction.score).collect();
        let labels: Option<Vec<bool>> = found.iter().flatten().map(|prediction| prediction.label).collect();
        let by_score = |threshold: f64| {
            let scores = scores.as_ref()?;
            Some((scores.iter().map(|score| *score >= threshold).collect(), Some(threshold)))
        };
        let are_probabilities =
            scores.as_ref().is_some_and(|scores| scores.iter().all(|score| is_probability(*score)));
        let (predicted, threshold): (Vec<bool>, _) = threshold
            .and_then(by_score)
            .or_else(|| labels.map(|labels| (labels, None)))
            .or_else(|| are_probabilities.then(|| by_score(DEFAULT_THRESHOLD))?)
            .ok_or(EvaluateError::NoThreshold)?;

        let examples = test.examples.iter().zip(predicted).map(|(example, predicted)| JudgedExample {
            label: example.label,
            predicted,
            cluster: example.cluster,
        });
        let mut ranking = Vec::new();
        if let Some(scores) = &scores {
            ranking.extend(0..scores.len() as u32);
            ranking.sort_by(|left, right| scores[*right as usize].total_cmp(&scores[*left as usize]));
        }
        Ok(Self {
            examples: examples.collect(),
            scores,
            ranking,
            pairs: test.pairs.clone(),
            groups: groups(test),
            threshold,
        })
    }
}

fn groups(test: &TestSet) -> BTreeMap<(GroupKind, String), Vec<u32>> {
    let mut groups: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    for (number, example) in (0..).zip(&test.examples) {
        if let Some(language) = example.language {
            groups.entry((GroupKind::Language, language.name().to_owned())).or_default().push(number);
        }
        for cwe in &example.cwes {
            groups.entry((GroupKind::Cwe, format!("CWE-{cwe}"))).or_default().push(number);
        }
    }
    groups
}
