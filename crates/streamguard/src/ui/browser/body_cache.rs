//! Lines of the current sample, drawn once for each sample, width and layout.

use ratatui::text::Line;

use super::model::CurrentSample;
use super::sample_view::body;
use super::search_hits::highlight;
use crate::ui::side_by_side::SideBySide;
use crate::ui::theme::Theme;

/// Lines of the sample that was drawn last: comparing and colouring a long code takes longer than a frame may.
pub(super) struct BodyCache {
    view: SideBySide,
    /// Sample, width and layout of the lines.
    key: Option<(u64, usize, bool)>,
    /// Text of the search whose hits are highlighted.
    text: String,
    lines: Vec<Line<'static>>,
    first_hit: Option<usize>,
}

impl BodyCache {
    pub(super) fn new(theme: Theme) -> Self {
        Self {
            view: SideBySide::new(0, theme.colors),
            key: None,
            text: String::new(),
            lines: Vec::new(),
            first_hit: None,
        }
    }

    /// Returns the lines below the head, and the line of the first hit of the search if they are new.
    pub(super) fn lines(
        &mut self,
        current: &CurrentSample,
        width: usize,
        is_unified: bool,
        text: &str,
        theme: Theme,
    ) -> (&[Line<'static>], Option<usize>) {
        let key = Some((current.offset, width, is_unified));
        if self.key != key || self.text != text {
            self.view.set_layout(u16::try_from(width).unwrap_or(u16::MAX), is_unified);
            self.lines = match &current.sample {
                Ok(sample) => body(&mut self.view, sample, theme, width),
                Err(_) => Vec::new(),
            };
            self.first_hit = highlight(&mut self.lines, text);
            (self.key, self.text) = (key, text.to_owned());
        }
        (&self.lines, self.first_hit.take())
    }
}
