//! The whole picture: which parts there is room for, and where they stand.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use streamguard_engine::RunState;

use super::look::Look;
use super::model::Model;
use super::{bottom, heading, help, jobs, log, statistics};

/// With less than this, one line has to do.
const LEAST: (u16, u16) = (40, 8);

/// Rows that the log is worth, with its head.
const LOG: usize = 3;

/// Draws the whole picture. The rows of the jobs come first; with fewer rows the resources and
/// keys go first, then the log, then the statistics, which are only shown whole.
pub fn picture(frame: &mut Frame<'_>, model: &mut Model, state: &RunState, look: Look) {
    let area = frame.area();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut canvas = Canvas { buffer: frame.buffer_mut(), area, row: area.y };
    if area.width < LEAST.0 || area.height < LEAST.1 {
        canvas.line(&heading::short(state, look, width));
        return;
    }
    canvas.line(&heading::line(model, state, look, width));
    let table = jobs::table(model, state, look, width);
    canvas.line(&table.head);
    // Heading and head of the table above, totals and bottom line below.
    let most = height - 4;
    let seen = table.rows.len().min(most);
    model.overflows = table.rows.len() > seen;
    model.job_scroll = model.job_scroll.min(table.rows.len() - seen);
    table.rows.iter().skip(model.job_scroll).take(seen).for_each(|row| canvas.line(row));
    canvas.line(&statistics::totals(state, look, width));
    let mut left = most - seen;
    let statistics = statistics::table(state, look, width);
    if statistics.len() + LOG <= left {
        left -= statistics.len();
        statistics.iter().for_each(|line| canvas.line(line));
    }
    if left >= LOG {
        log::lines(model, look, width, left).iter().for_each(|line| canvas.line(line));
    }
    canvas.row = area.bottom() - 1;
    canvas.line(&bottom::line(model, look, width));
    if model.help {
        help::popup(frame, look);
    }
}

/// Where lines are drawn, one below the other.
struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    row: u16,
}

impl Canvas<'_> {
    fn line(&mut self, line: &Line<'_>) {
        if self.row < self.area.bottom() {
            self.buffer.set_line(self.area.x, self.row, line, self.area.width);
            self.row += 1;
        }
    }
}

/// A line across the screen, with a name in it.
pub(super) fn rule(name: &str, look: Look, width: usize) -> Line<'static> {
    let dash = look.either("─", "-");
    let text = format!("{} {name} {}", dash.repeat(2), dash.repeat(width.saturating_sub(name.len() + 4)));
    Line::styled(text, look.faint())
}
