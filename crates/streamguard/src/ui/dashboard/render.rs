//! The whole frame: the parts that fit, and their order.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use streamguard_engine::RunState;

use super::Theme;
use super::model::DashboardModel;
use super::{footer, header, help, jobs, log, statistics};

/// Smallest screen, in columns and rows, that has more than one line.
const MIN_SCREEN: (u16, u16) = (40, 8);

/// Fewest rows of the log, with its heading.
const MIN_LOG_ROWS: usize = 3;

/// Draws the whole frame. The rows of the jobs come first. With fewer rows the resources and keys go first,
/// then the log, then the statistics, which are only shown whole.
pub fn render(frame: &mut Frame<'_>, model: &mut DashboardModel, state: &RunState, theme: Theme) {
    let area = frame.area();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut writer = LineWriter { buffer: frame.buffer_mut(), area, row: area.y };
    if area.width < MIN_SCREEN.0 || area.height < MIN_SCREEN.1 {
        writer.line(&header::short_line(state, theme, width));
        return;
    }
    writer.line(&header::line(model, state, theme, width));
    let table = jobs::table(model, state, theme, width);
    writer.line(&table.head);
    // Four other lines: header and heading of the table above, totals and footer below.
    let most = height - 4;
    let seen = table.rows.len().min(most);
    model.overflows = table.rows.len() > seen;
    model.job_scroll = model.job_scroll.min(table.rows.len() - seen);
    table.rows.iter().skip(model.job_scroll).take(seen).for_each(|row| writer.line(row));
    writer.line(&statistics::totals(state, theme, width));
    let mut left = most - seen;
    let statistics = statistics::table(state, theme, width);
    if statistics.len() + MIN_LOG_ROWS <= left {
        left -= statistics.len();
        statistics.iter().for_each(|line| writer.line(line));
    }
    if left >= MIN_LOG_ROWS {
        log::lines(model, theme, width, left).iter().for_each(|line| writer.line(line));
    }
    writer.row = area.bottom() - 1;
    writer.line(&footer::line(model, theme, width));
    if model.help {
        help::popup(frame, theme);
    }
}

/// Writes lines one below the other.
struct LineWriter<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    row: u16,
}

impl LineWriter<'_> {
    fn line(&mut self, line: &Line<'_>) {
        if self.row < self.area.bottom() {
            self.buffer.set_line(self.area.x, self.row, line, self.area.width);
            self.row += 1;
        }
    }
}
