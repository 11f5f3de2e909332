//! Charts of horizontal bars: how much there is of each kind, and what is left at each step.

use super::layout::{DrawnShape, PageLayout};
use super::numbers::share;
use super::style::{ACCENT, BAR, CELL, LEFT, MUTED, NOTE, RIGHT, STRONG, TextStyle, WIDTH};
use crate::digits::group_digits;

/// Height of a bar, and of what it stands in.
const BAR_HEIGHT: f32 = 8.5;
const ROW: f32 = 14.5;
/// Between charts side by side.
const GUTTER: f32 = 28.0;

/// How much there is of each kind.
pub(super) struct BarChart {
    title: String,
    /// Names and counts, the greatest first.
    bars: Vec<(String, u64)>,
    /// All others together. They have no bar: it would be longer than those of single kinds.
    others: Option<(String, u64)>,
    /// Of which the shares are.
    whole: u64,
}

impl BarChart {
    /// The most frequent kinds, and the others together. None if there are no kinds.
    pub(super) fn of<'a>(
        title: &str,
        counts: impl IntoIterator<Item = (&'a String, &'a u64)>,
        whole: u64,
        most: usize,
    ) -> Option<Self> {
        let mut bars: Vec<(String, u64)> =
            counts.into_iter().map(|(name, count)| (name.replace('_', " "), *count)).collect();
        // Equal counts stay in the order of their names.
        bars.sort_by(|(_, a), (_, b)| b.cmp(a));
        let mut together = None;
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
        STRONG.leading + 3.0 + self.rows().count() as f32 * ROW
    }

    /// Sets it over the width of the page.
    pub(super) fn set(self, layout: &mut PageLayout<'_>) {
        layout.gap(6.0);
        layout.open(self.height());
        self.set_at(layout, LEFT, WIDTH);
        layout.advance(self.height() + 6.0);
    }

    /// Sets charts two by two.
    pub(super) fn set_pairs(charts: Vec<Self>, layout: &mut PageLayout<'_>) {
        let width = (WIDTH - GUTTER) / 2.0;
        for pair in charts.chunks(2) {
            let height = pair.iter().map(Self::height).fold(0.0, f32::max);
            layout.gap(6.0);
            layout.open(height);
            for (chart, x) in pair.iter().zip([LEFT, LEFT + width + GUTTER]) {
                chart.set_at(layout, x, width);
            }
            layout.advance(height + 6.0);
        }
    }

    fn set_at(&self, layout: &mut PageLayout<'_>, left: f32, width: f32) {
        let top = layout.y();
        let figure = layout.figure(&self.in_words(), left, top, width, self.height());
        let title = layout.fonts.fit(&self.title, &STRONG, width);
        layout.text(figure, left, top, title, &STRONG);
        let names: Vec<_> =
            self.rows().map(|(name, _)| layout.fonts.fit(name, &CELL, width * 0.42)).collect();
        let name_width = names.iter().map(|name| name.width).fold(0.0, f32::max) + 8.0;
        let most = self.bars.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
        // Room for the figures behind the longest bar.
        let figures = layout.fonts.width(CELL.face, CELL.size, &group_digits(most)) + 46.0;
        let room = (width - name_width - figures).max(10.0);
        for (index, (name, (_, count))) in names.into_iter().zip(self.rows()).enumerate() {
            let y = top + STRONG.leading + 3.0 + ROW * index as f32;
            let text = y + (ROW - CELL.leading) / 2.0;
            layout.text(figure, left, text, name, &CELL);
            let mut behind = left + name_width;
            if index < self.bars.len() {
                let length = (room * (*count as f64 / most as f64) as f32).max(0.6);
                let (y, height) = (y + (ROW - BAR_HEIGHT) / 2.0, BAR_HEIGHT);
                layout.draw(figure, DrawnShape::Block { x: behind, y, width: length, height, colour: BAR });
                behind += length + 5.0;
            }
            let figure_line = layout.fonts.fit(&group_digits(*count), &CELL, width);
            let end = behind + figure_line.width;
            layout.text(figure, behind, text, figure_line, &CELL);
            if let Some(share) = share(*count, self.whole) {
                let line = layout.fonts.fit(&share, &NOTE, 40.0);
                layout.text(figure, end + 5.0, y + (ROW - NOTE.leading) / 2.0, line, &NOTE.coloured(MUTED));
            }
        }
    }

    /// The chart for those who do not see it.
    fn in_words(&self) -> String {
        let bars: Vec<String> =
            self.rows().map(|(name, count)| format!("{name} {}", group_digits(*count))).collect();
        format!("Bar chart, {}: {}.", self.title, bars.join(", "))
    }
}

/// Sets what is left at each step, as bars that grow narrower around a middle.
pub(super) fn set_funnel(layout: &mut PageLayout<'_>, title: &str, steps: &[(&str, u64)]) {
    const STEP: f32 = 19.0;
    const LABELS: f32 = 200.0;
    let height = STRONG.leading + 3.0 + STEP * steps.len() as f32;
    layout.gap(6.0);
    let top = layout.open(height);
    let words: Vec<String> =
        steps.iter().map(|(name, count)| format!("{name} {}", group_digits(*count))).collect();
    let alt = format!("Funnel, {title}: {}.", words.join(", "));
    let figure = layout.figure(&alt, LEFT, top, WIDTH, height);
    let line = layout.fonts.fit(title, &STRONG, WIDTH);
    layout.text(figure, LEFT, top, line, &STRONG);
    let most = steps.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let counted = TextStyle { size: 9.0, ..STRONG };
    let figures = layout.fonts.width(counted.face, counted.size, &group_digits(most)) + 10.0;
    let room = RIGHT - LEFT - LABELS - figures;
    for (index, (name, count)) in steps.iter().enumerate() {
        let y = top + STRONG.leading + 3.0 + STEP * index as f32;
        let line = layout.fonts.fit(name, &CELL, LABELS - 8.0);
        layout.text(figure, LEFT, y + (STEP - CELL.leading) / 2.0, line, &CELL);
        // Something is seen of everything that is not nought.
        let length = match count {
            0 => 0.0,
            count => (room * (*count as f64 / most as f64) as f32).max(1.0),
        };
        let (x, height) = (LEFT + LABELS + figures + (room - length) / 2.0, STEP - 4.0);
        layout.draw(figure, DrawnShape::Block { x, y: y + 2.0, width: length, height, colour: BAR });
        let line = layout.fonts.fit(&group_digits(*count), &counted, figures);
        layout.text_to(
            figure,
            LEFT + LABELS + figures - 10.0,
            y + (STEP - counted.leading) / 2.0,
            line,
            &counted.coloured(ACCENT),
        );
    }
    layout.advance(height + 8.0);
}
