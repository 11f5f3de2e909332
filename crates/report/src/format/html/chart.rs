//! The geometry of the charts. They are SVG with presentation attributes only, since the page's
//! policy lets no style attribute through; words stand beside them, not in them, so that they
//! keep their size when a chart does not.

use std::collections::BTreeMap;

use crate::report::{RunTimeline, SampleFunnel};

/// Bars that are shown at once; the others can be unfolded.
const SHOWN: usize = 12;

/// Side of the square that lines are drawn in, in its own units.
const SIDE: f64 = 1000.0;

/// Different looks of lines; more of them repeat.
const LOOKS: usize = 8;

/// Severity classes in their order, worst first.
const SEVERITIES: [&str; 6] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "NONE", "unknown"];

/// Counts as bars.
pub(super) struct BarList {
    /// What they show.
    pub(super) title: String,
    /// The filter of the samples that a bar sets, if it does.
    pub(super) filter: Option<&'static str>,
    /// The first ones.
    pub(super) shown: Vec<BarRow>,
    /// The others.
    pub(super) more: Vec<BarRow>,
}

/// A bar.
pub(super) struct BarRow {
    pub(super) name: String,
    pub(super) count: u64,
    /// Its length, in percent of the longest.
    pub(super) percent: f64,
}

impl BarList {
    /// Bars of counts, the longest first.
    pub(super) fn ranked(title: &str, filter: Option<&'static str>, counts: &BTreeMap<String, u64>) -> Self {
        let mut counts: Vec<_> = counts.iter().map(|(name, count)| (name.clone(), *count)).collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self::new(title, filter, counts)
    }

    /// Bars of severity classes, the worst first.
    pub(super) fn severities(counts: &BTreeMap<String, u64>) -> Self {
        let mut counts: Vec<_> = counts.iter().map(|(name, count)| (name.clone(), *count)).collect();
        counts.sort_by_key(|(name, _)| SEVERITIES.iter().position(|severity| severity == name));
        Self::new("Severities", Some("severity"), counts)
    }

    /// The steps of a funnel, in their order.
    pub(super) fn funnel(funnel: &SampleFunnel) -> Self {
        let steps = funnel.steps.iter().map(|step| (step.name.clone(), step.count)).collect();
        Self::new(&funnel.title, None, steps)
    }

    fn new(title: &str, filter: Option<&'static str>, counts: Vec<(String, u64)>) -> Self {
        let longest = counts.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
        let mut shown: Vec<BarRow> = counts
            .into_iter()
            .map(|(name, count)| BarRow {
                name,
                count,
                percent: hundredth(count as f64 * 100.0 / longest as f64),
            })
            .collect();
        // Not for a few: unfolding them would take as much room.
        let more = if shown.len() > SHOWN + 3 { shown.split_off(SHOWN) } else { Vec::new() };
        Self { title: title.to_owned(), filter, shown, more }
    }
}

/// A timeline as lines.
pub(super) struct TimelineChart {
    /// The lines.
    pub(super) lines: Vec<ChartLine>,
    /// What the upper edge stands for.
    pub(super) top: u64,
    /// Half of it.
    pub(super) half: u64,
    /// Number of the last instant.
    pub(super) last: usize,
    /// Seconds at the right edge.
    pub(super) end: f64,
}

/// A line, drawn as if its own highest value were at the upper edge; the page's script moves that
/// when others are hidden.
pub(super) struct ChartLine {
    pub(super) collector: String,
    pub(super) unit: String,
    /// Which look it has.
    pub(super) look: usize,
    /// Corners, as an SVG polyline has them; `y` grows upwards.
    pub(super) points: String,
    /// Its highest value.
    pub(super) max: u64,
    /// Its value at the end.
    pub(super) end: u64,
    /// How far it is to be stretched upwards.
    pub(super) stretch: f64,
}

impl TimelineChart {
    /// The lines of a timeline; none if nothing grew.
    pub(super) fn of(timeline: &RunTimeline) -> Option<Self> {
        let last = timeline.seconds.len().checked_sub(1)?;
        let highest = timeline.series.iter().flat_map(|series| &series.values).copied().max()?;
        let end = timeline.seconds.get(last).copied().filter(|_| highest > 0)?;
        let top = top(highest);
        let lines = timeline.series.iter().enumerate().map(|(n, series)| {
            let max = series.values.iter().copied().max().unwrap_or_default();
            let point = |(instant, value): (usize, &u64)| {
                let x = hundredth(instant as f64 * SIDE / last.max(1) as f64);
                let y = hundredth(*value as f64 * SIDE / max.max(1) as f64);
                format!("{x},{y}")
            };
            ChartLine {
                collector: series.collector.clone(),
                unit: series.unit.to_string(),
                look: n % LOOKS,
                points: series.values.iter().enumerate().map(point).collect::<Vec<_>>().join(" "),
                max,
                end: series.values.last().copied().unwrap_or_default(),
                stretch: max as f64 / top as f64,
            }
        });
        Some(Self { lines: lines.collect(), top, half: top / 2, last, end })
    }
}

/// A round number that is not below this one and has a round half: 2, 4, 6, 8 or 10 times a power
/// of ten. `page.js` does the same.
fn top(highest: u64) -> u64 {
    let step = 10_u64.pow(highest.checked_ilog10().unwrap_or_default()).saturating_mul(2);
    highest.div_ceil(step).saturating_mul(step)
}

fn hundredth(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_round_and_not_below() {
        assert_eq!(top(u64::MAX), u64::MAX);
        let highest = [1, 2, 3, 9, 10, 66, 5000, 10_240];
        assert_eq!(highest.map(top), [2, 2, 4, 10, 20, 80, 6000, 20_000]);
    }
}
