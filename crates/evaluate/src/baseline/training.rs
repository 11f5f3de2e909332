//! Training of the baseline by stochastic gradient descent, always in the same order.

use super::features::BUCKETS;
use super::model::{BaselineModel, feature_value, logistic};
use crate::chance;

/// Most examples that are learned from. Of more, so many are chosen by chance.
pub const MAX_TRAINING_EXAMPLES: usize = 100_000;

/// Passes over all examples.
const EPOCHS: u64 = 10;

/// Step size of AdaGrad (Duchi et al. 2011, <https://jmlr.org/papers/v12/duchi11a.html>).
const STEP: f64 = 0.5;

/// Strength of the pull of all weights of an example towards 0, which keeps rare words from being learned by heart.
const RIDGE: f64 = 1e-5;

/// Examples to learn from.
#[derive(Debug)]
pub struct TrainingSet {
    seed: u64,
    /// Number of all examples that will be offered.
    offered: usize,
    next: u64,
    features: Vec<u32>,
    /// End of the features of each example, and its label.
    examples: Vec<(usize, bool)>,
}

impl TrainingSet {
    /// Begins a set that is to choose among so many examples.
    pub fn new(seed: u64, offered: usize) -> Self {
        Self { seed, offered, next: 0, features: Vec::new(), examples: Vec::new() }
    }

    /// Tells whether the next example is chosen; only then it must be added.
    pub fn wants_next(&mut self) -> bool {
        self.next += 1;
        chance::below(self.seed, self.next, self.offered.max(1)) < MAX_TRAINING_EXAMPLES
    }

    /// Adds an example.
    pub fn add(&mut self, features: &[u32], label: bool) {
        self.features.extend_from_slice(features);
        self.examples.push((self.features.len(), label));
    }

    /// Learns a model. `stopped` is asked now and then; then there is no model, nor is there if all labels are the same.
    pub fn train(&self, stopped: &dyn Fn() -> bool) -> Option<BaselineModel> {
        let vulnerable = self.examples.iter().filter(|(_, label)| *label).count();
        if vulnerable == 0 || vulnerable == self.examples.len() {
            return None;
        }
        let mut weights = vec![0.0_f64; BUCKETS];
        let mut squares = vec![0.0_f64; BUCKETS];
        let (mut bias, mut bias_squares) = (0.0, 0.0);
        for epoch in 0..EPOCHS {
            for number in chance::shuffled(self.seed.wrapping_add(epoch + 1), self.examples.len()) {
                if stopped() {
                    return None;
                }
                let number = number as usize;
                let (end, label) = self.examples[number];
                let start = if number == 0 { 0 } else { self.examples[number - 1].0 };
                let features = &self.features[start..end];
                let value = feature_value(features.len());
                let sum: f64 = features.iter().map(|bucket| weights[*bucket as usize]).sum();
                let error = logistic(bias + sum * value) - f64::from(u8::from(label));
                for bucket in features {
                    let at = *bucket as usize;
                    let gradient = error * value + RIDGE * weights[at];
                    squares[at] += gradient * gradient;
                    // An error that rounding makes 0 must not divide 0 by 0.
                    weights[at] -= STEP * gradient / (squares[at].sqrt() + f64::EPSILON);
                }
                bias_squares += error * error;
                bias -= STEP * error / (f64::sqrt(bias_squares) + f64::EPSILON);
            }
        }
        let weights = weights.into_iter().map(|weight| weight as f32).collect();
        Some(BaselineModel { bias, weights, examples: self.examples.len() as u64 })
    }
}
