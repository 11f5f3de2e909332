//! Lines of the current sample, drawn once for each sample, width and layout.

use ratatui::text::Line;

use super::model::CurrentSample;
use super::sample_view::body;
use crate::ui::side_by_side::SideBySide;
use crate::ui::theme::Theme;

/// Lines of the sample that was drawn last: comparing and colouring a long code takes longer than a frame may.
pub(super) struct BodyCache {
    view: SideBySide,
    /// Sample, width and layout of the lines.
    key: Option<(u64, usize, bool)>,
    lines: Vec<Line<'static>>,
}

impl BodyCache {
    pub(super) fn new(theme: Theme) -> Self {
        Self { view: SideBySide::new(0, theme.colors), key: None, lines: Vec::new() }
    }

    /// Returns the lines below the head.
    pub(super) fn lines(
        &mut self,
        current: &CurrentSample,
        width: usize,
        is_unified: bool,
        theme: Theme,
    ) -> &[Line<'static>] {
        let key = Some((current.offset, width, is_unified));
        if self.key != key {
            self.view.set_layout(u16::try_from(width).unwrap_or(u16::MAX), is_unified);
            self.lines = match &current.sample {
                Ok(sample) => body(&mut self.view, sample, theme, width),
                Err(_) => Vec::new(),
            };
            self.key = key;
        }
        &self.lines
    }
}
