//! Metrics and tables of a job, as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use streamguard_engine::{CompletionStatus, JobState, SummaryTable};

use super::escape::escape;
use super::print::print as print_text;
use super::terminal::{has_utf8, width};
use super::truncate::{pad_to, truncate};
use streamguard_report::{format_number, group_digits};
use unicode_width::UnicodeWidthStr;

/// Rows of a table that are shown; reports have all of them.
const MAX_TABLE_ROWS: usize = 24;

/// Longest text of a cell, in columns of the terminal.
const MAX_CELL_COLUMNS: usize = 100;

/// Longest list in a cell, but for a first item that is longer.
const MAX_LIST_COLUMNS: usize = 42;

/// Narrowest column of text, if the others leave it no more.
const MIN_TEXT_COLUMNS: usize = 8;

/// What the text is for.
#[derive(Clone, Copy, Debug)]
struct Screen {
    /// Columns of the terminal; none for a file or a pipe.
    columns: Option<usize>,
    utf8: bool,
}

/// Prints the status, the metrics and the tables of a job.
pub fn print(job: &JobState) {
    let columns = width().map(usize::from);
    // A file or a pipe takes any bytes; a terminal only those of its locale.
    print_text(&text(job, Screen { columns, utf8: columns.is_none() || has_utf8() }));
}

fn text(job: &JobState, screen: Screen) -> String {
    let mut text = String::new();
    let reason = job.reason.as_deref().map(|reason| format!(": {}", escape(reason))).unwrap_or_default();
    let _ = match job.status {
        Some(CompletionStatus::Complete) => Ok(()),
        Some(CompletionStatus::Partial | CompletionStatus::Cancelled) if !job.summary.metrics.is_empty() => {
            writeln!(text, "PARTIAL RESULT{reason}\n")
        }
        status => {
            writeln!(text, "{} {}{reason}", job.name, status.map_or("stopped", CompletionStatus::label))
        }
    };
    if job.status == Some(CompletionStatus::Failed) && job.records == 0 {
        // Figures of nothing would only hide the reason.
        return text;
    }
    metrics(&mut text, &job.summary.metrics);
    for table in job.summary.tables.iter().filter(|table| !table.rows.is_empty()) {
        rows(&mut text, table, screen);
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

fn rows(text: &mut String, table: &SummaryTable, screen: Screen) {
    // A column in which nothing stands would only make the lines longer.
    let is_empty = |cell: Option<&Value>| cell.is_none_or(|cell| cell.is_null() || cell.as_str() == Some(""));
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|&column| table.rows.iter().any(|row| !is_empty(row.get(column))))
        .collect();
    let head = columns.iter().map(|&column| escape(&table.columns[column])).collect();
    let values = |row: &Vec<Value>| {
        columns.iter().map(|&column| row.get(column).map(format_value).unwrap_or_default()).collect()
    };
    let cells: Vec<Vec<String>> =
        std::iter::once(head).chain(table.rows.iter().take(MAX_TABLE_ROWS).map(values)).collect();
    let is_number = |column: usize| {
        table.rows.iter().all(|row| row.get(column).is_none_or(|cell| cell.is_number() || cell.is_null()))
    };
    let numeric: Vec<bool> = columns.iter().map(|&column| is_number(column)).collect();
    let mut widths: Vec<usize> = (0..columns.len())
        .map(|at| cells.iter().map(|row| row[at].width()).max().unwrap_or_default())
        .collect();
    if let Some(available) = screen.columns {
        narrow(&mut widths, &numeric, available);
    }
    let _ = writeln!(text, "\n{}", escape(&table.title));
    for row in &cells {
        let mut line = String::new();
        for ((cell, &width), &is_number) in row.iter().zip(&widths).zip(&numeric) {
            line.push_str("  ");
            if is_number {
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
                line.push_str(cell);
            } else {
                line.push_str(&pad_to(cell, width, screen.utf8));
            }
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if table.rows.len() > MAX_TABLE_ROWS {
        let _ = writeln!(text, "  and {} more", group_digits((table.rows.len() - MAX_TABLE_ROWS) as u64));
    }
}

/// Narrows the widest columns of text until a line fits on the screen, or all of them are narrow.
fn narrow(widths: &mut [usize], numeric: &[bool], columns: usize) {
    while widths.iter().map(|width| width + 2).sum::<usize>() > columns {
        let texts = (0..widths.len()).filter(|&at| !numeric[at] && widths[at] > MIN_TEXT_COLUMNS);
        let Some(widest) = texts.max_by_key(|&at| widths[at]) else { return };
        widths[widest] -= 1;
    }
}

/// Formats a value for people; safe for a terminal.
fn format_value(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => truncate(text, MAX_CELL_COLUMNS, true),
        Value::Number(number) => format_number(number),
        Value::Array(items) => short_list(items),
        other => escape(&other.to_string()),
    }
}

/// Lists as many items as fit into a short cell.
fn short_list(items: &[Value]) -> String {
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        let item = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        let comma = if at == 0 { "" } else { ", " };
        if at > 0 && text.width() + comma.len() + item.width() > MAX_LIST_COLUMNS {
            text.push_str(", …");
            break;
        }
        text.push_str(comma);
        text.push_str(&item);
    }
    truncate(&text, MAX_CELL_COLUMNS, true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamguard_engine::JobSummary;

    use super::*;

    fn table(columns: usize) -> String {
        let table = SummaryTable {
            title: "Paths".to_owned(),
            columns: ["path", "note", "mean", "primes"].map(str::to_owned).to_vec(),
            rows: vec![
                vec![json!("/漢字漢字漢字漢字漢字"), json!(""), json!(126.19811509925806), json!([2, 3, 5])],
                vec![json!("/a"), json!(null), json!(2), json!((1000..1020).collect::<Vec<_>>())],
            ],
        };
        let mut text = String::new();
        rows(&mut text, &table, Screen { columns: Some(columns), utf8: true });
        text
    }

    #[test]
    fn tables_fit_on_the_screen() {
        assert_eq!(
            table(100),
            "\nPaths\n  path                      mean  primes\n  /漢字漢字漢字漢字漢字  126.198  2, 3, 5\n  \
             /a                           2  1000, 1001, 1002, 1003, 1004, 1005, 1006, …\n"
        );
        for columns in [40, 50, 60, 80] {
            assert!(table(columns).lines().all(|line| line.width() <= columns), "{}", table(columns));
        }
    }

    #[test]
    fn a_job_that_did_nothing_has_no_figures() {
        let summary = JobSummary::default().metric("requests", 0);
        let status = Some(CompletionStatus::Failed);
        let mut job = [JobState::default()];
        job[0].name = "ingest".to_owned();
        (job[0].status, job[0].summary) = (status, summary);
        assert_eq!(text(&job[0], Screen { columns: None, utf8: true }), "ingest failed\n");
    }
}
