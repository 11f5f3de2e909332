//! The table from scores to confidence.

/// Scores and the measured share of functions with such a score that are part of the fix, both ascending.
/// Between two rows the share is interpolated. `cargo xtask fit-labels` prints the table.
const MEASURED_SHARES: &[(f64, f64)] = &[
    (-3.00, 0.05),
    (0.61, 0.62),
    (1.19, 0.72),
    (1.75, 0.90),
    (2.24, 0.92),
    (2.84, 0.95),
    (3.81, 0.97),
    (5.07, 0.98),
    (5.99, 0.99),
];

/// Returns the share of functions with a score that are part of the fix.
pub(super) fn confidence(score: f64) -> f64 {
    let above = MEASURED_SHARES.partition_point(|(known, _)| *known <= score);
    match (above.checked_sub(1).map(|below| MEASURED_SHARES[below]), MEASURED_SHARES.get(above)) {
        (Some((low, least)), Some((high, most))) => least + (most - least) * (score - low) / (high - low),
        (Some((_, share)), None) | (None, Some(&(_, share))) => share,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_grows_with_the_score() {
        assert!(MEASURED_SHARES.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
        let shares: Vec<f64> = (-80..80).map(|tenth| confidence(f64::from(tenth) / 10.0)).collect();
        assert!(shares.is_sorted() && shares.iter().all(|share| (0.0..1.0).contains(share)));
        for (score, share) in MEASURED_SHARES {
            assert!((confidence(*score) - share).abs() < 1e-9);
        }
    }
}
