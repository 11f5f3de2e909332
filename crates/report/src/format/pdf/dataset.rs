//! Growth of the samples, contents of the dataset, and what each step towards it leaves out.

use std::collections::BTreeMap;

use super::bar_chart::{BarChart, lay_out_funnel};
use super::layout::PageLayout;
use super::line_chart::LineChart;
use super::style::NOTE_TEXT;
use super::table::ColumnAlign::{Left, Right};
use super::table::PdfTable;
use super::title::collects;
use crate::digits::group_digits;
use crate::report::Report;
use crate::report::{DatasetReport, TimelineSeries};

/// Largest number of bars of a chart over the whole width of the page; the others are added up.
const MAX_BARS: usize = 15;
/// Largest number of bars of a chart of half the width.
const MAX_BARS_HALF_WIDTH: usize = 10;
/// Largest number of charts and funnels of the same kind.
const MAX_CHARTS: usize = 6;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    growth(layout, report);
    if let Some(dataset) = report.dataset.as_ref().filter(|dataset| dataset.stats.samples > 0) {
        contents(layout, dataset);
    }
    funnels(layout, report);
    if let Some(chart) = BarChart::of("By reason", &report.rejected, report.summary.rejected, MAX_BARS) {
        layout.section("Rejected candidates");
        chart.lay_out(layout);
    }
    collectors(layout, report);
}

/// Lays out one chart per unit.
fn growth(layout: &mut PageLayout<'_>, report: &Report) {
    let mut units: BTreeMap<&str, Vec<&TimelineSeries>> = BTreeMap::new();
    let grown =
        report.timeline.series.iter().filter(|series| series.values.last().is_some_and(|last| *last > 0));
    for series in grown {
        units.entry(series.unit.name()).or_default().push(series);
    }
    if units.is_empty() || report.timeline.seconds.len() < 2 {
        return;
    }
    layout.section(if collects(report) { "Samples over time" } else { "Progress over time" });
    for (unit, series) in units.into_iter().take(MAX_CHARTS) {
        let series = series.into_iter().map(|series| (series.collector.as_str(), series.values.as_slice()));
        LineChart { unit, instants: &report.timeline.seconds, series: series.collect() }.lay_out(layout);
    }
}

fn contents(layout: &mut PageLayout<'_>, dataset: &DatasetReport) {
    let stats = &dataset.stats;
    let whole = stats.samples;
    layout.section("Contents of the dataset");
    if let Some(chart) = BarChart::of("Vulnerability types", &stats.by_vulnerability_type, whole, MAX_BARS) {
        chart.lay_out(layout);
    }
    let charts = [
        BarChart::of("Languages", &stats.by_language, whole, MAX_BARS_HALF_WIDTH),
        BarChart::of("Severities", &stats.by_severity, whole, MAX_BARS_HALF_WIDTH),
        BarChart::of("Kinds", &stats.by_kind, whole, MAX_BARS_HALF_WIDTH),
        BarChart::of("Levels", &stats.by_level, whole, MAX_BARS_HALF_WIDTH),
        BarChart::of("Collectors", &stats.by_collector, whole, MAX_BARS_HALF_WIDTH),
        BarChart::of("Quality flags (a sample may have several)", &stats.by_flag, whole, MAX_BARS_HALF_WIDTH),
    ];
    BarChart::lay_out_pairs(charts.into_iter().flatten().collect(), layout);
}

fn funnels(layout: &mut PageLayout<'_>, report: &Report) {
    let funnels: Vec<_> = report.funnels.iter().filter(|funnel| !funnel.steps.is_empty()).collect();
    if funnels.is_empty() {
        return;
    }
    layout.section("From candidates to the dataset");
    for funnel in funnels.into_iter().take(MAX_CHARTS) {
        let steps: Vec<(&str, u64)> =
            funnel.steps.iter().map(|step| (step.name.as_str(), step.count)).collect();
        lay_out_funnel(layout, &funnel.title, &steps);
    }
    layout.paragraph(
        "Steps may count different things, which their names say: a commit may fix several functions.",
        &NOTE_TEXT,
    );
}

/// Lays out the table of each collector's samples.
fn collectors(layout: &mut PageLayout<'_>, report: &Report) {
    let Some(dataset) = report.dataset.as_ref().filter(|dataset| !dataset.collectors.is_empty()) else {
        return;
    };
    layout.subsection("Samples on their way to the dataset");
    let mut table = PdfTable::new(&[
        ("Collector", Left),
        ("Emitted", Right),
        ("In the dataset", Right),
        ("Left out", Left),
    ]);
    for counts in dataset.collectors.iter().take(200) {
        let reasons: Vec<String> = counts
            .rejected
            .iter()
            .map(|(reason, count)| format!("{} {}", group_digits(*count), reason.replace('_', " ")))
            .collect();
        let reasons = if reasons.is_empty() { super::numbers::none() } else { reasons.join(", ") };
        table.row(vec![
            counts.collector.as_str().into(),
            group_digits(counts.read).into(),
            group_digits(counts.kept).into(),
            reasons.into(),
        ]);
    }
    table.lay_out(layout);
}
