//! Geometry of the charts. Charts are SVG with presentation attributes only, since the content security
//! policy of the page forbids style attributes. Labels are beside the SVG, so that they keep their size
//! when a chart is stretched.

use std::collections::BTreeMap;

use crate::report::{RunTimeline, SampleFunnel};

/// Bars that are shown at once; the others can be unfolded.
const BARS_SHOWN: usize = 12;

/// Side of the square in which lines are drawn, in units of its view box.
const PLOT_SIDE: f64 = 1000.0;

/// Number of distinct line styles; more lines reuse them.
const LINE_LOOKS: usize = 8;

/// Severity classes, most severe first.
const SEVERITY_ORDER: [&str; 6] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "NONE", "unknown"];

/// Counts drawn as bars.
pub(super) struct BarList {
    /// Title.
    pub(super) title: String,
    /// Filter of the samples that a click on a bar sets, if any.
    pub(super) filter: Option<&'static str>,
    /// Bars shown at once.
    pub(super) shown: Vec<BarRow>,
    /// Bars that can be unfolded.
    pub(super) more: Vec<BarRow>,
}

/// A bar of a list.
pub(super) struct BarRow {
    pub(super) name: String,
    pub(super) count: u64,
    /// Length in percent of the longest bar.
    pub(super) percent: f64,
}

impl BarList {
    /// Returns bars of counts, the longest first.
    pub(super) fn ranked(title: &str, filter: Option<&'static str>, counts: &BTreeMap<String, u64>) -> Self {
        let mut counts: Vec<_> = counts.iter().map(|(name, count)| (name.clone(), *count)).collect();
        // Stable, so equal counts stay in the order of their names and the page is the same each
        // time.
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self::new(title, filter, counts)
    }

    /// Returns bars of severity classes, the most severe first.
    pub(super) fn severities(counts: &BTreeMap<String, u64>) -> Self {
        let mut counts: Vec<_> = counts.iter().map(|(name, count)| (name.clone(), *count)).collect();
        // An unknown class has the position `None` and comes first, so that it is not overlooked.
        counts.sort_by_key(|(name, _)| SEVERITY_ORDER.iter().position(|severity| severity == name));
        Self::new("Severities", Some("severity"), counts)
    }

    /// Returns bars of the steps of a funnel, in their order.
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
        // Up to three more bars are shown too: the control that unfolds them would take as much room.
        let more = if shown.len() > BARS_SHOWN + 3 { shown.split_off(BARS_SHOWN) } else { Vec::new() };
        Self { title: title.to_owned(), filter, shown, more }
    }
}

/// A timeline drawn as lines.
pub(super) struct TimelineChart {
    /// Lines.
    pub(super) lines: Vec<ChartLine>,
    /// Value at the upper edge.
    pub(super) top: u64,
    /// Value at half the height.
    pub(super) half: u64,
    /// Index of the last moment.
    pub(super) last: usize,
    /// Seconds at the right edge.
    pub(super) end: f64,
}

/// A line, drawn as if its own highest value were at the upper edge. The script of the page stretches
/// it when other lines are hidden.
pub(super) struct ChartLine {
    pub(super) collector: String,
    pub(super) unit: String,
    /// Number of the line style.
    pub(super) look: usize,
    /// Points of an SVG polyline; `y` grows upwards.
    pub(super) points: String,
    /// Highest value.
    pub(super) max: u64,
    /// Value at the end.
    pub(super) end: u64,
    /// Vertical scale factor.
    pub(super) stretch: f64,
}

impl TimelineChart {
    /// Returns the lines of a timeline; `None` if nothing grew.
    pub(super) fn of(timeline: &RunTimeline) -> Option<Self> {
        let last = timeline.seconds.len().checked_sub(1)?;
        let highest = timeline.series.iter().flat_map(|series| &series.values).copied().max()?;
        let end = timeline.seconds.get(last).copied().filter(|_| highest > 0)?;
        let top = top(highest);
        let lines = timeline.series.iter().enumerate().map(|(n, series)| {
            let max = series.values.iter().copied().max().unwrap_or_default();
            let point = |(instant, value): (usize, &u64)| {
                let x = hundredth(instant as f64 * PLOT_SIDE / last.max(1) as f64);
                let y = hundredth(*value as f64 * PLOT_SIDE / max.max(1) as f64);
                format!("{x},{y}")
            };
            ChartLine {
                collector: series.collector.clone(),
                unit: series.unit.to_string(),
                look: n % LINE_LOOKS,
                points: series.values.iter().enumerate().map(point).collect::<Vec<_>>().join(" "),
                max,
                end: series.values.last().copied().unwrap_or_default(),
                stretch: max as f64 / top as f64,
            }
        });
        Some(Self { lines: lines.collect(), top, half: top / 2, last, end })
    }
}

/// Rounds up to 2, 4, 6, 8 or 10 times a power of ten, so that half of it is a round number too. `page.js` does the
/// same.
pub(super) fn top(highest: u64) -> u64 {
    // Saturating: a count near the end of u64 still has a scale, if not a round one.
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
