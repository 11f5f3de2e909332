//! Measures of the order into which scores put examples.

use crate::judged_set::JudgedSet;

/// Greatest share of false alarms that a detector may have, in thousandths: the 0.5 % of the Vulnerability Detection
/// Score.
const MAX_FALSE_POSITIVES: u64 = 5;

/// Names of the measures of [`measures`].
pub(crate) const RANKING_MEASURES: [&str; 2] = ["auc", "vd_s"];

/// Measures of a ranking.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RankingMeasures {
    /// Area under the ROC curve: the probability that vulnerable code has a higher score than other code.
    pub(crate) auc: Option<f64>,
    /// Vulnerability Detection Score: the share of vulnerable code that is missed at the lowest threshold at which at
    /// most 0.5 % of other code is reported (Ding et al. 2024, PrimeVul, <https://arxiv.org/abs/2403.18624>).
    pub(crate) vd_s: Option<f64>,
    /// That threshold; `None` if even the highest score gives too many false alarms.
    pub(crate) threshold: Option<f64>,
}

/// Computes the measures with a weight for each cluster.
pub(crate) fn measures(set: &JudgedSet, weights: &[u32]) -> RankingMeasures {
    let Some(scores) = &set.scores else { return RankingMeasures::default() };
    let weight = |number: u32, label: bool| {
        let example = &set.examples[number as usize];
        if example.label == label { u64::from(weights[example.cluster as usize]) } else { 0 }
    };
    let total = |label| set.ranking.iter().map(|number| weight(*number, label)).sum::<u64>();
    let (positives, negatives) = (total(true), total(false));
    if positives == 0 || negatives == 0 {
        return RankingMeasures::default();
    }
    let (mut above, mut false_alarms, mut area) = (0, 0, 0.0);
    let (mut found, mut threshold) = (0, None);
    // Code with equal scores is reported together.
    for ties in set.ranking.chunk_by(|left, right| scores[*left as usize] == scores[*right as usize]) {
        let count = |label| ties.iter().map(|number| weight(*number, label)).sum::<u64>();
        let (hits, alarms) = (count(true), count(false));
        area += alarms as f64 * (above as f64 + hits as f64 / 2.0);
        above += hits;
        false_alarms += alarms;
        if false_alarms * 1000 <= MAX_FALSE_POSITIVES * negatives {
            (found, threshold) = (above, Some(scores[ties[0] as usize]));
        }
    }
    RankingMeasures {
        auc: Some(area / (positives as f64 * negatives as f64)),
        vd_s: Some(1.0 - found as f64 / positives as f64),
        threshold,
    }
}
