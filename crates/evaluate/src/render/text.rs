//! An evaluation as text with aligned columns.

use std::fmt::Write;

use super::tables::{ReportTable, introduction, tables};
use crate::evaluation::Evaluation;

/// Returns an evaluation as text for a terminal.
pub fn text(evaluation: &Evaluation) -> String {
    let mut text = introduction(evaluation) + "\n";
    // Writing to a string cannot fail.
    tables(evaluation).iter().for_each(|table| _ = write_table(&mut text, table));
    text
}

fn write_table(text: &mut String, table: &ReportTable) -> std::fmt::Result {
    writeln!(text, "\n{}", table.title)?;
    let head: Vec<String> = table.columns.iter().map(|column| (*column).to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&head).chain(&table.rows).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for line in lines {
        write!(text, "  {:<1$}", line[0], widths[0])?;
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            write!(text, "  {cell:>width$}")?;
        }
        writeln!(text)?;
    }
    Ok(())
}
