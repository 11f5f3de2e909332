//! Charts of horizontal bars, and funnels.

use super::layout::{DrawnShape, PageLayout};
use super::numbers::share;
use super::style::{
    ACCENT_COLOUR, BAR_COLOUR, CELL_TEXT, MUTED_COLOUR, NOTE_TEXT, STRONG_TEXT, TEXT_LEFT, TEXT_RIGHT,
    TEXT_WIDTH, TextStyle,
};
use crate::digits::group_digits;

/// Height of a bar.
const BAR_HEIGHT: f32 = 8.5;
const ROW_HEIGHT: f32 = 14.5;
/// Gap between two charts side by side.
const COLUMN_GAP: f32 = 28.0;

/// A chart with a bar for each kind.
pub(super) struct BarChart {
    title: String,
    /// Names and counts, the largest first.
    bars: Vec<(String, u64)>,
    /// Sum of all other kinds. It has no bar, which would be longer than those of single kinds.
    others: Option<(String, u64)>,
    /// Number that the shares refer to.
    whole: u64,
}

impl BarChart {
    /// Makes a chart of the most frequent kinds and the sum of the others; `None` if there are no
    /// kinds.
    pub(super) fn of<'a>(
        title: &str,
        counts: impl IntoIterator<Item = (&'a String, &'a u64)>,
        whole: u64,
        most: usize,
    ) -> Option<Self> {
        let mut bars: Vec<(String, u64)> =
            counts.into_iter().map(|(name, count)| (name.replace('_', " "), *count)).collect();
        // The sort is stable: equal counts stay in the order of their names.
        bars.sort_by(|(_, a), (_, b)| b.cmp(a));
        let mut together = None;
        // A single kind beyond the limit gets a bar: a row for "1 other" would take as much room.
        if bars.len() > most + 1 {
            let others = bars.split_off(most);
            let count = others.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
            together = Some((format!("{} others", group_digits(others.len() as u64)), count));
        }
        (!bars.is_empty()).then(|| Self { title: title.to_owned(), bars, others: together, whole })
    }

    fn rows(&self) -> impl Iterator<Item = &(String, u64)> {
        self.bars.iter().chain(&self.others)
    }

    fn height(&self) -> f32 {
        STRONG_TEXT.leading + 3.0 + self.rows().count() as f32 * ROW_HEIGHT
    }

    /// Lays out the chart over the width of the page.
    pub(super) fn lay_out(self, layout: &mut PageLayout<'_>) {
        layout.gap(6.0);
        layout.open(self.height());
        self.draw_at(layout, TEXT_LEFT, TEXT_WIDTH);
        layout.advance(self.height() + 6.0);
    }

    /// Lays out charts in two columns.
    pub(super) fn lay_out_pairs(charts: Vec<Self>, layout: &mut PageLayout<'_>) {
        let width = (TEXT_WIDTH - COLUMN_GAP) / 2.0;
        for pair in charts.chunks(2) {
            let height = pair.iter().map(Self::height).fold(0.0, f32::max);
            layout.gap(6.0);
            layout.open(height);
            for (chart, x) in pair.iter().zip([TEXT_LEFT, TEXT_LEFT + width + COLUMN_GAP]) {
                chart.draw_at(layout, x, width);
            }
            layout.advance(height + 6.0);
        }
    }

    fn draw_at(&self, layout: &mut PageLayout<'_>, left: f32, width: f32) {
        let top = layout.y();
        let figure = layout.figure(&self.in_words(), left, top, width, self.height());
        let title = layout.fonts.fit(&self.title, &STRONG_TEXT, width);
        layout.text(figure, left, top, title, &STRONG_TEXT);
        let names: Vec<_> =
            self.rows().map(|(name, _)| layout.fonts.fit(name, &CELL_TEXT, width * 0.42)).collect();
        let name_width = names.iter().map(|name| name.width).fold(0.0, f32::max) + 8.0;
        let most = self.bars.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
        // Room for the numbers beside the longest bar.
        let figures = layout.fonts.width(CELL_TEXT.face, CELL_TEXT.size, &group_digits(most)) + 46.0;
        let room = (width - name_width - figures).max(10.0);
        for (index, (name, (_, count))) in names.into_iter().zip(self.rows()).enumerate() {
            let y = top + STRONG_TEXT.leading + 3.0 + ROW_HEIGHT * index as f32;
            let text = y + (ROW_HEIGHT - CELL_TEXT.leading) / 2.0;
            layout.text(figure, left, text, name, &CELL_TEXT);
            let mut behind = left + name_width;
            if index < self.bars.len() {
                // Never shorter than a hairline, or a kind with a few samples would look like none.
                let length = (room * (*count as f64 / most as f64) as f32).max(0.6);
                let (y, height) = (y + (ROW_HEIGHT - BAR_HEIGHT) / 2.0, BAR_HEIGHT);
                layout.draw(
                    figure,
                    DrawnShape::Block { x: behind, y, width: length, height, colour: BAR_COLOUR },
                );
                behind += length + 5.0;
            }
            let figure_line = layout.fonts.fit(&group_digits(*count), &CELL_TEXT, width);
            let end = behind + figure_line.width;
            layout.text(figure, behind, text, figure_line, &CELL_TEXT);
            if let Some(share) = share(*count, self.whole) {
                let line = layout.fonts.fit(&share, &NOTE_TEXT, 40.0);
                layout.text(
                    figure,
                    end + 5.0,
                    y + (ROW_HEIGHT - NOTE_TEXT.leading) / 2.0,
                    line,
                    &NOTE_TEXT.coloured(MUTED_COLOUR),
                );
            }
        }
    }

    /// Returns the text that stands for the chart.
    fn in_words(&self) -> String {
        let bars: Vec<String> =
            self.rows().map(|(name, count)| format!("{name} {}", group_digits(*count))).collect();
        format!("Bar chart, {}: {}.", self.title, bars.join(", "))
    }
}

/// Lays out a funnel: centred bars that grow narrower from step to step.
pub(super) fn lay_out_funnel(layout: &mut PageLayout<'_>, title: &str, steps: &[(&str, u64)]) {
    const STEP_HEIGHT: f32 = 19.0;
    const LABEL_WIDTH: f32 = 200.0;
    let height = STRONG_TEXT.leading + 3.0 + STEP_HEIGHT * steps.len() as f32;
    layout.gap(6.0);
    let top = layout.open(height);
    let words: Vec<String> =
        steps.iter().map(|(name, count)| format!("{name} {}", group_digits(*count))).collect();
    let alt = format!("Funnel, {title}: {}.", words.join(", "));
    let figure = layout.figure(&alt, TEXT_LEFT, top, TEXT_WIDTH, height);
    let line = layout.fonts.fit(title, &STRONG_TEXT, TEXT_WIDTH);
    layout.text(figure, TEXT_LEFT, top, line, &STRONG_TEXT);
    let most = steps.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let counted = TextStyle { size: 9.0, ..STRONG_TEXT };
    let figures = layout.fonts.width(counted.face, counted.size, &group_digits(most)) + 10.0;
    let room = TEXT_RIGHT - TEXT_LEFT - LABEL_WIDTH - figures;
    for (index, (name, count)) in steps.iter().enumerate() {
        let y = top + STRONG_TEXT.leading + 3.0 + STEP_HEIGHT * index as f32;
        let line = layout.fonts.fit(name, &CELL_TEXT, LABEL_WIDTH - 8.0);
        layout.text(figure, TEXT_LEFT, y + (STEP_HEIGHT - CELL_TEXT.leading) / 2.0, line, &CELL_TEXT);
        // Every count above 0 has a visible bar.
        let length = match count {
            0 => 0.0,
            count => (room * (*count as f64 / most as f64) as f32).max(1.0),
        };
        let (x, height) = (TEXT_LEFT + LABEL_WIDTH + figures + (room - length) / 2.0, STEP_HEIGHT - 4.0);
        layout.draw(figure, DrawnShape::Block { x, y: y + 2.0, width: length, height, colour: BAR_COLOUR });
        let line = layout.fonts.fit(&group_digits(*count), &counted, figures);
        layout.text_to(
            figure,
            TEXT_LEFT + LABEL_WIDTH + figures - 10.0,
            y + (STEP_HEIGHT - counted.leading) / 2.0,
            line,
            &counted.coloured(ACCENT_COLOUR),
        );
    }
    layout.advance(height + 8.0);
}
