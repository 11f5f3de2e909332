//! Shares and rates, with two digits after the point.

/// Rounds to two digits after the point.
pub(crate) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Returns a share in percent; `None` if there is no whole, or it is 0.
pub(crate) fn percent(part: u64, whole: Option<u64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0).map(|whole| round(part as f64 * 100.0 / whole as f64))
}

/// Returns a count per second; `None` if no time passed.
pub(crate) fn rate(count: u64, ms: u64) -> Option<f64> {
    (ms > 0).then(|| round(count as f64 / seconds(ms)))
}

/// Converts milliseconds to seconds.
pub(crate) fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
