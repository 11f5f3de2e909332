//! Numbers and durations for people.

use streamguard_engine::JobState;
use streamguard_report::group_digits;

/// Formats a number of bytes in units of 1024.
pub fn format_bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // A power of 1024 has ten bits, so no logarithm of floats is needed that might round to the wrong unit.
    let power = (bytes.ilog2() / 10).min(4);
    format!("{:.1} {}", bytes as f64 / f64::from(1024_u32).powi(power as i32), units[power as usize - 1])
}

/// Formats a number with few characters: `1,234`, `12.3k`, `1.23M`.
pub fn short_count(number: u64) -> String {
    if number < 10_000 {
        return group_digits(number);
    }
    let units = ["k", "M", "G", "T", "P", "E"];
    let mut value = number as f64;
    for (at, unit) in units.iter().enumerate() {
        value /= 1000.0;
        // A value that would be rounded up to four digits belongs to the next unit.
        if value < 999.5 || at == units.len() - 1 {
            let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
            return format!("{value:.digits$}{unit}");
        }
    }
    group_digits(number)
}

/// Returns the singular or plural of a noun, by the count.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Returns the numbers of rejected candidates, by reason.
pub(crate) fn rejections(job: &JobState) -> impl Iterator<Item = (&str, u64)> {
    let rejected = job.counters.iter().filter_map(|(name, n)| Some((name.strip_prefix("rejected.")?, *n)));
    rejected.filter(|(_, n)| *n > 0)
}

/// Formats a duration: `0.4 s`, `12 s`, `3:07`, `2:03:07`.
pub fn format_duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..10 => format!("{:.1} s", ms as f64 / 1000.0),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_readable() {
        assert_eq!(
            [9_999, 12_345, 999_499, 999_500, 1_234_567, u64::MAX].map(short_count),
            ["9,999", "12.3k", "999k", "1.00M", "1.23M", "18.4E"]
        );
        assert_eq!(
            [400, 12_000, 187_000, 7_387_000].map(format_duration),
            ["0.4 s", "12 s", "3:07", "2:03:07"]
        );
    }
}
