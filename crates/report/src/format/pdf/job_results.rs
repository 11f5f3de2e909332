//! What the jobs say of themselves: their own figures and tables.

use serde_json::Value;

use super::layout::PageLayout;
use super::numbers::{counted, none, value};
use super::style::{self, FontFace, NOTE, TextStyle};
use super::table::ColumnAlign::{Left, Right};
use super::table::{PdfTable, TableCell};
use crate::digits::group_digits;
use crate::report::CollectorReport;
use crate::report::Report;

/// Most rows of a table.
const ROWS: usize = 200;
/// Most tables of a job.
const TABLES: usize = 40;
/// Most jobs.
const JOBS: usize = 40;
/// Longest text of a cell, in characters.
const CELL: usize = 300;

pub(super) fn set(layout: &mut PageLayout<'_>, report: &Report) {
    let says =
        |job: &CollectorReport| !job.metrics.is_empty() || !job.counters.is_empty() || !job.tables.is_empty();
    let jobs: Vec<_> = report.by_collector.iter().filter(|(_, job)| says(job)).collect();
    if jobs.is_empty() {
        return;
    }
    layout.section("Figures of the jobs");
    figures(layout, &jobs);
    for (name, job) in jobs.iter().take(JOBS) {
        for table in job.tables.iter().take(TABLES) {
            let title: String = table.title.chars().take(CELL).collect();
            rows(layout, &format!("{name}: {title}"), &table.columns, &table.rows);
        }
        if let Some(more @ 1..) = job.tables.len().checked_sub(TABLES) {
            layout.paragraph(&format!("{} not shown.", counted(more as u64, "more tables")), &NOTE);
        }
    }
    if let Some(more @ 1..) = jobs.len().checked_sub(JOBS) {
        layout.paragraph(&format!("Tables of {} are not shown.", counted(more as u64, "more jobs")), &NOTE);
    }
}

/// Single figures: of each job those of its result, then what its shards counted besides.
fn figures(layout: &mut PageLayout<'_>, jobs: &[&(String, CollectorReport)]) {
    let mut table = PdfTable::new(&[("Job", Left), ("Figure", Left), ("Value", Right)]);
    let mut left_out = 0;
    for (name, job) in jobs {
        let metrics = job.metrics.iter().map(|(name, figure)| (name, value(figure)));
        let besides = job.counters.iter().filter(|(name, _)| !job.metrics.contains_key(*name));
        let counters = besides.map(|(name, count)| (name, group_digits(*count)));
        let (mut shown, mut style) = (0, TextStyle { face: FontFace::Bold, ..style::CELL });
        for (figure, value) in metrics.chain(counters) {
            if shown == ROWS {
                left_out += 1;
                continue;
            }
            let figure = cut(&figure.replace('_', " ").replace('.', ": "));
            table.row(vec![TableCell::styled(name, style), figure, cut(&value)]);
            style = style::CELL.coloured(style::MUTED);
            shown += 1;
        }
    }
    if left_out > 0 {
        table.note(format!("{} not shown.", counted(left_out, "more figures")));
    }
    if !table.is_empty() {
        table.set(layout);
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
    for row in rows.iter().take(ROWS) {
        set.row(row.iter().map(|cell| cut(&value(cell))).collect());
    }
    if let Some(more @ 1..) = rows.len().checked_sub(ROWS) {
        let whole = "the other formats of this report have all";
        set.note(format!("{} more rows; {whole}.", group_digits(more as u64)));
    }
    set.set(layout);
}

/// Text from a job, of bounded length.
fn cut(text: &str) -> TableCell {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None if text.is_empty() => none().into(),
        None => text.into(),
    }
}
