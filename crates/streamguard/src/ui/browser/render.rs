//! The whole frame: title, head, code, footer, and what is open above them.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use streamguard_report::group_digits;
use unicode_width::UnicodeWidthStr;

use super::model::{Browser, Overlay};
use super::sample_view::head;
use super::{help, menu_view};
use crate::ui::format::plural;
use crate::ui::rule::rule;
use crate::ui::side_by_side::SideBySide;
use crate::ui::theme::Theme;

/// Smallest screen, in columns and rows, that shows a sample.
const MIN_SCREEN: (u16, u16) = (40, 12);

/// Most lines of an address, or of a message.
const MAX_MESSAGE_LINES: usize = 6;

/// Descriptions of the keys, from the longest to the shortest.
const KEYS: [&str; 4] = [
    "n next  p previous  PgUp PgDn scroll  f filter  / search  s layout  o open  m mark  w write  ? help  q quit",
    "n next  p previous  f filter  / search  s layout  m mark  ? help  q quit",
    "n next  p previous  f filter  / search  ? help  q quit",
    "n next  ? help  q quit",
];

/// Draws the whole frame.
pub(super) fn render(frame: &mut Frame<'_>, browser: &mut Browser) {
    let area = frame.area();
    let theme = browser.theme;
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    if area.width < MIN_SCREEN.0 || area.height < MIN_SCREEN.1 {
        let text = theme.truncate(&format!("{}: this screen is too small", position(browser)), width);
        put(frame.buffer_mut(), 0, &Line::raw(text));
        return;
    }
    let mut lines = vec![title_line(browser, width)];
    match browser.current.as_ref().map(|current| &current.sample) {
        Some(Ok(sample)) => {
            lines.extend(head(sample, theme, width));
            let rows = height - lines.len() - 2;
            let (name, body) = body(browser, width, rows);
            lines.push(rule(&name, theme, width));
            lines.extend(body);
        }
        Some(Err(reason)) => lines.push(Line::styled(theme.truncate(reason, width), theme.error())),
        None => {
            let text = nothing(browser);
            lines.push(Line::default());
            lines.push(Line::raw(theme.truncate(&text, width)));
        }
    }
    lines.truncate(height - 1);
    for (row, line) in lines.iter().enumerate() {
        put(frame.buffer_mut(), row, line);
    }
    let bottom = bottom_lines(browser, width);
    let first = height - bottom.len();
    for (nth, line) in bottom.iter().enumerate() {
        let blank = Line::raw(" ".repeat(width));
        put(frame.buffer_mut(), first + nth, &blank);
        put(frame.buffer_mut(), first + nth, line);
    }
    match &browser.overlay {
        Overlay::Help => help::draw(frame, theme),
        Overlay::Filter(menu) => menu_view::draw(frame, browser, menu),
        _ => {}
    }
}

fn put(buffer: &mut Buffer, row: usize, line: &Line<'_>) {
    let area = buffer.area;
    if let Ok(row) = u16::try_from(row)
        && row < area.height
    {
        buffer.set_line(area.x, area.y + row, line, area.width);
    }
}

/// Describes the place of the current sample among all that meet the criteria.
fn position(browser: &Browser) -> String {
    let total = group_digits(browser.matches.len() as u64);
    // More may be found.
    let more = if browser.scan.is_some() { "+" } else { "" };
    match &browser.current {
        Some(_) => format!("Sample {} of {total}{more}", group_digits(browser.position as u64 + 1)),
        None => format!("{total}{more} samples"),
    }
}

/// Returns the first line: position and mark at the left, criteria and progress at the right.
fn title_line(browser: &Browser, width: usize) -> Line<'static> {
    let theme = browser.theme;
    let left = position(browser);
    let is_marked = browser.current.as_ref().is_some_and(|current| browser.marks.contains(&current.offset));
    let mark = if is_marked { "  * marked" } else { "" };
    let mut right = Vec::new();
    if let Some(scan) = &browser.scan {
        right.push(format!("reading {} %", scan.percent()));
    }
    let criteria = [browser.base_text.clone(), browser.criteria.describe()];
    let criteria: Vec<String> = criteria.into_iter().filter(|text| !text.is_empty()).collect();
    if !criteria.is_empty() {
        right.push(format!("only {}", criteria.join(", ")));
    }
    if !browser.marks.is_empty() {
        right.push(format!("{} marked", browser.marks.len()));
    }
    let room = width.saturating_sub(left.width() + mark.width() + 2);
    let right = theme.truncate(&right.join("  "), room);
    let gap = width.saturating_sub(left.width() + mark.width() + right.width());
    Line::from(vec![
        Span::styled(left, theme.strong()),
        Span::styled(mark, theme.warning()),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.faint()),
    ])
}

/// Returns the visible lines below the head, and the name of the rule above them.
fn body(browser: &mut Browser, width: usize, rows: usize) -> (String, Vec<Line<'static>>) {
    browser.page_rows = rows;
    let Some(current) = &browser.current else { return Default::default() };
    let text = &browser.criteria.text;
    let (lines, first_hit) = browser.bodies.lines(current, width, browser.is_unified, text, browser.theme);
    if let Some(line) = first_hit
        && line >= rows
    {
        // With some of the code above it.
        browser.scroll = line - rows / 3;
    }
    browser.scroll = browser.scroll.min(lines.len().saturating_sub(rows));
    let end = (browser.scroll + rows).min(lines.len());
    let is_wide = SideBySide::has_room(u16::try_from(width).unwrap_or(u16::MAX));
    let layout = match (browser.is_unified, is_wide) {
        (true, _) => ", one column",
        (false, true) => "",
        (false, false) => ", one column: two need 80 columns",
    };
    let name = match lines.len() <= rows {
        true => format!("all {} lines{layout}", lines.len()),
        false => format!("lines {} to {end} of {}{layout}", browser.scroll + 1, lines.len()),
    };
    (name, lines[browser.scroll..end].to_vec())
}

/// Returns the text in place of a sample.
fn nothing(browser: &Browser) -> String {
    if browser.scan.is_some() {
        return "No match so far.".to_owned();
    }
    match browser.criteria.is_empty() {
        true if browser.base_text.is_empty() => "The dataset has no samples.".to_owned(),
        true => format!("No sample matches: only {}.", browser.base_text),
        false => "No sample matches. Esc removes filter and search.".to_owned(),
    }
}

/// Returns the last lines: a question, a message, or the keys.
fn bottom_lines(browser: &Browser, width: usize) -> Vec<Line<'static>> {
    let theme = browser.theme;
    let count = browser.marks.len();
    let samples = || format!("{count} marked {}", plural(count, "sample"));
    let wrapped = |text: &str, style: Style| -> Vec<Line<'static>> {
        let lines = theme.wrap_lines(text, width, MAX_MESSAGE_LINES);
        lines.into_iter().map(|line| Line::styled(line, style)).collect()
    };
    match &browser.overlay {
        Overlay::Search(input) => vec![input_line("Search: ", &input.0, theme, width)],
        Overlay::FileName(input) => {
            vec![input_line(&format!("Write {} to: ", samples()), &input.0, theme, width)]
        }
        Overlay::Replace(path) => {
            wrapped(&format!("{} exists: replace it? (y/N)", path.display()), theme.warning())
        }
        Overlay::Quit => wrapped(&format!("{} not written: quit? (y/N)", samples()), theme.warning()),
        Overlay::Address(url) => {
            let mut lines =
                vec![Line::styled("The address, to be copied (any key hides it):", theme.strong())];
            lines.extend(wrapped(url, Style::new()));
            lines
        }
        Overlay::None | Overlay::Help | Overlay::Filter(_) => match &browser.message {
            Some(message) => wrapped(message, theme.strong()),
            None => {
                let keys = KEYS.into_iter().find(|keys| keys.width() <= width);
                vec![Line::styled(keys.unwrap_or(KEYS[KEYS.len() - 1]), theme.faint())]
            }
        },
    }
}

/// Returns a question with the text that is typed so far, of which the end is always visible.
fn input_line(question: &str, text: &str, theme: Theme, width: usize) -> Line<'static> {
    let room = width.saturating_sub(question.width() + 1);
    let clean = theme.truncate(text, usize::MAX / 16);
    let mut left = room;
    let start = clean.char_indices().rev().take_while(|(_, character)| {
        let columns = character.to_string().width();
        left = left.saturating_sub(columns);
        left > 0
    });
    let start = start.last().map_or(clean.len(), |(at, _)| at);
    Line::from(vec![
        Span::styled(question.to_owned(), theme.strong()),
        Span::raw(clean[start..].to_owned()),
        Span::raw("_"),
    ])
}
