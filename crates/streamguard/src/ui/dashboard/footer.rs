//! The last line: resources that the run uses, and keys.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Theme;
use super::model::DashboardModel;
use crate::ui::format::format_bytes;

/// Descriptions of the keys, from the longest to the shortest.
const KEYS: [&str; 3] = [
    "q stop  p pause  v verbose  arrows scroll  ? help",
    "q stop  p pause  v verbose  ? help",
    "q stop  p pause  ? help",
];

/// Returns the last line.
pub(super) fn line(model: &DashboardModel, theme: Theme, width: usize) -> Line<'static> {
    let mut usage = model.usage.map_or_else(String::new, |usage| {
        let processes = if usage.processes == 1 { "process" } else { "processes" };
        let (cpu, memory, count) = (usage.cpu_percent, format_bytes(usage.memory), usage.processes);
        format!("CPU {cpu:.0}%  memory {memory}  {count} {processes}")
    });
    let left = |keys: &str| width.checked_sub(2 + keys.width() + 2);
    let keys = KEYS.into_iter().find(|keys| left(keys).is_some_and(|left| left >= usage.width()));
    let keys = keys.unwrap_or(KEYS[KEYS.len() - 1]);
    // The number of processes is the least important figure.
    if left(keys).is_none_or(|left| left < usage.width())
        && let Some((more_important, _)) = usage.rsplit_once("  ")
    {
        usage = more_important.to_owned();
    }
    let usage = theme.cell(&usage, left(keys).unwrap_or(0));
    Line::from(vec![Span::raw(format!("  {usage}  ")), Span::styled(keys, theme.faint())])
}
