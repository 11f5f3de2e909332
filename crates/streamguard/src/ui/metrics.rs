//! Metrics and tables of a job, as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use streamguard_engine::{CompletionStatus, JobState, SummaryTable};

use super::escape::escape;
use super::print::print as print_text;
use streamguard_report::group_digits;

/// Rows of a table that are shown; reports have all of them.
const MAX_TABLE_ROWS: usize = 24;

/// Longest text of a cell, in characters.
const MAX_CELL_CHARS: usize = 100;

/// Prints the status, the metrics and the tables of a job.
pub fn print(job: &JobState) {
    print_text(&text(job));
}

fn text(job: &JobState) -> String {
    let mut text = String::new();
    let reason = job.reason.as_deref().map(|reason| format!(": {}", escape(reason))).unwrap_or_default();
    let _ = match job.status {
        Some(CompletionStatus::Complete) => Ok(()),
        Some(CompletionStatus::Partial | CompletionStatus::Cancelled) if !job.summary.metrics.is_empty() => {
            writeln!(text, "PARTIAL RESULT{reason}\n")
        }
        status => {
            writeln!(text, "{} {}{reason}", job.name, status.map_or("interrupted", CompletionStatus::name))
        }
    };
    metrics(&mut text, &job.summary.metrics);
    for table in job.summary.tables.iter().filter(|table| !table.rows.is_empty()) {
        rows(&mut text, table);
    }
    text
}

/// Appends single metrics. Metrics whose names have the same part before a point stand together.
fn metrics(text: &mut String, metrics: &BTreeMap<String, Value>) {
    // A point in a name groups metrics, as in `latency_ms.mean`.
    let (groups, single): (Vec<_>, Vec<_>) = metrics.iter().partition(|(name, _)| name.contains('.'));
    for (name, value) in single {
        let _ = writeln!(text, "{:<24} {:>20}", escape(name).replace('_', " "), format_value(value));
    }
    let mut last = "";
    for (name, value) in groups {
        let (group, name) = name.split_once('.').unwrap_or_default();
        if group != last {
            let _ = writeln!(text, "\n{}", escape(group).replace('_', " "));
            last = group;
        }
        let _ = writeln!(text, "  {:<22} {:>20}", escape(name).replace('_', " "), format_value(value));
    }
}

fn rows(text: &mut String, table: &SummaryTable) {
    // A column in which nothing stands would only make the lines longer than the terminal.
    let is_empty = |cell: Option<&Value>| cell.is_none_or(|cell| cell.is_null() || cell.as_str() == Some(""));
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|&column| table.rows.iter().any(|row| !is_empty(row.get(column))))
        .collect();
    let head = columns.iter().map(|&column| escape(&table.columns[column])).collect();
    let values = |row: &Vec<Value>| -> Vec<String> {
        columns.iter().map(|&column| row.get(column).map(format_value).unwrap_or_default()).collect()
    };
    let cells: Vec<Vec<String>> =
        std::iter::once(head).chain(table.rows.iter().take(MAX_TABLE_ROWS).map(values)).collect();
    let is_number = |column: usize| {
        table.rows.iter().all(|row| row.get(column).is_none_or(|cell| cell.is_number() || cell.is_null()))
    };
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| cells.iter().map(|row| row[at].chars().count()).max().unwrap_or_default())
        .collect();
    let _ = writeln!(text, "\n{}", escape(&table.title));
    for row in &cells {
        let mut line = String::new();
        for (&column, (cell, &width)) in columns.iter().zip(row.iter().zip(&widths)) {
            let _ = match is_number(column) {
                true => write!(line, "  {cell:>width$}"),
                false => write!(line, "  {cell:<width$}"),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if table.rows.len() > MAX_TABLE_ROWS {
        let _ = writeln!(text, "  and {} more", group_digits((table.rows.len() - MAX_TABLE_ROWS) as u64));
    }
}

/// Formats a value for people.
fn format_value(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => {
            let text = escape(text);
            match text.char_indices().nth(MAX_CELL_CHARS) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        }
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), group_digits),
        other => escape(&other.to_string()),
    }
}
