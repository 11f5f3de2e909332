//! The frame: what happens now, then the paths, then the logs.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use streamguard_ingest::{LiveFigures, LivePath};
use unicode_width::UnicodeWidthStr;

use super::latency::{format_latency, format_quantiles, format_share};
use crate::ui::format::{format_bytes, format_duration, short_count};
use crate::ui::theme::Theme;
use streamguard_report::group_digits;

/// Columns of the names of rows.
const NAME_COLUMNS: usize = 10;

/// Columns of the highest value behind a chart: `  max 47.6k/s` at the longest.
const MAXIMUM_COLUMNS: usize = 14;

/// Columns of each figure of a path.
const FIGURE_COLUMNS: usize = 9;

/// Narrowest column of paths.
const MIN_PATH_COLUMNS: usize = 16;

/// Fewest rows of paths, their heading included, before logs and remarks get any.
const MIN_PATH_ROWS: usize = 4;

/// Levels of a chart of one row, from the lowest.
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The same in ASCII.
const ASCII_LEVELS: [&str; 8] = ["_", "_", ".", ".", "-", "=", "+", "#"];

/// Content of a frame.
pub struct FollowFrame<'a> {
    /// The figures.
    pub figures: &'a LiveFigures,
    /// The latest remarks of the run; text from outside.
    pub remarks: Vec<&'a str>,
    /// Whether the figures are those of the moment at which the screen was frozen.
    pub is_frozen: bool,
    /// Whether the run was asked to end.
    pub is_stopping: bool,
}

/// Draws the whole frame. With few rows the logs and remarks go first, then paths.
pub fn render(frame: &mut Frame<'_>, content: &FollowFrame<'_>, theme: Theme) {
    let area = frame.area();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines = head(content, theme, width);
    let foot = foot(content, theme, width);
    let left = height.saturating_sub(lines.len() + 1);
    let below = below(content, theme, width, left.saturating_sub(MIN_PATH_ROWS));
    let mut paths = paths(&content.figures.paths, content.figures.requests, theme, width);
    paths.truncate(left - below.len());
    paths.resize(left - below.len(), Line::default());
    lines.extend(paths);
    lines.extend(below);
    lines.truncate(height.saturating_sub(1));
    lines.push(foot);
    let buffer = frame.buffer_mut();
    for (row, line) in (area.y..area.bottom()).zip(&lines) {
        buffer.set_line(area.x, row, line, area.width);
    }
}

/// Returns the figures above the paths.
fn head(content: &FollowFrame<'_>, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let LiveFigures { recent, .. } = content.figures;
    let figures = content.figures;
    let rate = short_count(recent.requests_per_second.round() as u64);
    let sent = format_bytes(recent.bytes_per_second.round() as u64);
    let now = format!("{rate} requests/s  {sent}/s");
    let shares = |client: u64, server: u64, requests: u64| {
        format!("4xx {}  5xx {}", format_share(client, requests), format_share(server, requests))
    };
    let is_failing = recent.server_errors * 100 > recent.requests;
    let style = if is_failing { theme.error() } else { Style::new() };
    let requests: Vec<u64> = recent.seconds.iter().map(|second| second.requests).collect();
    let errors: Vec<u64> = recent.seconds.iter().map(|second| second.errors).collect();
    let all = format!(
        "{} requests  {}  {}",
        group_digits(figures.requests),
        shares(figures.client_errors, figures.server_errors, figures.requests),
        format_bytes(figures.bytes),
    );
    let malformed = match figures.malformed {
        0 => String::new(),
        count => format!("  {} malformed", group_digits(count)),
    };
    vec![
        title(content, theme, width),
        row("now", &now, theme.strong(), theme, width),
        row("requests", &chart(&requests, theme, width), Style::new(), theme, width),
        row("errors", &chart(&errors, theme, width), style, theme, width),
        row(
            "last min",
            &format!(
                "{}  {}",
                shares(recent.client_errors, recent.server_errors, recent.requests),
                format_quantiles(recent.latency, theme.utf8)
            ),
            style,
            theme,
            width,
        ),
        row("all", &format!("{all}{malformed}"), Style::new(), theme, width),
        row("latency", &format_quantiles(figures.latency, theme.utf8), Style::new(), theme, width),
        row("status", &statuses(&figures.statuses), Style::new(), theme, width),
    ]
}

/// Returns the first line.
fn title(content: &FollowFrame<'_>, theme: Theme, width: usize) -> Line<'static> {
    let name = match &content.figures.logs[..] {
        [log] => log.name.clone(),
        logs => format!("{} logs", logs.len()),
    };
    let time = format_duration(content.figures.elapsed_ms);
    let state = match (content.is_stopping, content.is_frozen) {
        (true, _) => "  STOPPING",
        (false, true) => "  FROZEN",
        (false, false) => "",
    };
    let left = width.saturating_sub(time.width() + state.len() + 2);
    Line::from(vec![
        Span::styled(theme.cell(&format!("StreamGuard ingest  {name}"), left), theme.strong()),
        Span::styled(state.to_owned(), theme.warning()),
        Span::raw("  "),
        Span::styled(time, theme.strong()),
    ])
}

/// Returns a line with a name before its text.
fn row(name: &str, text: &str, style: Style, theme: Theme, width: usize) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("  {name:<NAME_COLUMNS$}"), theme.faint()),
        Span::styled(theme.truncate(text, width.saturating_sub(NAME_COLUMNS + 2)), style),
    ])
}

/// Returns a chart of the latest values, and the highest of them.
fn chart(values: &[u64], theme: Theme, width: usize) -> String {
    let columns = width.saturating_sub(NAME_COLUMNS + 2 + MAXIMUM_COLUMNS).min(values.len());
    let values = &values[values.len() - columns..];
    let most = values.iter().copied().max().unwrap_or(0);
    let level = |value: u64| {
        // Rounded up, so that only 0 is empty.
        let level = u128::from(value) * LEVELS.len() as u128;
        level.div_ceil(u128::from(most.max(1))) as usize
    };
    let signs = values.iter().map(|value| match level(*value) {
        0 => " ",
        level => theme.symbol(LEVELS[level - 1], ASCII_LEVELS[level - 1]),
    });
    let signs: String = signs.collect();
    format!("{signs}  max {}/s", short_count(most))
}

/// Lists statuses, the most frequent first.
fn statuses(statuses: &[(u16, u64)]) -> String {
    let mut statuses = statuses.to_vec();
    statuses.sort_by_key(|(status, requests)| (std::cmp::Reverse(*requests), *status));
    let text = statuses.iter().map(|(status, requests)| {
        let status = if *status == 0 { "none".to_owned() } else { status.to_string() };
        format!("{status} {}", short_count(*requests))
    });
    text.collect::<Vec<_>>().join("  ")
}

/// Returns the table of paths.
fn paths(paths: &[LivePath], requests: u64, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let heads = ["REQUESTS", "%", "4xx", "5xx", "p50", "p95", "p99"];
    // The least important columns stand last, and go first.
    let room = width.saturating_sub(2 + MIN_PATH_COLUMNS) / FIGURE_COLUMNS;
    let columns = room.min(heads.len());
    let path_columns = width.saturating_sub(2 + columns * FIGURE_COLUMNS);
    let line = |path: &str, figures: &[String]| {
        let figures = figures.iter().take(columns).map(|figure| format!("{figure:>FIGURE_COLUMNS$}"));
        format!("  {}{}", theme.cell(path, path_columns), figures.collect::<String>())
    };
    let mut lines = vec![Line::styled(line("PATH", &heads.map(str::to_owned)), theme.strong())];
    for path in paths {
        let latency = |of: fn(&streamguard_ingest::LatencyQuantiles) -> f64| {
            path.latency.as_ref().map_or_else(|| "-".to_owned(), |all| format_latency(of(all), theme.utf8))
        };
        let figures = [
            short_count(path.requests),
            format_share(path.requests, requests),
            format_share(path.client_errors, path.requests),
            format_share(path.server_errors, path.requests),
            latency(|all| all.p50),
            latency(|all| all.p95),
            latency(|all| all.p99),
        ];
        let style = if path.server_errors * 100 > path.requests { theme.error() } else { Style::new() };
        let name = if path.path.is_empty() { "(no request)" } else { &path.path };
        lines.push(Line::styled(line(name, &figures), style));
    }
    lines
}

/// Returns the logs and the remarks, at most so many lines.
fn below(content: &FollowFrame<'_>, theme: Theme, width: usize, most: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    // The newest remarks stand last.
    let remarks = &content.remarks[content.remarks.len().saturating_sub(most)..];
    let shown = most.saturating_sub(remarks.len());
    for log in content.figures.logs.iter().take(shown) {
        let share = format_share(log.lines - log.malformed, log.lines);
        let text = format!("{}  {}  {} lines, {share} fit", log.name, log.format, group_digits(log.lines));
        lines.push(row("log", &text, Style::new(), theme, width));
    }
    for remark in remarks {
        lines.push(row("remark", remark, theme.warning(), theme, width));
    }
    lines
}

/// Returns the last line.
fn foot(content: &FollowFrame<'_>, theme: Theme, width: usize) -> Line<'static> {
    let LiveFigures { rotations, truncations, .. } = content.figures;
    let keys = "q or Ctrl+C: end with the report  p: freeze";
    let times = match (rotations, truncations) {
        (0, 0) => String::new(),
        (rotations, truncations) => format!("  rotated {rotations}x, truncated {truncations}x"),
    };
    Line::styled(theme.truncate(&format!("  {keys}{times}"), width), theme.faint())
}
