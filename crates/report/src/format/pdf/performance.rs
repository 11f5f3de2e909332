//! Durations, rates, and use of the workers.

use super::super::status_word;
use super::layout::PageLayout;
use super::numbers::{counted, decimal, none, percent, seconds};
use super::table::ColumnAlign::{Left, Right};
use super::table::PdfTable;
use super::title::{collects, runner};
use crate::digits::group_digits;
use crate::report::Report;

/// Most jobs in the table.
const MAX_ROWS: usize = 200;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    layout.section("Performance");
    let performance = &report.performance;
    let mut table = PdfTable::pairs(Right);
    let mut row = |name: &str, figure: String| table.row(vec![name.into(), figure.into()]);
    row("Duration", seconds(report.total_duration));
    if let Some(dataset) = &report.dataset {
        row("of which building the dataset", seconds(dataset.duration));
    }
    if collects(report) {
        row("Samples per second", decimal(report.summary.samples_per_second));
    }
    row("Workers", format!("{} ({})", group_digits(report.workers as u64), report.mode));
    row("Busy time of all workers", seconds(performance.busy_seconds));
    row("share of the available time", percent(performance.utilization));
    row("Attempts at shards", group_digits(performance.attempts));
    row("of which retried", group_digits(performance.retries));
    row("Shards reused from an interrupted run", group_digits(performance.reused_shards));
    row("Resumptions", group_digits(performance.resumptions));
    if performance.utilization.is_some_and(|busy| busy > 100.0) {
        table.note("Shards that wait run beside the workers, so the share may exceed 100%.");
    }
    table.lay_out(layout);
    by_job(layout, report);
}

fn by_job(layout: &mut PageLayout<'_>, report: &Report) {
    if report.by_collector.is_empty() {
        return;
    }
    let collects = collects(report);
    let mut heads = vec![(runner(report), Left), ("Duration", Right)];
    if collects {
        heads.push(("Samples per second", Right));
    }
    heads.extend([("Output per second", Right), ("Shards lost", Right), ("Attempts by outcome", Left)]);
    let mut table = PdfTable::new(&heads);
    for (name, job) in report.by_collector.iter().take(MAX_ROWS) {
        let attempts: Vec<String> = job
            .shards
            .attempts
            .iter()
            .map(|(outcome, count)| format!("{} {}", group_digits(u64::from(*count)), status_word(outcome)))
            .collect();
        let attempts = if attempts.is_empty() { none() } else { attempts.join(", ") };
        let output = match job.records_per_second {
            Some(rate) => format!("{} {}", decimal(Some(rate)), job.unit),
            None => none(),
        };
        let mut cells = vec![name.as_str().into(), seconds(job.duration).into()];
        if collects {
            cells.push(decimal(job.samples_per_second).into());
        }
        cells.extend([output.into(), group_digits(u64::from(job.shards.lost)).into(), attempts.into()]);
        table.row(cells);
    }
    if let Some(more @ 1..) = report.by_collector.len().checked_sub(MAX_ROWS) {
        table.note(format!("{} not listed.", counted(more as u64, "more jobs")));
    }
    layout.gap(14.0);
    table.lay_out(layout);
}
