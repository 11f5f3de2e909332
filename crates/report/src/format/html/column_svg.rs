//! Geometry of charts of columns. Their labels are in the SVG, so that each is below its column.

use crate::digits::group_digits;
use crate::report::ColumnChart;

/// Width and height of a chart, in units of its view box, which are pixels on a wide page.
const CHART_SIZE: (f64, f64) = (900.0, 230.0);

/// Upper and lower edge of the plot, and its right edge.
const PLOT: (f64, f64, f64) = (12.0, 200.0, 892.0);

/// Width of a digit of the labels.
const DIGIT_WIDTH: f64 = 7.0;

/// Least space left of the plot, for half of the label below the first column.
const MIN_LEFT: f64 = 42.0;

/// Most columns with a label below them.
const MAX_LABELS: usize = 8;

/// Share of a column's room that is left empty.
const GAP_SHARE: f64 = 0.18;

/// Number of distinct colours; more series reuse them.
const COLUMN_LOOKS: usize = 4;

/// A chart with all lengths.
pub(super) struct ColumnSvg {
    pub(super) title: String,
    /// Text that stands for the chart.
    pub(super) words: String,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) plot_height: f64,
    /// Number of the colour and name of each series.
    pub(super) legend: Vec<(usize, String)>,
    pub(super) ticks: Vec<SvgTick>,
    pub(super) columns: Vec<SvgColumn>,
    pub(super) labels: Vec<SvgLabel>,
}

/// A value beside the plot.
pub(super) struct SvgTick {
    pub(super) y: f64,
    pub(super) text: String,
}

/// A text below the plot.
pub(super) struct SvgLabel {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) text: String,
}

/// A column.
pub(super) struct SvgColumn {
    pub(super) x: f64,
    pub(super) width: f64,
    /// Name and values.
    pub(super) words: String,
    pub(super) blocks: Vec<SvgBlock>,
}

/// The part of a column that belongs to a series.
pub(super) struct SvgBlock {
    pub(super) look: usize,
    pub(super) y: f64,
    pub(super) height: f64,
}

impl ColumnSvg {
    /// Returns the chart.
    pub(super) fn of(chart: &ColumnChart) -> Self {
        let heights = chart.heights();
        let most = super::chart::top(heights.iter().copied().max().unwrap_or_default().max(1));
        let (top, bottom, right) = PLOT;
        let texts = [most, most / 2, 0].map(group_digits);
        let left = 8.0 + texts.iter().map(String::len).max().unwrap_or(0) as f64 * DIGIT_WIDTH;
        let left = left.max(MIN_LEFT);
        let place = |value: u64| hundredth(bottom - (bottom - top) * (value as f64 / most as f64).min(1.0));
        let ticks = [most, most / 2, 0].into_iter().zip(texts);
        let room = (right - left) / chart.labels.len() as f64;
        let x_of = |column: usize| hundredth(left + room * (column as f64 + GAP_SHARE / 2.0));
        let column = |(column, label): (usize, &String)| {
            let mut below = 0_u64;
            let mut blocks = Vec::new();
            for (number, series) in chart.series.iter().enumerate() {
                let value = series.values[column];
                let (from, to) = (below, below.saturating_add(value));
                below = to;
                if value > 0 {
                    // A value that is there is seen, however small it is.
                    let height = hundredth(place(from) - place(to)).max(1.0);
                    let y = hundredth(place(from) - height);
                    blocks.push(SvgBlock { look: number % COLUMN_LOOKS, y, height });
                }
            }
            let value = |series: &crate::report::ColumnSeries| {
                format!("{} {}", group_digits(series.values[column]), series.name)
            };
            let values: Vec<String> = chart.series.iter().map(value).collect();
            SvgColumn {
                x: x_of(column),
                width: hundredth(room * (1.0 - GAP_SHARE)),
                words: format!("{label}: {}", values.join(", ")),
                blocks,
            }
        };
        let label = |column: usize| SvgLabel {
            x: hundredth(left + room * (column as f64 + 0.5)),
            y: bottom + 18.0,
            text: chart.labels[column].clone(),
        };
        Self {
            title: chart.title.clone(),
            words: chart.in_words(),
            width: CHART_SIZE.0,
            height: CHART_SIZE.1,
            left,
            right,
            top,
            plot_height: bottom - top,
            legend: chart
                .series
                .iter()
                .enumerate()
                .map(|(number, series)| (number % COLUMN_LOOKS, series.name.clone()))
                .collect(),
            ticks: ticks.map(|(value, text)| SvgTick { y: place(value), text }).collect(),
            columns: chart.labels.iter().enumerate().map(column).collect(),
            labels: chart.labelled(MAX_LABELS).map(label).collect(),
        }
    }
}

fn hundredth(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
