//! The top of a report: the main figures in words, and charts.

use jiff::Timestamp;
use streamguard_engine::{JobSummary, SummaryChart, SummarySeries};

use crate::answers::{BucketCounts, BucketSize};
use crate::latency_quantiles::MergedLatencies;

/// Most columns of a chart over time; with more buckets, neighbours share a column.
const MAX_COLUMNS: i64 = 120;

/// Bounds of the bars of latencies within a power of ten.
const LATENCY_STEPS: [u64; 3] = [1, 2, 5];

/// Least upper bound of a bar of latencies, in nanoseconds.
const LEAST_BOUND_NS: u64 = 1000;

/// What the figures at the top are made of.
pub(crate) struct SummaryHead {
    pub(crate) requests: u64,
    pub(crate) client_errors: u64,
    pub(crate) server_errors: u64,
    /// Bytes sent, if any line has a number of them.
    pub(crate) bytes: Option<u128>,
    /// Seconds of the first and the last request, as exactly as they are known.
    pub(crate) span: Option<(i64, i64)>,
    /// Median, 95th and 99th percentile of the latencies in milliseconds.
    pub(crate) latency_ms: Option<[f64; 3]>,
}

impl SummaryHead {
    /// Adds the figures to a summary.
    pub(crate) fn add_to(&self, summary: JobSummary) -> JobSummary {
        let summary = summary.figure("Requests", short_count(self.requests), self.rate());
        let summary = match self.span.and_then(|(first, last)| Some((last - first, describe_start(first)?))) {
            Some((seconds, note)) => summary.figure("Time span", duration(seconds), note),
            None => summary,
        };
        let errors = self.client_errors + self.server_errors;
        let share = |part| share(part, self.requests);
        let classes = format!("4xx {}, 5xx {}", share(self.client_errors), share(self.server_errors));
        let summary = summary.figure("Errors", share(errors), classes);
        let summary = match self.bytes {
            Some(bytes) => summary.figure("Sent", short_bytes(bytes), self.bytes_per_request(bytes)),
            None => summary,
        };
        let Some(quantiles) = self.latency_ms else { return summary };
        let names = [
            ("Latency p50", "half of them take longer"),
            ("Latency p95", "1 in 20 takes longer"),
            ("Latency p99", "1 in 100 takes longer"),
        ];
        names
            .into_iter()
            .zip(quantiles)
            .fold(summary, |summary, ((name, note), ms)| summary.figure(name, milliseconds(ms), note))
    }

    fn rate(&self) -> String {
        match self.span {
            Some((first, last)) if last > first => {
                let rate = self.requests as f64 / (last - first) as f64;
                let per = [(1.0, "second"), (60.0, "minute"), (3600.0, "hour"), (86_400.0, "day")];
                let (factor, unit) =
                    per.into_iter().find(|(factor, _)| rate * factor >= 1.0).unwrap_or((86_400.0, "day"));
                format!("{} per {unit}", three_digits(rate * factor))
            }
            _ => String::new(),
        }
    }

    fn bytes_per_request(&self, bytes: u128) -> String {
        match self.requests {
            0 => String::new(),
            requests => format!("{} per request", short_bytes(bytes / u128::from(requests))),
        }
    }
}

/// Figure of a bucket that a chart shows.
type BucketFigure = fn(&BucketCounts) -> u64;

/// Returns charts of requests and of errors over time; none without dates.
pub(crate) fn charts_over_time(size: BucketSize, buckets: &[(i64, BucketCounts)]) -> Vec<SummaryChart> {
    let (Some((first, _)), Some((last, _))) = (buckets.first(), buckets.last()) else { return Vec::new() };
    // Buckets without requests are columns too.
    let count = (last - first) / size.seconds + 1;
    let step = (count - 1) / MAX_COLUMNS + 1;
    let seconds = size.seconds * step;
    let columns = usize::try_from((count - 1) / step + 1).unwrap_or(0);
    let mut sums = vec![BucketCounts::default(); columns];
    for (start, counts) in buckets {
        if let Some(sum) = usize::try_from((start - first) / seconds).ok().and_then(|at| sums.get_mut(at)) {
            sum.merge(counts);
        }
    }
    let labels: Vec<String> =
        (0..columns as i64).map(|at| column_label(first + at * seconds, seconds)).collect();
    let by = BucketSize { seconds }.describe();
    let chart = |title: &str, unit: &str, series: &[(&str, BucketFigure)]| SummaryChart {
        title: format!("{title} over time, by {by} (UTC)"),
        unit: unit.to_owned(),
        labels: labels.clone(),
        series: series
            .iter()
            .map(|(name, of)| SummarySeries {
                name: (*name).to_owned(),
                values: sums.iter().map(of).collect(),
            })
            .collect(),
    };
    vec![
        chart("Requests", "requests", &[("requests", |sum| sum.requests)]),
        chart("Errors", "responses", &[("5xx", |sum| sum.server_errors), ("4xx", |sum| sum.client_errors)]),
    ]
}

/// Returns the chart of how many requests took how long, in steps of 1, 2 and 5; none without latencies.
pub(crate) fn latency_chart(latencies: &MergedLatencies) -> Option<SummaryChart> {
    let mut bounds = vec![LEAST_BOUND_NS];
    while let Some(bound) = bounds.last().and_then(|last| next_bound(*last)) {
        bounds.push(bound);
    }
    // The last bar has no upper bound.
    let mut counts = vec![0; bounds.len() + 1];
    latencies.each(|latency, count| counts[bounds.partition_point(|bound| *bound <= latency)] += count);
    let first = counts.iter().position(|count| *count > 0)?;
    let last = counts.iter().rposition(|count| *count > 0)?;
    let name = |bound: u64| milliseconds(bound as f64 / 1e6);
    let label = |at: usize| match (at.checked_sub(1).map(|at| bounds[at]), bounds.get(at)) {
        (Some(lower), Some(upper)) => format!("{} to {}", name(lower), name(*upper)),
        (None, Some(upper)) => format!("below {}", name(*upper)),
        (lower, None) => format!("from {}", name(lower.unwrap_or_default())),
    };
    Some(SummaryChart {
        title: "Requests by latency".to_owned(),
        unit: "requests".to_owned(),
        labels: (first..=last).map(label).collect(),
        series: vec![SummarySeries { name: "requests".to_owned(), values: counts[first..=last].to_vec() }],
    })
}

/// Returns the next bound of latencies after this one, up to 100 seconds.
fn next_bound(bound: u64) -> Option<u64> {
    let power = 10_u64.pow(bound.ilog10());
    let next = LATENCY_STEPS.into_iter().map(|step| step * power).find(|next| *next > bound);
    Some(next.unwrap_or(10 * power)).filter(|next| *next <= 100_000_000_000)
}

/// Returns the label of a column that begins at this second.
fn column_label(second: i64, size: i64) -> String {
    let Ok(time) = Timestamp::from_second(second) else { return String::new() };
    let format = match size {
        86_400.. => "%Y-%m-%d",
        60.. => "%m-%d %H:%M",
        _ => "%H:%M:%S",
    };
    time.strftime(format).to_string()
}

/// Describes a second since 1970, to the minute.
fn describe_start(second: i64) -> Option<String> {
    Some(Timestamp::from_second(second).ok()?.strftime("from %F %H:%M UTC").to_string())
}

/// Formats a number with three significant digits.
fn three_digits(number: f64) -> String {
    let digits = match number {
        number if number >= 99.95 => 0,
        number if number >= 9.995 => 1,
        _ => 2,
    };
    format!("{number:.digits$}")
}

/// Formats a count: whole up to 9,999, then in thousands and more.
fn short_count(count: u64) -> String {
    if count < 10_000 {
        return match count {
            1000.. => format!("{},{:03}", count / 1000, count % 1000),
            _ => count.to_string(),
        };
    }
    scaled(count as f64, 1000.0, &["k", "M", "G", "T", "P", "E"], "")
}

/// Formats a number of bytes in units of 1024.
fn short_bytes(bytes: u128) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        _ => scaled(bytes as f64, 1024.0, &["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"], " "),
    }
}

/// Formats a number of at least `base` in the largest unit that leaves a whole part.
fn scaled(number: f64, base: f64, units: &[&str], gap: &str) -> String {
    let mut value = number;
    for (at, unit) in units.iter().enumerate() {
        value /= base;
        // What would be rounded up to the next unit belongs there.
        if value < base - 0.5 || at + 1 == units.len() {
            return format!("{}{gap}{unit}", three_digits(value));
        }
    }
    three_digits(number)
}

/// Formats milliseconds in the unit that suits them.
fn milliseconds(ms: f64) -> String {
    let (value, unit) = match ms {
        ms if ms < 0.9995 => (ms * 1000.0, "µs"),
        ms if ms < 999.5 => (ms, "ms"),
        ms => (ms / 1000.0, "s"),
    };
    let text = three_digits(value);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {unit}")
}

/// Formats seconds in two units at most.
fn duration(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} days", three_digits(seconds as f64 / 86_400.0)),
    }
}

/// Formats a share in percent. A share above 0 is never shown as 0.
fn share(part: u64, whole: u64) -> String {
    let percent = part as f64 * 100.0 / whole.max(1) as f64;
    match percent {
        percent if part > 0 && percent < 0.01 => "< 0.01 %".to_owned(),
        // What rounds to 1 is shown like 1.
        percent if part > 0 && percent < 0.995 => format!("{percent:.2} %"),
        percent => format!("{percent:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_a_unit() {
        assert_eq!(
            [7, 1234, 9999, 12_345, 999_600, 1_234_567].map(short_count),
            ["7", "1,234", "9,999", "12.3k", "1.00M", "1.23M"]
        );
        assert_eq!(
            [1023, 1024, 1_572_864, 1 << 40].map(short_bytes),
            ["1023 B", "1.00 KiB", "1.50 MiB", "1.00 TiB"]
        );
        assert_eq!(
            [0.001, 0.35, 2.0, 45.67, 1500.0].map(milliseconds),
            ["1 µs", "350 µs", "2 ms", "45.7 ms", "1.5 s"]
        );
        assert_eq!(
            [59, 61, 3600, 90_000, 864_000].map(duration),
            ["59 s", "1 min 01 s", "1 h 00 min", "25 h 00 min", "10.0 days"]
        );
        assert_eq!(
            [(0, 10), (1, 100_000), (1, 200), (5, 10)].map(|(part, all)| share(part, all)),
            ["0.0 %", "< 0.01 %", "0.50 %", "50.0 %"]
        );
    }

    #[test]
    fn charts_have_columns_for_empty_buckets_and_not_too_many() {
        let counts = |requests| BucketCounts { requests, server_errors: 1, ..BucketCounts::default() };
        let size = BucketSize::parse("5m").unwrap();
        let buckets = [(0, counts(3)), (600, counts(4)), (299 * 300, counts(5))];
        let [requests, errors] = &charts_over_time(size, &buckets)[..] else { panic!("two charts") };
        assert_eq!(
            (requests.title.as_str(), requests.labels.len()),
            ("Requests over time, by 15m (UTC)", 100)
        );
        assert_eq!(requests.series[0].values[..2], [7, 0]);
        assert_eq!(requests.series[0].values.iter().sum::<u64>(), 12);
        assert_eq!(errors.series.iter().map(|series| series.values[99]).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(requests.labels[1], "01-01 00:15");
        assert!(charts_over_time(size, &[]).is_empty());
    }
}
