//! Origin of the run: program, times, files, command and settings.

use serde_json::Value;

use super::layout::PageLayout;
use super::numbers::{counted, instant, none, seconds};
use super::structure::NodeKind;
use super::style::{CODE_TEXT, TEXT_LEFT, TEXT_WIDTH, TINT_COLOUR};
use super::table::ColumnAlign::{Left, Right};
use super::table::{PdfTable, TableCell};
use crate::digits::group_digits;
use crate::report::Report;

/// Most settings that are listed.
const MAX_SETTINGS: usize = 200;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    layout.section("Provenance");
    let mut table = PdfTable::pairs(Left);
    let time = |time: &Option<String>| time.as_deref().map_or_else(none, instant);
    let mut row = |name: &str, what: String| table.row(vec![name.into(), what.into()]);
    row("Program", format!("StreamGuard {}", report.version));
    row("Started", time(&report.start_time));
    row("Ended", time(&report.end_time));
    row("Duration", seconds(report.total_duration));
    row("Workers", format!("{} ({})", group_digits(report.workers as u64), report.mode));
    table.lay_out(layout);
    files(layout, report);
    command(layout, report);
    settings(layout, &report.provenance.settings);
}

fn files(layout: &mut PageLayout<'_>, report: &Report) {
    let Some(dataset) = report.dataset.as_ref().filter(|dataset| !dataset.files.is_empty()) else { return };
    layout.subsection("Files of the dataset");
    let mut table = PdfTable::new(&[("File", Left), ("Bytes", Right), ("BLAKE3", Left)]);
    for file in &dataset.files {
        // A smaller font that keeps the leading of the other cells.
        let digest = super::style::TextStyle { size: 7.0, ..CODE_TEXT };
        table.row(vec![
            file.name.as_str().into(),
            group_digits(file.size).into(),
            TableCell::styled(file.blake3.as_str(), digest),
        ]);
    }
    table.lay_out(layout);
}

/// Lays out the command that repeats the run, as it can be typed.
fn command(layout: &mut PageLayout<'_>, report: &Report) {
    let Some(command) = &report.provenance.command else { return };
    const BOX_INSET: f32 = 10.0;
    layout.subsection("Command");
    let lines = layout.fonts.wrap(command, &CODE_TEXT, TEXT_WIDTH - 2.0 * BOX_INSET);
    let height = lines.len() as f32 * CODE_TEXT.leading + 2.0 * 7.0;
    let top = layout.open(height);
    layout.rule(TEXT_LEFT, top, TEXT_WIDTH, height, TINT_COLOUR);
    layout.advance(7.0);
    let node = layout.node(None, NodeKind::Paragraph);
    layout.lines(Some(node), TEXT_LEFT + BOX_INSET, &lines, &CODE_TEXT);
    layout.advance(7.0);
}

fn settings(layout: &mut PageLayout<'_>, settings: &Value) {
    let mut rows = Vec::new();
    let left_out = flatten("", settings, &mut rows);
    if rows.is_empty() {
        return;
    }
    layout.subsection("Settings");
    let mut table = PdfTable::new(&[("Setting", Left), ("Value", Left)]);
    for (name, what) in rows {
        let what = if what.is_empty() { "(empty)".to_owned() } else { what };
        table.row(vec![name.into(), what.into()]);
    }
    if left_out > 0 {
        table.note(format!("{} not listed.", counted(left_out, "more settings")));
    }
    table.lay_out(layout);
}

/// Flattens settings to dotted names. Returns the number of settings left out.
fn flatten(name: &str, value: &Value, rows: &mut Vec<(String, String)>) -> u64 {
    match value {
        Value::Object(values) if !values.is_empty() => values
            .iter()
            .map(|(key, value)| {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(&name, value, rows)
            })
            .sum(),
        Value::Null => 0,
        _ if rows.len() >= MAX_SETTINGS => 1,
        Value::String(text) => {
            rows.push((name.to_owned(), text.clone()));
            0
        }
        other => {
            rows.push((name.to_owned(), other.to_string()));
            0
        }
    }
}
