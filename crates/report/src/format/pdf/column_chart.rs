//! Charts of columns side by side, such as counts over time.

use super::axis::AxisScale;
use super::layout::{DrawnShape, PageLayout};
use super::style::{
    ACCENT_COLOUR, INK_COLOUR, NOTE_TEXT, RgbColour, STRONG_TEXT, TEXT_LEFT, TEXT_RIGHT, TEXT_WIDTH,
};
use crate::report::{ColumnChart, Report};

/// Height of the plot.
const PLOT_HEIGHT: f32 = 110.0;

/// Space below the plot, for the labels.
const LABEL_HEIGHT: f32 = 18.0;

/// Most columns with a label below them.
const MAX_LABELS: usize = 7;

/// Share of a column's room that is left empty.
const GAP_SHARE: f32 = 0.18;

/// Least height of a column whose value is not 0.
const MIN_HEIGHT: f32 = 0.6;

/// Colours of the series, which differ in lightness too.
const COLUMN_COLOURS: [RgbColour; 4] =
    [ACCENT_COLOUR, (0xe0, 0x95, 0x4f), (0x2f, 0x8f, 0x83), (0x8a, 0x2f, 0x4f)];

/// Lays out the charts of all jobs.
pub(super) fn lay_out_all(layout: &mut PageLayout<'_>, report: &Report) {
    report.by_collector.iter().flat_map(|(_, job)| &job.charts).for_each(|chart| lay_out(layout, chart));
}

fn lay_out(layout: &mut PageLayout<'_>, chart: &ColumnChart) {
    let heights = chart.heights();
    let scale = AxisScale::linear(&heights);
    let head_height = STRONG_TEXT.leading + 4.0;
    let height = head_height + PLOT_HEIGHT + LABEL_HEIGHT;
    layout.gap(10.0);
    let top = layout.open(height);
    let figure = layout.figure(&chart.in_words(), TEXT_LEFT, top, TEXT_WIDTH, height);
    let title = layout.fonts.fit(&chart.title, &STRONG_TEXT, TEXT_WIDTH * 0.7);
    layout.text(figure, TEXT_LEFT, top, title, &STRONG_TEXT);
    let mut end = TEXT_RIGHT;
    // A legend only where there is something to tell apart, from the right on.
    for (number, series) in chart.series.iter().enumerate().rev().filter(|_| chart.series.len() > 1) {
        let line = layout.fonts.fit(&series.name, &NOTE_TEXT, 80.0);
        let x = end - line.width;
        let y = top + (STRONG_TEXT.leading - NOTE_TEXT.leading) / 2.0;
        layout.text(figure, x, y, line, &NOTE_TEXT.coloured(INK_COLOUR));
        let colour = COLUMN_COLOURS[number % COLUMN_COLOURS.len()];
        layout.draw(figure, DrawnShape::Block { x: x - 11.0, y: y + 2.0, width: 7.0, height: 7.0, colour });
        end = x - 24.0;
    }
    let bottom = top + head_height + PLOT_HEIGHT;
    let left = scale.draw(layout, figure, bottom, PLOT_HEIGHT);
    let room = (TEXT_RIGHT - left) / chart.labels.len() as f32;
    for column in 0..chart.labels.len() {
        let x = left + room * (column as f32 + GAP_SHARE / 2.0);
        let mut below = 0_u64;
        for (number, series) in chart.series.iter().enumerate() {
            let value = series.values[column];
            if value == 0 {
                continue;
            }
            let y = bottom - PLOT_HEIGHT * scale.place(below as f64);
            below = below.saturating_add(value);
            let height = (y - (bottom - PLOT_HEIGHT * scale.place(below as f64))).max(MIN_HEIGHT);
            let (width, colour) = (room * (1.0 - GAP_SHARE), COLUMN_COLOURS[number % COLUMN_COLOURS.len()]);
            layout.draw(figure, DrawnShape::Block { x, y: y - height, width, height, colour });
        }
    }
    for column in chart.labelled(MAX_LABELS) {
        let line = layout.fonts.fit(&chart.labels[column], &NOTE_TEXT, TEXT_WIDTH / MAX_LABELS as f32 - 4.0);
        // Centred below its column, except at the edges, where it would leave the page.
        let x = left + room * (column as f32 + 0.5) - line.width / 2.0;
        let x = x.max(TEXT_LEFT).min(TEXT_RIGHT - line.width);
        layout.text(figure, x, bottom + 3.5, line, &NOTE_TEXT);
    }
    layout.advance(height);
}
