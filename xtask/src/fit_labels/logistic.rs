//! Logistic regression with a small penalty on the weights, by Newton's method (Hastie, Tibshirani and Friedman,
//! The Elements of Statistical Learning, 4.4).

use super::LabelledFunction;

/// Penalty on the square of each weight but the base.
const PENALTY: f64 = 2.0;

/// Number of steps; far fewer are needed until the weights no longer change.
const STEPS: usize = 20;

/// Returns the base and the weights of all values.
pub(super) fn fit(functions: &[&LabelledFunction]) -> Vec<f64> {
    let size = 1 + functions.first().map_or(0, |function| function.values.len());
    let mut weights = vec![0.0; size];
    for _ in 0..STEPS {
        let mut gradient = vec![0.0; size];
        let mut curvature = vec![vec![0.0; size]; size];
        for function in functions {
            let row: Vec<f64> = std::iter::once(1.0).chain(function.values.iter().copied()).collect();
            let expected = 1.0 / (1.0 + (-score(&weights, &function.values)).exp());
            let error = expected - f64::from(u8::from(function.is_fix));
            for (one, value) in row.iter().enumerate() {
                gradient[one] += function.weight * error * value;
                for (other, second) in row.iter().enumerate() {
                    curvature[one][other] += function.weight * expected * (1.0 - expected) * value * second;
                }
            }
        }
        for one in 0..size {
            // The base only needs what keeps the equations solvable.
            let penalty = if one == 0 { 1e-9 } else { PENALTY };
            gradient[one] += penalty * weights[one];
            curvature[one][one] += penalty;
        }
        let step = solve(curvature, gradient);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step);
    }
    weights
}

/// Returns the base plus the weighted values.
pub(super) fn score(weights: &[f64], values: &[f64]) -> f64 {
    weights[0] + weights[1..].iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>()
}

/// Solves linear equations with a positive definite matrix (Gauss and Jordan).
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for column in 0..size {
        let pivot = matrix[column].clone();
        let pivot_right = right[column];
        for row in (0..size).filter(|row| *row != column) {
            let factor = matrix[row][column] / pivot[column];
            matrix[row].iter_mut().zip(&pivot).for_each(|(value, pivot)| *value -= factor * pivot);
            right[row] -= factor * pivot_right;
        }
    }
    (0..size).map(|row| right[row] / matrix[row][row]).collect()
}
