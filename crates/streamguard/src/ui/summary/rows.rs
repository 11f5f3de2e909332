//! The rows of the summary, one per collector or other job.

use std::fmt::Write;

use streamguard_engine::{CompletionStatus, JobState, RunState};
use streamguard_report::{RecordUnit, SampleCount, group_digits};

use super::collects;
use crate::ui::format::{format_duration, plural, rejections};
use crate::ui::truncate::{truncate, wrap_lines};

/// Columns of the narrowest terminal that the summary fits.
const WIDTH: usize = 80;

/// Most lines of a remark.
const MAX_REMARK_LINES: usize = 4;

/// Most lines about rejected candidates.
const MAX_REJECTION_LINES: usize = 2;

/// Columns of the name of a reason.
const MAX_REASON_COLUMNS: usize = 50;

/// Columns before a remark below a row.
const INDENT: &str = "      ";

/// The rows of a run.
pub(super) struct SummaryRows<'a> {
    pub(super) state: &'a RunState,
    /// Whether signs may be more than ASCII.
    pub(super) has_utf8: bool,
}

impl SummaryRows<'_> {
    /// Appends the head of the table and all rows.
    pub(super) fn append(&self, text: &mut String) {
        let (name, amount, pairs) = match collects(self.state) {
            true => ("COLLECTOR", "SAMPLES/TARGET", "PAIRS"),
            false => ("JOB", "RECORDS", ""),
        };
        let head = format!("  {name:<15} {:<11} {amount:>23} {:>11} {pairs:>13}", "STATUS", "TIME");
        let _ = writeln!(text, "{}", head.trim_end());
        for job in &self.state.jobs {
            self.append_row(text, job);
        }
    }

    fn append_row(&self, text: &mut String, job: &JobState) {
        let unit = RecordUnit::from(job.unit.as_str());
        let count = SampleCount::of(self.state, job);
        let no_more = shortfall(job, count);
        let (amount, of) = match unit.leads_to_samples() {
            // Where a source had less than was wanted, what there was is the target that could be reached.
            true => (count.collected, if no_more.is_some() { Some(count.collected) } else { count.target }),
            false => (job.records, job.expected),
        };
        // Shards that ran at once may have found more than was wanted, until the merge takes what is.
        let amount = of.map_or(amount, |of| amount.min(of));
        let of = of.map_or_else(String::new, |of| format!("/{}", group_digits(of)));
        let pairs = unit.makes_samples().then(|| group_digits(count.pairs));
        let row = format!(
            "{} {:<15} {:<11} {:>23} {:>11} {:>13}",
            sign(job, self.has_utf8),
            truncate(&job.name, 15, self.has_utf8),
            job.status.map_or("stopped", CompletionStatus::label),
            format!("{}{of}", group_digits(amount)),
            format_duration(job.took_ms(self.state.elapsed_ms)),
            pairs.unwrap_or_default(),
        );
        let _ = writeln!(text, "{}", row.trim_end());
        if let Some(reason) = &job.reason {
            self.append_remark(text, reason);
        }
        if let Some(wanted) = no_more {
            let records = match unit {
                RecordUnit::Advisories if job.records == 1 => "1 advisory; ".to_owned(),
                RecordUnit::Advisories => format!("{} advisories; ", group_digits(job.records)),
                _ => String::new(),
            };
            self.append_remark(
                text,
                &format!("{records}the source had no more ({} wanted)", group_digits(wanted)),
            );
        }
        if unit == RecordUnit::Fixes && job.status != Some(CompletionStatus::Failed) {
            self.append_remark(text, "the samples of the sources above, each counted once");
        }
        self.append_rejections(text, job);
    }

    /// Appends the numbers of rejected candidates, the most frequent reason first, as many as fit.
    fn append_rejections(&self, text: &mut String, job: &JobState) {
        let mut reasons: Vec<(&str, u64)> = rejections(job).collect();
        if reasons.is_empty() {
            return;
        }
        reasons.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
        let all: u64 = reasons.iter().map(|(_, n)| n).sum();
        let width = WIDTH - INDENT.len();
        let mut lines = vec![format!("rejected {}:", group_digits(all))];
        for (at, (name, n)) in reasons.iter().enumerate() {
            let is_last = at + 1 == reasons.len();
            // A reason stays in one line with its number.
            let reason = truncate(&name.replace('_', " "), MAX_REASON_COLUMNS, self.has_utf8);
            let mut entry = format!(" {reason} {}", group_digits(*n));
            if !is_last {
                entry.push(',');
            }
            let is_last_line = lines.len() == MAX_REJECTION_LINES;
            let room = if is_last_line && !is_last { width - " and 99 more reasons".len() } else { width };
            match lines.last_mut() {
                Some(line) if line.chars().count() + entry.chars().count() <= room => line.push_str(&entry),
                Some(line) if is_last_line => {
                    let left = reasons.len() - at;
                    let _ = write!(line, " and {left} more {}", plural(left, "reason"));
                    break;
                }
                _ => lines.push(entry.trim_start().to_owned()),
            }
        }
        for line in lines {
            let _ = writeln!(text, "{INDENT}{line}");
        }
    }

    /// Appends a text below a row, on a few lines: it may come from outside and be of any length.
    fn append_remark(&self, text: &mut String, remark: &str) {
        for line in wrap_lines(remark, WIDTH - INDENT.len(), MAX_REMARK_LINES, self.has_utf8) {
            let _ = writeln!(text, "{INDENT}{line}");
        }
    }
}

/// Returns the target of a job that is complete although it has less: its source had no more.
pub(super) fn shortfall(job: &JobState, count: SampleCount) -> Option<u64> {
    let is_complete = job.status == Some(CompletionStatus::Complete);
    count.target.filter(|target| is_complete && count.collected < *target)
}

/// Returns the sign of a status, which stands beside its word.
fn sign(job: &JobState, has_utf8: bool) -> &'static str {
    let (sign, plain) = match job.status {
        Some(CompletionStatus::Complete) => ("✓", "+"),
        Some(CompletionStatus::Partial) => ("!", "!"),
        Some(CompletionStatus::Failed) => ("✗", "x"),
        Some(CompletionStatus::Cancelled) | None => ("–", "-"),
    };
    if has_utf8 { sign } else { plain }
}
