//! Drawing of the menu of filters.

use ratatui::Frame;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use streamguard_report::group_digits;

use super::criteria::{Facet, FacetValues, value_name};
use super::filter_menu::FilterMenu;
use super::model::Browser;
use crate::ui::popup::popup;
use crate::ui::theme::Theme;

/// Columns of the menu.
const COLUMNS: u16 = 58;

/// Values that are visible at once.
const VISIBLE_VALUES: usize = 12;

/// Columns of a value.
const VALUE_COLUMNS: usize = 36;

/// Draws the menu over everything else.
pub(super) fn draw(frame: &mut Frame<'_>, browser: &Browser, menu: &FilterMenu) {
    let theme = browser.theme;
    let (title, mut lines) = match menu.value {
        None => ("Filter".to_owned(), facet_lines(menu, theme)),
        Some(at) => {
            let facet = Facet::ALL[menu.facet];
            (format!("Filter by {}", facet.name()), value_lines(at, &browser.values[menu.facet], theme))
        }
    };
    let keys = match menu.value {
        None => ["Enter choose  x any value  c clear all", "a apply  Esc cancel"],
        Some(_) => ["Enter take this value", "Esc back"],
    };
    lines.push(Line::default());
    if let Some(scan) = &browser.value_scan {
        lines.push(Line::styled(format!(" counting the values: {} %", scan.percent()), theme.warning()));
    }
    lines.extend(keys.map(|keys| Line::styled(format!(" {keys}"), theme.faint())));
    popup(frame, theme, &title, lines, COLUMNS);
}

fn facet_lines(menu: &FilterMenu, theme: Theme) -> Vec<Line<'static>> {
    let facets = Facet::ALL.into_iter().zip(&menu.chosen).enumerate();
    let line = |(nth, (facet, chosen)): (usize, (Facet, &Option<String>))| {
        let value = chosen.as_deref().map_or("any", value_name);
        let value = theme.truncate(value, VALUE_COLUMNS);
        choice(format!("{:<10} {value}", facet.name()), nth == menu.facet)
    };
    facets.map(line).collect()
}

fn value_lines(at: usize, values: &FacetValues, theme: Theme) -> Vec<Line<'static>> {
    let values = values.sorted();
    let mut rows = vec![format!("{:<VALUE_COLUMNS$} {:>12}", "any", "")];
    let row = |&(value, count): &(&str, u64)| {
        format!("{} {:>12}", theme.cell(value_name(value), VALUE_COLUMNS), group_digits(count))
    };
    rows.extend(values.iter().map(row));
    // The chosen row stays in the middle where it can.
    let first = at.saturating_sub(VISIBLE_VALUES / 2).min(rows.len().saturating_sub(VISIBLE_VALUES));
    let rows = rows.into_iter().enumerate().skip(first).take(VISIBLE_VALUES);
    rows.map(|(nth, row)| choice(row, nth == at)).collect()
}

/// Returns a row of a list. The chosen one has a sign besides its look.
fn choice(text: String, is_chosen: bool) -> Line<'static> {
    match is_chosen {
        true => Line::styled(format!(" > {text} "), Style::new().add_modifier(Modifier::REVERSED)),
        false => Line::raw(format!("   {text}")),
    }
}
