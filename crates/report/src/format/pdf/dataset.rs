//! How the samples grew, what is in the dataset, and what became of candidates on their way there.

use std::collections::BTreeMap;

use super::bar_chart::{BarChart, set_funnel};
use super::layout::PageLayout;
use super::line_chart::LineChart;
use super::style::NOTE;
use super::table::ColumnAlign::{Left, Right};
use super::table::PdfTable;
use super::title::collects;
use crate::digits::group_digits;
use crate::report::Report;
use crate::report::{DatasetReport, TimelineSeries};

/// Most bars of a chart that has the width of the page; the others are one bar together.
const MOST: usize = 15;
/// The same of one that has half of it.
const MOST_BESIDE: usize = 10;
/// Most charts and funnels of the same kind.
const CHARTS: usize = 6;

pub(super) fn set(layout: &mut PageLayout<'_>, report: &Report) {
    growth(layout, report);
    if let Some(dataset) = report.dataset.as_ref().filter(|dataset| dataset.stats.samples > 0) {
        contents(layout, dataset);
    }
    funnels(layout, report);
    if let Some(chart) = BarChart::of("Candidates by reason", &report.rejected, report.summary.rejected, MOST)
    {
        layout.section("What was turned away");
        chart.set(layout);
    }
    sources(layout, report);
}

/// One chart for each unit.
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
    for (unit, series) in units.into_iter().take(CHARTS) {
        let series = series.into_iter().map(|series| (series.collector.as_str(), series.values.as_slice()));
        LineChart { unit, instants: &report.timeline.seconds, series: series.collect() }.set(layout);
    }
}

fn contents(layout: &mut PageLayout<'_>, dataset: &DatasetReport) {
    let stats = &dataset.stats;
    let whole = stats.samples;
    layout.section("What is in the dataset");
    if let Some(chart) = BarChart::of("Types of vulnerability", &stats.by_vulnerability_type, whole, MOST) {
        chart.set(layout);
    }
    let charts = [
        BarChart::of("Languages", &stats.by_language, whole, MOST_BESIDE),
        BarChart::of("Severities", &stats.by_severity, whole, MOST_BESIDE),
        BarChart::of("Kinds", &stats.by_kind, whole, MOST_BESIDE),
        BarChart::of("Levels", &stats.by_level, whole, MOST_BESIDE),
        BarChart::of("Collectors", &stats.by_collector, whole, MOST_BESIDE),
        BarChart::of("Quality flags (a sample may have several)", &stats.by_flag, whole, MOST_BESIDE),
    ];
    BarChart::set_pairs(charts.into_iter().flatten().collect(), layout);
}

fn funnels(layout: &mut PageLayout<'_>, report: &Report) {
    let funnels: Vec<_> = report.funnels.iter().filter(|funnel| !funnel.steps.is_empty()).collect();
    if funnels.is_empty() {
        return;
    }
    layout.section("From candidates to the dataset");
    for funnel in funnels.into_iter().take(CHARTS) {
        let steps: Vec<(&str, u64)> =
            funnel.steps.iter().map(|step| (step.name.as_str(), step.count)).collect();
        set_funnel(layout, &funnel.title, &steps);
    }
    layout.paragraph(
        "Each step counts what its name says, which is not always the same thing: a commit may fix several \
         functions.",
        &NOTE,
    );
}

/// What became of the samples of each source.
fn sources(layout: &mut PageLayout<'_>, report: &Report) {
    let Some(dataset) = report.dataset.as_ref().filter(|dataset| !dataset.sources.is_empty()) else { return };
    layout.subsection("Samples on their way to the dataset");
    let mut table = PdfTable::new(&[
        ("Collector", Left),
        ("Emitted", Right),
        ("In the dataset", Right),
        ("Left out", Left),
    ]);
    for source in dataset.sources.iter().take(200) {
        let reasons: Vec<String> = source
            .rejected
            .iter()
            .map(|(reason, count)| format!("{} {}", group_digits(*count), reason.replace('_', " ")))
            .collect();
        let reasons = if reasons.is_empty() { super::numbers::none() } else { reasons.join(", ") };
        table.row(vec![
            source.collector.as_str().into(),
            group_digits(source.read).into(),
            group_digits(source.kept).into(),
            reasons.into(),
        ]);
    }
    table.set(layout);
}
