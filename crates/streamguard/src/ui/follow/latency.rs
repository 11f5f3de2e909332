//! Latencies and shares, in few characters.

use streamguard_ingest::LatencyQuantiles;

/// Formats milliseconds in the unit that suits them, with two or three digits: `350 µs`, `3.1 ms`, `1.24 s`.
pub(super) fn format_latency(ms: f64, has_utf8: bool) -> String {
    let micro = if has_utf8 { "µs" } else { "us" };
    let (value, unit) = match ms {
        ms if ms < 0.9995 => (ms * 1000.0, micro),
        ms if ms < 999.5 => (ms, "ms"),
        ms => (ms / 1000.0, "s"),
    };
    let digits = match value {
        value if value >= 99.5 || unit == micro => 0,
        value if value >= 9.95 || unit == "ms" => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}")
}

/// Formats quantiles as `p50 3.1 ms  p95 12.0 ms  p99 40.2 ms`.
pub(super) fn format_quantiles(latency: Option<LatencyQuantiles>, has_utf8: bool) -> String {
    let Some(LatencyQuantiles { p50, p95, p99 }) = latency else { return "not logged".to_owned() };
    let [p50, p95, p99] = [p50, p95, p99].map(|ms| format_latency(ms, has_utf8));
    format!("p50 {p50}  p95 {p95}  p99 {p99}")
}

/// Formats a share in percent. A share above 0 is never shown as 0.
pub(super) fn format_share(part: u64, whole: u64) -> String {
    let percent = part as f64 * 100.0 / whole.max(1) as f64;
    match percent {
        percent if part > 0 && percent < 0.01 => "<0.01%".to_owned(),
        // What rounds to 1 is shown like 1.
        percent if percent < 0.995 && part > 0 => format!("{percent:.2}%"),
        percent => format!("{percent:.1}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_and_shares_are_short() {
        let texts =
            [0.0, 0.35, 0.9996, 3.13, 99.96, 240.0, 1240.0, 75_000.0].map(|ms| format_latency(ms, true));
        assert_eq!(texts, ["0 µs", "350 µs", "1.0 ms", "3.1 ms", "100 ms", "240 ms", "1.24 s", "75.0 s"]);
        assert_eq!(format_latency(0.35, false), "350 us");
        let shares = [(0, 0), (0, 9), (1, 100_000), (1, 200), (3, 200), (9, 9)];
        let shares = shares.map(|(part, whole)| format_share(part, whole));
        assert_eq!(shares, ["0.0%", "0.0%", "<0.01%", "0.50%", "1.5%", "100.0%"]);
        assert_eq!(format_quantiles(None, true), "not logged");
    }
}
