//! Results of the jobs: their own metrics and tables.

use serde_json::Value;

use super::layout::PageLayout;
use super::numbers::{counted, none, value};
use super::style::{self, FontFace, NOTE_TEXT, TextStyle};
use super::table::ColumnAlign::{Left, Right};
use super::table::{PdfTable, TableCell};
use crate::digits::group_digits;
use crate::report::CollectorReport;
use crate::report::Report;

/// Most rows of a table.
const MAX_ROWS: usize = 200;
/// Most tables of a job.
const MAX_TABLES: usize = 40;
/// Most jobs whose tables are shown.
const MAX_JOBS: usize = 40;
/// Longest text of a cell, in characters.
const MAX_CELL_CHARACTERS: usize = 300;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    let says =
        |job: &CollectorReport| !job.metrics.is_empty() || !job.counters.is_empty() || !job.tables.is_empty();
    let jobs: Vec<_> = report.by_collector.iter().filter(|(_, job)| says(job)).collect();
    if jobs.is_empty() {
        return;
    }
    layout.section("Results of the jobs");
    figures(layout, &jobs);
    for (name, job) in jobs.iter().take(MAX_JOBS) {
        for table in job.tables.iter().take(MAX_TABLES) {
            let title: String = table.title.chars().take(MAX_CELL_CHARACTERS).collect();
            let table = table.without_empty_columns();
            rows(layout, &format!("{name}: {title}"), &table.columns, &table.rows);
        }
        if let Some(more @ 1..) = job.tables.len().checked_sub(MAX_TABLES) {
            layout.paragraph(&format!("{} not shown.", counted(more as u64, "more tables")), &NOTE_TEXT);
        }
    }
    if let Some(more @ 1..) = jobs.len().checked_sub(MAX_JOBS) {
        layout.paragraph(
            &format!("Tables of {} are not shown.", counted(more as u64, "more jobs")),
            &NOTE_TEXT,
        );
    }
}

/// Lays out the metrics of each job, followed by counters of its shards that are not among the metrics.
fn figures(layout: &mut PageLayout<'_>, jobs: &[&(String, CollectorReport)]) {
    let mut table = PdfTable::new(&[("Job", Left), ("Metric", Left), ("Value", Right)]);
    let mut left_out = 0;
    for (name, job) in jobs {
        let metrics = job.metrics.iter().map(|(name, figure)| (name, value(figure)));
        let besides = job.counters.iter().filter(|(name, _)| !job.metrics.contains_key(*name));
        let counters = besides.map(|(name, count)| (name, group_digits(*count)));
        let (mut shown, mut style) = (0, TextStyle { face: FontFace::Bold, ..style::CELL_TEXT });
        for (figure, value) in metrics.chain(counters) {
            if shown == MAX_ROWS {
                left_out += 1;
                continue;
            }
            let figure = cut(&figure.replace('_', " ").replace('.', ": "));
            table.row(vec![TableCell::styled(name, style), figure, cut(&value)]);
            style = style::CELL_TEXT.coloured(style::MUTED_COLOUR);
            shown += 1;
        }
    }
    if left_out > 0 {
        table.note(format!("{} not shown.", counted(left_out, "more metrics")));
    }
    if !table.is_empty() {
        table.lay_out(layout);
    }
}

fn rows(layout: &mut PageLayout<'_>, title: &str, columns: &[String], rows: &[Vec<Value>]) {
    if rows.is_empty() || columns.is_empty() {
        return;
    }
    layout.subsection(title);
    let is_number = |column: usize| {
        let mut cells =
            rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_null()).peekable();
        cells.peek().is_some() && cells.all(Value::is_number)
    };
    let head = |(column, name): (usize, &String)| {
        (name.replace('_', " "), if is_number(column) { Right } else { Left })
    };
    let mut set = PdfTable::with_heads(columns.iter().enumerate().map(head).collect());
    for row in rows.iter().take(MAX_ROWS) {
        set.row(row.iter().map(|cell| cut(&value(cell))).collect());
    }
    if let Some(more @ 1..) = rows.len().checked_sub(MAX_ROWS) {
        set.note(format!("{} more rows are in the other formats of this report.", group_digits(more as u64)));
    }
    set.lay_out(layout);
}

/// Makes a cell of text from a job, of bounded length.
fn cut(text: &str) -> TableCell {
    match text.char_indices().nth(MAX_CELL_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None if text.is_empty() => none().into(),
        None => text.into(),
    }
}
