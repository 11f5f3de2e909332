//! The figures of the other formats, as numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::{DatasetReport, Report, SampleFunnel};
use crate::tables::TableCell;

/// Way in which the other formats draw a figure.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum FigureKind {
    /// A line for each series, over time.
    Lines,
    /// A bar for each category.
    Bars,
}

/// A figure: series of numbers over the same positions.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ReportFigure<'a> {
    /// Name, unique in the report except for funnels, of which there is one per way to the dataset.
    name: &'static str,
    /// Title.
    title: &'a str,
    /// How to draw it.
    kind: FigureKind,
    /// Meaning of the positions: `seconds` since the start of the run, or `category`.
    positions_are: &'static str,
    /// The positions: numbers, or names of categories in the order of the bars.
    positions: Vec<TableCell<'a>>,
    /// The series.
    series: Vec<FigureSeries<'a>>,
}

/// A series of a figure.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FigureSeries<'a> {
    /// Name of the series.
    name: &'a str,
    /// Unit of the values, in the plural.
    unit: &'a str,
    /// Values, one for each position.
    values: Vec<u64>,
}

impl<'a> ReportFigure<'a> {
    /// Returns a figure of counts by name, the largest first.
    fn ranked(name: &'static str, title: &'a str, unit: &'a str, counts: &'a BTreeMap<String, u64>) -> Self {
        let mut counts: Vec<(&str, u64)> = counts.iter().map(|(name, count)| (&**name, *count)).collect();
        counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        Self::bars(name, title, unit, &counts)
    }

    fn bars(name: &'static str, title: &'a str, unit: &'a str, counts: &[(&'a str, u64)]) -> Self {
        Self {
            name,
            title,
            kind: FigureKind::Bars,
            positions_are: "category",
            positions: counts.iter().map(|(category, _)| TableCell::from(*category)).collect(),
            series: vec![FigureSeries {
                name: unit,
                unit,
                values: counts.iter().map(|(_, count)| *count).collect(),
            }],
        }
    }

    fn funnel(funnel: &'a SampleFunnel) -> Self {
        let steps: Vec<_> = funnel.steps.iter().map(|step| (step.name.as_str(), step.count)).collect();
        Self::bars("funnel", &funnel.title, "candidates", &steps)
    }

    fn growth(report: &'a Report) -> Self {
        let series = report.timeline.series.iter().map(|series| FigureSeries {
            name: &series.collector,
            unit: series.unit.name(),
            values: series.values.clone(),
        });
        Self {
            name: "growth",
            title: "Growth over time",
            kind: FigureKind::Lines,
            positions_are: "seconds",
            positions: report.timeline.seconds.iter().map(|seconds| TableCell::from(*seconds)).collect(),
            series: series.collect(),
        }
    }
}

/// Returns all figures; those of the dataset only if there is one.
pub(super) fn figures(report: &Report) -> Vec<ReportFigure<'_>> {
    let mut figures = vec![ReportFigure::growth(report)];
    figures.extend(report.dataset.iter().flat_map(contents));
    figures.extend(report.funnels.iter().map(ReportFigure::funnel));
    figures.push(ReportFigure::ranked("rejections", "Rejected candidates", "candidates", &report.rejected));
    figures
}

fn contents(dataset: &DatasetReport) -> [ReportFigure<'_>; 7] {
    let stats = &dataset.stats;
    let of = |name, title, counts| ReportFigure::ranked(name, title, "samples", counts);
    [
        of("types", "Vulnerability types", &stats.by_vulnerability_type),
        of("languages", "Languages", &stats.by_language),
        of("severities", "Severities", &stats.by_severity),
        of("collectors", "Collectors", &stats.by_collector),
        of("kinds", "Kinds", &stats.by_kind),
        of("levels", "Levels", &stats.by_level),
        of("flags", "Quality flags", &stats.by_flag),
    ]
}
