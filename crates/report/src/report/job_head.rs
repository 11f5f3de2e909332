//! What a job puts at the top of its report: figures and charts.

use serde::Serialize;
use streamguard_engine::{SummaryChart, SummaryFigure, SummarySeries};

use crate::bounded_text::bounded;

/// Most figures at the top, and most charts, that a job may have.
const MAX_PARTS: usize = 24;

/// Most columns of a chart.
const MAX_COLUMNS: usize = 200;

/// Most series of a chart.
const MAX_SERIES: usize = 8;

/// A figure at the top, with rounded numbers and their units.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HeadFigure {
    /// Name of the figure.
    pub name: String,
    /// Value in few characters.
    pub value: String,
    /// What else is to be said of it; may be empty.
    pub note: String,
}

/// A chart of columns side by side, whose series stand on each other.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ColumnChart {
    /// Title.
    pub title: String,
    /// Unit of the values, in the plural.
    pub unit: String,
    /// Name of each column.
    pub labels: Vec<String>,
    /// The series, from the lowest on. Each has a value for each column.
    pub series: Vec<ColumnSeries>,
}

/// A series of a chart.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ColumnSeries {
    /// Name.
    pub name: String,
    /// Value for each column.
    pub values: Vec<u64>,
}

/// Returns the figures of a job.
pub(super) fn head_figures(figures: &[SummaryFigure]) -> Vec<HeadFigure> {
    let figure = |figure: &SummaryFigure| HeadFigure {
        name: bounded(&figure.name),
        value: bounded(&figure.value),
        note: bounded(&figure.note),
    };
    figures.iter().take(MAX_PARTS).map(figure).collect()
}

/// Returns the charts of a job that have columns.
pub(super) fn column_charts(charts: &[SummaryChart]) -> Vec<ColumnChart> {
    charts.iter().filter(|chart| !chart.labels.is_empty()).take(MAX_PARTS).map(ColumnChart::of).collect()
}

impl ColumnChart {
    fn of(chart: &SummaryChart) -> Self {
        let columns = chart.labels.len().min(MAX_COLUMNS);
        // A job may be an external program, whose series need not have as many values as there are columns.
        let values = |series: &SummarySeries| {
            let values = series.values.iter().copied().chain(std::iter::repeat(0));
            values.take(columns).collect()
        };
        let series = chart.series.iter().take(MAX_SERIES);
        Self {
            title: bounded(&chart.title),
            unit: bounded(&chart.unit),
            labels: chart.labels.iter().take(columns).map(|label| bounded(label)).collect(),
            series: series
                .map(|series| ColumnSeries { name: bounded(&series.name), values: values(series) })
                .collect(),
        }
    }

    /// Returns the sum of the series in each column.
    pub(crate) fn heights(&self) -> Vec<u64> {
        let sum = |column: usize| {
            self.series.iter().fold(0_u64, |sum, series| sum.saturating_add(series.values[column]))
        };
        (0..self.labels.len()).map(sum).collect()
    }

    /// Returns the columns that get a label below them: at most `most`, evenly spread.
    pub(crate) fn labelled(&self, most: usize) -> impl Iterator<Item = usize> {
        (0..self.labels.len()).step_by(self.labels.len().div_ceil(most.max(1)).max(1))
    }

    /// Returns the text that stands for the chart.
    pub(crate) fn in_words(&self) -> String {
        let total = |series: &ColumnSeries| {
            let sum = series.values.iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
            format!("{} {}", series.name, crate::digits::group_digits(sum))
        };
        let totals: Vec<String> = self.series.iter().map(total).collect();
        let (first, last) = (self.labels.first(), self.labels.last());
        let span =
            first.zip(last).map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default();
        format!("Column chart, {}{span}; in all: {}.", self.title, totals.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_value_and_some_have_labels() {
        let series =
            |name: &str, values: &[u64]| SummarySeries { name: name.to_owned(), values: values.to_vec() };
        let chart = SummaryChart {
            title: "t".to_owned(),
            unit: "requests".to_owned(),
            labels: (0..300).map(|n| n.to_string()).collect(),
            series: vec![series("a", &[5, u64::MAX]), series("b", &[7; 400])],
        };
        let none = SummaryChart::default();
        let [chart] = &column_charts(&[chart, none])[..] else { panic!("one chart has columns") };
        assert_eq!(chart.heights()[..3], [12, u64::MAX, 7]);
        assert_eq!((chart.labels.len(), chart.heights().len()), (200, 200));
        assert_eq!(chart.labelled(6).collect::<Vec<_>>(), [0, 34, 68, 102, 136, 170]);
    }
}
