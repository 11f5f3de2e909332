//! Pair-wise outcomes: what a model says about vulnerable code and the same code after its fix.

use crate::judged_set::JudgedSet;

/// Names of the outcomes of PrimeVul (Ding et al. 2024, <https://arxiv.org/abs/2403.18624>): both right, both called
/// vulnerable, both called benign, both wrong.
pub(crate) const PAIR_OUTCOMES: [&str; 4] = ["p_c", "p_v", "p_b", "p_r"];

/// Returns the share of each outcome with a weight for each cluster; `None` without pairs.
pub(crate) fn measures(set: &JudgedSet, weights: &[u32]) -> [Option<f64>; 4] {
    let mut counts = [0_u64; 4];
    for pair in &set.pairs {
        let [vulnerable, fixed] = pair.map(|number| &set.examples[number as usize]);
        let outcome = match (vulnerable.predicted, fixed.predicted) {
            (true, false) => 0,
            (true, true) => 1,
            (false, false) => 2,
            (false, true) => 3,
        };
        counts[outcome] += u64::from(weights[vulnerable.cluster as usize]);
    }
    let all: u64 = counts.iter().sum();
    counts.map(|count| (all > 0).then(|| count as f64 / all as f64))
}
