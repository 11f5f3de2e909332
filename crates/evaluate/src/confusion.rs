//! Counts of right and wrong labels, and the measures that follow from them.

use crate::judged_set::JudgedExample;

/// Weighted counts of examples by what they are and what was predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Confusion {
    true_positives: u64,
    false_positives: u64,
    true_negatives: u64,
    false_negatives: u64,
}

/// Names of the measures of [`Confusion::measures`].
pub(crate) const LABEL_MEASURES: [&str; 5] = ["accuracy", "balanced_accuracy", "precision", "recall", "f1"];

impl Confusion {
    /// Counts an example with the weight of its cluster.
    pub(crate) fn add(&mut self, example: &JudgedExample, weights: &[u32]) {
        let count = match (example.label, example.predicted) {
            (true, true) => &mut self.true_positives,
            (false, true) => &mut self.false_positives,
            (false, false) => &mut self.true_negatives,
            (true, false) => &mut self.false_negatives,
        };
        *count += u64::from(weights[example.cluster as usize]);
    }

    /// Returns the measures in the order of their names; `None` where a denominator is 0.
    pub(crate) fn measures(self) -> [Option<f64>; 5] {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let (hits, misses) = (self.true_positives, self.false_negatives);
        let positives = hits + misses;
        let negatives = self.true_negatives + self.false_positives;
        let recall = share(hits, positives);
        let specificity = share(self.true_negatives, negatives);
        [
            share(hits + self.true_negatives, positives + negatives),
            recall.zip(specificity).map(|(recall, specificity)| (recall + specificity) / 2.0),
            share(hits, hits + self.false_positives),
            recall,
            share(2 * hits, 2 * hits + self.false_positives + misses),
        ]
    }
}
