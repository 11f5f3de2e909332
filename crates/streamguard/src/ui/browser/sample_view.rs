//! Content of the browser for one sample: facts, and lines of code, as text of the terminal.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use streamguard_dataset::Sample;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::ui::sample_head;
use crate::ui::side_by_side::SideBySide;
use crate::ui::styled_text::{StyledPiece, StyledText, TextStyle, in_ascii};
use crate::ui::theme::Theme;

/// Longest code that is drawn, in bytes of each side. Collectors leave far shorter code; that of other files may
/// be longer, and all its rows are in memory.
const MAX_DRAWN_BYTES: usize = 1 << 20;

/// Most lines of a fact below the code.
const MAX_FACT_LINES: usize = 12;

/// Columns of the names of facts.
const NAME_COLUMNS: usize = 11;

/// Facts that have lines of their own below the title.
const HEAD_FACTS: [&str; 3] = ["repository", "commit", "place"];

/// Facts that the lines of a sample's title hold.
const TITLE_FACTS: [&str; 5] = ["weakness", "severity", "code", "collector", "label"];

/// Returns the lines above the code. Their number is always the same, so that the code stays in its place.
pub(super) fn head(sample: &Sample, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let facts = sample_head::values(sample);
    let fact = |wanted: &str| {
        facts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let name = sample.vulnerability_type.as_deref().map(|name| format!("({name})"));
    let title = sample_head::title(sample);
    let title = match name {
        Some(name) => format!("{title} {name}"),
        None => title,
    };
    let class = joined(&[&title, &fact("weakness"), &severity(&fact("severity"))]);
    let label = Some(fact("label")).filter(|label| !label.is_empty());
    let label = label.map_or("no label confidence".to_owned(), |label| format!("label {label}"));
    let origin = joined(&[&fact("code"), &format!("collector {}", fact("collector")), &label]);
    let mut lines = vec![
        Line::styled(theme.truncate(&class, width), theme.strong()),
        Line::raw(theme.truncate(&origin, width)),
    ];
    for wanted in HEAD_FACTS {
        let value = Some(fact(wanted)).filter(|value| !value.is_empty()).unwrap_or("-".to_owned());
        lines.push(fact_line(if wanted == "place" { "path" } else { wanted }, &value, theme, width));
    }
    lines
}

fn severity(fact: &str) -> String {
    if fact.is_empty() { "severity unknown".to_owned() } else { format!("severity {fact}") }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

fn fact_line(name: &str, value: &str, theme: Theme, width: usize) -> Line<'static> {
    let value = theme.truncate(value, width.saturating_sub(NAME_COLUMNS + 1));
    Line::from(vec![Span::styled(format!("{name:<NAME_COLUMNS$} "), theme.faint()), Span::raw(value)])
}

/// Returns the lines of the code, and below them the facts that are not in the head.
pub(super) fn body(view: &mut SideBySide, sample: &Sample, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let mut shown = sample.clone();
    let mut is_cut = false;
    for code in [&mut shown.vulnerable_code, &mut shown.fixed_code].into_iter().flatten() {
        is_cut |= code.len() > MAX_DRAWN_BYTES;
        *code = drawable(code, theme);
    }
    let mut text = StyledText::default();
    view.draw_code(&mut text, &shown);
    let mut lines: Vec<Line<'static>> =
        text.into_lines().iter().map(|pieces| code_line(pieces, theme)).collect();
    if is_cut {
        lines.push(Line::styled("   the rest of this long code is not shown", theme.warning()));
    }
    // What the head has no room for stands here whole.
    let columns = width.saturating_sub(NAME_COLUMNS + 1).max(1);
    let is_more = |name: &str, value: &str| match name {
        _ if HEAD_FACTS.contains(&name) => value.width() > columns,
        "label" | "severity" => value.width() > columns / 3,
        _ => !TITLE_FACTS.contains(&name),
    };
    lines.push(Line::default());
    let facts = sample_head::values(sample);
    for (name, value) in facts.iter().filter(|(name, value)| !value.is_empty() && is_more(name, value)) {
        lines.extend(wrapped_fact(name, value, theme, width, columns));
    }
    lines.extend(wrapped_fact("id", &sample.id, theme, width, columns));
    lines
}

/// Returns a fact in as many lines as it needs.
fn wrapped_fact(name: &str, value: &str, theme: Theme, width: usize, columns: usize) -> Vec<Line<'static>> {
    let name = if name == "place" { "path" } else { name };
    let rows = theme.wrap_lines(value, columns, MAX_FACT_LINES).into_iter().enumerate();
    rows.map(|(nth, row)| fact_line(if nth == 0 { name } else { "" }, &row, theme, width)).collect()
}

/// Returns code that a terminal can show: without more than one combining mark for each character, which
/// would climb over the lines above, and in ASCII where there is nothing else. Its beginning, if it is long.
fn drawable(code: &str, theme: Theme) -> String {
    let code = &code[..code.floor_char_boundary(MAX_DRAWN_BYTES)];
    if code.is_ascii() {
        return code.to_owned();
    }
    let mut clean = String::with_capacity(code.len());
    let mut has_mark = true;
    for character in code.chars() {
        let is_mark = character.width() == Some(0);
        if is_mark && has_mark {
            continue;
        }
        has_mark = is_mark;
        match theme.utf8 || character.is_ascii() {
            true => clean.push(character),
            false => clean.extend(character.escape_unicode()),
        }
    }
    clean
}

fn code_line(pieces: &[StyledPiece], theme: Theme) -> Line<'static> {
    let spans = pieces.iter().map(|(style, text)| {
        // The code is ASCII by now, so these are lines and marks of our own.
        let text = if theme.utf8 { text.clone() } else { in_ascii(text) };
        Span::styled(text, style_of(*style, theme))
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// Returns the style on a screen of ratatui; the same as on standard output, except that changed words
/// stand out without colours too.
fn style_of(style: TextStyle, theme: Theme) -> Style {
    let color = |color| theme.colored(color);
    match style {
        TextStyle::Plain => Style::new(),
        TextStyle::Title => theme.strong(),
        TextStyle::Label | TextStyle::Frame | TextStyle::Comment => color(Color::DarkGray),
        TextStyle::Removed => color(Color::Red).add_modifier(Modifier::BOLD),
        TextStyle::RemovedPart => color(Color::Red).add_modifier(Modifier::REVERSED),
        TextStyle::Added => color(Color::Green).add_modifier(Modifier::BOLD),
        TextStyle::AddedPart => color(Color::Green).add_modifier(Modifier::REVERSED),
        TextStyle::Attribute | TextStyle::Type => color(Color::Cyan),
        TextStyle::Constant => color(Color::LightMagenta),
        TextStyle::Function => color(Color::LightBlue),
        TextStyle::Keyword => color(Color::Magenta),
        TextStyle::Literal => color(Color::Yellow),
    }
}
