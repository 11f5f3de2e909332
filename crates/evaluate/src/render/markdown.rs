//! An evaluation as Markdown.

use std::fmt::Write;

use super::tables::{ReportTable, TITLE, introduction, tables};
use crate::evaluation::Evaluation;

/// Returns an evaluation as Markdown. Nothing in it is text of others: groups are known languages and numbers.
pub fn markdown(evaluation: &Evaluation) -> String {
    let mut text = format!("# {TITLE}\n\n{}\n", introduction(evaluation));
    // Writing to a string cannot fail.
    tables(evaluation).iter().for_each(|table| _ = write_table(&mut text, table));
    text
}

fn write_table(text: &mut String, table: &ReportTable) -> std::fmt::Result {
    writeln!(text, "\n## {}\n\n| {} |", table.title, table.columns.join(" | "))?;
    writeln!(text, "|---{}|", "|---:".repeat(table.columns.len() - 1))?;
    table.rows.iter().try_for_each(|row| writeln!(text, "| {} |", row.join(" | ")))
}
