//! Charts of lines over time.

use std::cmp::Reverse;

use super::axis::{AxisScale, ticks};
use super::layout::{DrawnShape, PageLayout};
use super::line_break::TextLine;
use super::numbers::{capital, seconds};
use super::structure::NodeId;
use super::style::{INK_COLOUR, NOTE_TEXT, RULE_COLOUR, RgbColour, TEXT_LEFT, TEXT_RIGHT, TEXT_WIDTH};
use crate::digits::group_digits;

/// Height of the plot.
const PLOT_HEIGHT: f32 = 150.0;
/// Height of a row of the legend.
const LEGEND_ROW_HEIGHT: f32 = 13.0;
/// Most lines that can be told apart.
const MAX_LINES: usize = 8;

/// Colour, width and dashes of each line. Lightness and dashes tell lines apart without colours.
const LINE_STROKES: [(RgbColour, f32, &[f32]); MAX_LINES] = [
    ((0x1b, 0x4b, 0x7a), 1.6, &[]),
    ((0xc2, 0x6a, 0x1b), 1.6, &[]),
    ((0x2f, 0x8f, 0x83), 1.6, &[5.0, 2.0]),
    ((0x8a, 0x2f, 0x4f), 1.6, &[1.6, 1.6]),
    ((0x6b, 0x7a, 0x8a), 1.6, &[]),
    ((0xb0, 0x8d, 0x00), 1.6, &[7.0, 2.0, 1.5, 2.0]),
    ((0x55, 0x3c, 0x9a), 1.6, &[3.0, 2.0]),
    ((0x1c, 0x26, 0x30), 1.0, &[1.0, 2.0]),
];

/// Counts at moments of the run.
pub(super) struct LineChart<'a> {
    /// Unit of the counts, in the plural.
    pub(super) unit: &'a str,
    /// The moments, in seconds.
    pub(super) instants: &'a [f64],
    /// Names and values of the lines.
    pub(super) series: Vec<(&'a str, &'a [u64])>,
}

impl LineChart<'_> {
    /// Lays out the chart.
    pub(super) fn lay_out(mut self, layout: &mut PageLayout<'_>) {
        let left_out = self.series.len().saturating_sub(MAX_LINES);
        keep_highest(&mut self.series);
        let scale = AxisScale::of(&self.series.iter().map(|(_, values)| end(values)).collect::<Vec<_>>());
        let legend = self.legend(layout);
        let rows = legend.iter().map(|(row, ..)| row + 1).max().unwrap_or(1);
        let legend_height = rows as f32 * LEGEND_ROW_HEIGHT + 6.0;
        let top = layout.open(legend_height + PLOT_HEIGHT + 28.0);
        let bottom = top + legend_height + PLOT_HEIGHT;
        let figure =
            layout.figure(&self.in_words(), TEXT_LEFT, top, TEXT_WIDTH, legend_height + PLOT_HEIGHT + 26.0);
        for (index, (row, x, line)) in legend.into_iter().enumerate() {
            let y = top + row as f32 * LEGEND_ROW_HEIGHT;
            self.stroke(
                layout,
                figure,
                index,
                vec![(x, y + LEGEND_ROW_HEIGHT / 2.0), (x + 18.0, y + LEGEND_ROW_HEIGHT / 2.0)],
            );
            layout.text(
                figure,
                x + 23.0,
                y + (LEGEND_ROW_HEIGHT - NOTE_TEXT.leading) / 2.0,
                line,
                &NOTE_TEXT.coloured(INK_COLOUR),
            );
        }
        let left = scale.draw(layout, figure, bottom, PLOT_HEIGHT);
        self.instants_below(layout, figure, left, bottom);
        let span = self.instants.last().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
        for (index, (_, values)) in self.series.iter().enumerate() {
            let point = |(at, value): (&f64, &u64)| {
                let x = left + (TEXT_RIGHT - left) * (at / span).clamp(0.0, 1.0) as f32;
                (x, bottom - PLOT_HEIGHT * scale.place(*value as f64))
            };
            self.stroke(layout, figure, index, self.instants.iter().zip(*values).map(point).collect());
        }
        let how = if matches!(scale, AxisScale::Logarithmic(_)) { ", on a logarithmic scale" } else { "" };
        let caption = format!("{}{how}, over the time since the start.", capital(self.unit));
        let caption = layout.fonts.fit(&caption, &NOTE_TEXT, TEXT_WIDTH);
        layout.text(figure, TEXT_LEFT, bottom + 16.0, caption, &NOTE_TEXT);
        layout.advance(legend_height + PLOT_HEIGHT + 28.0);
        if left_out > 0 {
            layout.paragraph(&format!("{left_out} more are not drawn."), &NOTE_TEXT);
        }
    }

    /// Returns the labels of the legend, each with its row and its left edge.
    fn legend(&self, layout: &PageLayout<'_>) -> Vec<(usize, f32, TextLine)> {
        let (mut row, mut x) = (0, TEXT_LEFT);
        let mut legend = Vec::new();
        for (name, values) in &self.series {
            let line = layout.fonts.fit(&format!("{name} {}", group_digits(end(values))), &NOTE_TEXT, 160.0);
            let needs = 23.0 + line.width;
            if x > TEXT_LEFT && x + needs > TEXT_RIGHT {
                (row, x) = (row + 1, TEXT_LEFT);
            }
            legend.push((row, x, line));
            x += needs + 16.0;
        }
        legend
    }

    /// Draws the axis of time.
    fn instants_below(&self, layout: &mut PageLayout<'_>, figure: Option<NodeId>, left: f32, bottom: f32) {
        let span = self.instants.last().copied().unwrap_or(0.0);
        if span <= 0.0 {
            return;
        }
        let step = ticks(span).0;
        // Rounding may put the last mark just beyond the span; the slack keeps it.
        for index in 0..=(span / step + 1e-6) as u32 {
            let at = step * f64::from(index);
            let x = left + (TEXT_RIGHT - left) * (at / span).min(1.0) as f32;
            let line = layout.fonts.fit(&seconds(at), &NOTE_TEXT, 60.0);
            // Centred below the mark, except at the right edge, where it would leave the page.
            let label = (x - line.width / 2.0).min(TEXT_RIGHT - line.width);
            layout.draw(
                figure,
                DrawnShape::Block {
                    x: x.min(TEXT_RIGHT) - 0.25,
                    y: bottom,
                    width: 0.5,
                    height: 3.0,
                    colour: RULE_COLOUR,
                },
            );
            layout.text(figure, label, bottom + 3.5, line, &NOTE_TEXT);
        }
    }

    fn stroke(
        &self,
        layout: &mut PageLayout<'_>,
        figure: Option<NodeId>,
        index: usize,
        points: Vec<(f32, f32)>,
    ) {
        let (colour, width, dash) = LINE_STROKES[index % MAX_LINES];
        layout.draw(figure, DrawnShape::Stroke { points, width, colour, dash });
    }

    /// Returns the text that stands for the chart.
    fn in_words(&self) -> String {
        let ends: Vec<String> = self
            .series
            .iter()
            .map(|(name, values)| format!("{name} {}", group_digits(end(values))))
            .collect();
        let span = seconds(self.instants.last().copied().unwrap_or(0.0));
        format!("Line chart of {} over {span}; at the end: {}.", self.unit, ends.join(", "))
    }
}

/// Keeps the lines with the highest last values, in the order of the run.
fn keep_highest(series: &mut Vec<(&str, &[u64])>) {
    let mut highest: Vec<usize> = (0..series.len()).collect();
    // Stable, so that of lines that end at the same value the first are kept.
    highest.sort_by_key(|index| Reverse(end(series[*index].1)));
    highest.truncate(MAX_LINES);
    highest.sort_unstable();
    *series = highest.into_iter().map(|index| series[index]).collect();
}

fn end(values: &[u64]) -> u64 {
    values.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_lines_are_kept_in_their_order() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let mut series: Vec<(&str, &[u64])> = names.iter().map(|name| (*name, &[1, 5][..])).collect();
        series.push(("last", &[0, 100]));
        keep_highest(&mut series);
        let kept: Vec<&str> = series.iter().map(|(name, _)| *name).collect();
        assert_eq!(kept, ["a", "b", "c", "d", "e", "f", "g", "last"]);
    }
}
