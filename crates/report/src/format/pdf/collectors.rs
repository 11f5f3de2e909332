//! Table of the collectors, or other jobs.

use super::layout::PageLayout;
use super::numbers::{capital, counted, none, optional, percent};
use super::status::{colour, signed};
use super::style::{CELL_TEXT, SUBSECTION_HEADING};
use super::table::ColumnAlign::{Left, Right};
use super::table::{PdfTable, TableCell};
use super::title::{collects, runner, runners};
use crate::digits::group_digits;
use crate::record_unit::RecordUnit;
use crate::report::Report;
use crate::report::{CollectorReport, ShardCounts};

/// Most rows of the table.
const MAX_ROWS: usize = 200;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    if report.by_collector.is_empty() {
        return;
    }
    let collects = collects(report);
    layout.section(&capital(runners(report)));
    let mut table = if collects {
        PdfTable::new(&[
            (runner(report), Left),
            ("Status", Left),
            ("Output", Left),
            ("Samples", Right),
            ("Target", Right),
            ("Of target", Right),
            ("Pairs", Right),
            ("Rejected", Right),
            ("Shards done", Right),
        ])
    } else {
        PdfTable::new(&[
            (runner(report), Left),
            ("Status", Left),
            ("Output", Left),
            ("Shards done", Right),
            ("Shards lost", Right),
        ])
    };
    for (name, collector) in report.by_collector.iter().take(MAX_ROWS) {
        let name = TableCell::styled(name, bold());
        let status =
            TableCell::styled(signed(&collector.status), CELL_TEXT.coloured(colour(&collector.status)));
        let output = counted(collector.records, collector.unit.name()).into();
        table.row(if collects {
            vec![
                name,
                status,
                output,
                group_digits(collector.samples_collected).into(),
                optional(collector.target_samples).into(),
                percent(collector.completion_rate).into(),
                pairs(collector).into(),
                group_digits(collector.rejected.values().sum::<u64>()).into(),
                done(&collector.shards).into(),
            ]
        } else {
            vec![
                name,
                status,
                output,
                done(&collector.shards).into(),
                group_digits(u64::from(collector.shards.lost)).into(),
            ]
        });
    }
    if let Some(more @ 1..) = report.by_collector.len().checked_sub(MAX_ROWS) {
        table.note(format!("{more} more are not listed."));
    }
    if report.by_collector.iter().any(|(_, collector)| collector.unit == RecordUnit::Advisories) {
        table.note(
            "Samples of a source of advisories are those made of the fixes that it names. A sample that \
             several sources name counts for each of them, and once in the total.",
        );
    }
    table.lay_out(layout);
    reasons(layout, report);
}

/// Formats the pairs of a collector. Sources of advisories have none of their own.
fn pairs(collector: &CollectorReport) -> String {
    if collector.unit == RecordUnit::Advisories { none() } else { group_digits(collector.code_pairs) }
}

fn done(shards: &ShardCounts) -> String {
    let planned = shards.planned.map_or_else(none, |planned| group_digits(u64::from(planned)));
    format!("{} of {planned}", group_digits(u64::from(shards.done)))
}

/// Lays out the reasons of incomplete collectors.
fn reasons(layout: &mut PageLayout<'_>, report: &Report) {
    let mut table = PdfTable::new(&[(runner(report), Left), ("Reason", Left)]);
    for (name, collector) in &report.by_collector {
        if let Some(reason) = &collector.reason {
            table.row(vec![TableCell::styled(name, bold()), reason.as_str().into()]);
        }
    }
    if !table.is_empty() {
        layout.gap(SUBSECTION_HEADING.leading);
        table.lay_out(layout);
    }
}

fn bold() -> super::style::TextStyle {
    super::style::TextStyle { face: super::style::FontFace::Bold, ..CELL_TEXT }
}
