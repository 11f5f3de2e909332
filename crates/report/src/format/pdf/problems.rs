//! Errors and warnings.

use super::layout::PageLayout;
use super::numbers::{counted, none, seconds};
use super::status::signed;
use super::style::{BODY_TEXT, NOTE_TEXT};
use super::table::ColumnAlign::{Left, Right};
use super::table::PdfTable;
use super::title::runner;
use crate::digits::group_digits;
use crate::report::Report;

/// Most rows of a table.
const MAX_ROWS: usize = 100;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    layout.section("Errors and warnings");
    errors(layout, report);
    warnings(layout, report);
    if report.not_listed > 0 {
        let more = counted(report.not_listed, "errors and warnings");
        layout
            .paragraph(&format!("The run had {more} beyond these. The journal has all of them."), &NOTE_TEXT);
    }
}

fn errors(layout: &mut PageLayout<'_>, report: &Report) {
    if report.errors.is_empty() {
        layout.paragraph("Errors: none.", &BODY_TEXT);
        return;
    }
    layout.subsection("Errors");
    let mut table =
        PdfTable::new(&[(runner(report), Left), ("Shard", Right), ("Outcome", Left), ("Reason", Left)]);
    for error in report.errors.iter().take(MAX_ROWS) {
        table.row(vec![
            error.collector.as_str().into(),
            error.shard.map_or_else(none, |shard| shard.to_string()).into(),
            signed(&error.outcome).into(),
            if error.reason.is_empty() { none() } else { error.reason.clone() }.into(),
        ]);
    }
    more(&mut table, report.errors.len());
    table.lay_out(layout);
}

fn warnings(layout: &mut PageLayout<'_>, report: &Report) {
    if report.warnings.is_empty() {
        return;
    }
    layout.subsection("Warnings");
    let mut table =
        PdfTable::new(&[("After", Right), (runner(report), Left), ("Level", Left), ("Text", Left)]);
    for warning in report.warnings.iter().take(MAX_ROWS) {
        table.row(vec![
            seconds(warning.at).into(),
            warning.collector.clone().unwrap_or_else(none).into(),
            warning.level.as_str().into(),
            if warning.text.is_empty() { none() } else { warning.text.clone() }.into(),
        ]);
    }
    more(&mut table, report.warnings.len());
    table.lay_out(layout);
}

/// Notes how many rows are left out.
fn more(table: &mut PdfTable, all: usize) {
    if let Some(more @ 1..) = all.checked_sub(MAX_ROWS) {
        table.note(format!("{} more are in the other formats of this report.", group_digits(more as u64)));
    }
}
