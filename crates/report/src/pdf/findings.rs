//! What the jobs say of themselves: their own figures and tables.

use serde_json::Value;

use super::figures::{counted, grouped, none, value};
use super::layout::Layout;
use super::style::NOTE;
use super::table::Align::{Left, Right};
use super::table::{Cell, Table};
use crate::Report;
use crate::report::Collector;

/// Most rows of a table.
const ROWS: usize = 200;
/// Most tables of a job.
const TABLES: usize = 40;
/// Most jobs.
const JOBS: usize = 40;
/// Longest text of a cell, in characters.
const CELL: usize = 300;

pub(super) fn set(layout: &mut Layout<'_>, report: &Report) {
    let says =
        |job: &Collector| !job.metrics.is_empty() || !job.counters.is_empty() || !job.tables.is_empty();
    let mut jobs = report.by_collector.iter().filter(|(_, job)| says(job)).peekable();
    if jobs.peek().is_none() {
        return;
    }
    layout.section("Figures of the jobs");
    for (name, job) in jobs.by_ref().take(JOBS) {
        figures(layout, name, job);
        job.tables.iter().take(TABLES).for_each(|table| {
            let title: String = table.title.chars().take(CELL).collect();
            rows(layout, &format!("{name}: {title}"), &table.columns, &table.rows);
        });
        if let Some(more @ 1..) = job.tables.len().checked_sub(TABLES) {
            layout.paragraph(&format!("{} not shown.", counted(more as u64, "more tables")), &NOTE);
        }
    }
    let more = jobs.count() as u64;
    if more > 0 {
        layout.paragraph(&format!("{} not shown.", counted(more, "more jobs")), &NOTE);
    }
}

/// Its single figures: those of its result, then what its shards counted besides.
fn figures(layout: &mut Layout<'_>, name: &str, job: &Collector) {
    let metrics = job.metrics.iter().map(|(name, figure)| (name, value(figure)));
    let besides = job.counters.iter().filter(|(name, _)| !job.metrics.contains_key(*name));
    let counters = besides.map(|(name, count)| (name, grouped(*count)));
    let mut table = Table::new(&[("Figure", Left), ("", Right)]);
    for (name, figure) in metrics.chain(counters).take(ROWS) {
        table.row(vec![cut(&name.replace('_', " ")), cut(&figure)]);
    }
    if let Some(more @ 1..) = (job.metrics.len() + job.counters.len()).checked_sub(ROWS) {
        table.note(format!("Up to {} are not shown.", counted(more as u64, "more figures")));
    }
    if !table.is_empty() {
        layout.subsection(name);
        table.set(layout);
    }
}

fn rows(layout: &mut Layout<'_>, title: &str, columns: &[String], rows: &[Vec<Value>]) {
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
    let mut set = Table::with_heads(columns.iter().enumerate().map(head).collect());
    for row in rows.iter().take(ROWS) {
        set.row(row.iter().map(|cell| cut(&value(cell))).collect());
    }
    if let Some(more @ 1..) = rows.len().checked_sub(ROWS) {
        let whole = "the other formats of this report have all";
        set.note(format!("{} more rows; {whole}.", grouped(more as u64)));
    }
    set.set(layout);
}

/// Text from a job, of bounded length.
fn cut(text: &str) -> Cell {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None if text.is_empty() => none().into(),
        None => text.into(),
    }
}
