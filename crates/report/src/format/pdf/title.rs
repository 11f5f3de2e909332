//! Top of the first page: title, names, times and status.

use super::layout::PageLayout;
use super::numbers::instant;
use super::status::{colour, signed};
use super::structure::NodeKind;
use super::style::{
    ALERT_COLOUR, BODY_TEXT, BRAND_TEXT, CODE_TEXT, MUTED_COLOUR, RULE_COLOUR, STRONG_TEXT, TEXT_LEFT,
    TEXT_RIGHT, TEXT_WIDTH, TINT_COLOUR, TITLE_TEXT, TextStyle,
};
use crate::report::Report;

/// Whether the run collected samples. Otherwise it ran jobs of another kind.
pub(super) fn collects(report: &Report) -> bool {
    report.dataset.is_some()
        || report.by_collector.iter().any(|(_, collector)| collector.unit.leads_to_samples())
}

/// Returns the word for the jobs of the run, in the plural.
pub(super) fn runners(report: &Report) -> &'static str {
    if collects(report) { "collectors" } else { "jobs" }
}

/// Returns the word for one job of the run, as the head of a column.
pub(super) fn runner(report: &Report) -> &'static str {
    if collects(report) { "Collector" } else { "Job" }
}

/// Returns the title of the report.
pub(super) fn of(report: &Report) -> &'static str {
    if collects(report) { "Collection report" } else { "Job report" }
}

/// Returns the names of the jobs.
pub(super) fn subject(report: &Report) -> String {
    const MAX_NAMES: usize = 12;
    let names: Vec<&str> =
        report.by_collector.iter().map(|(name, _)| name.as_str()).take(MAX_NAMES).collect();
    match report.by_collector.len() {
        0 => "no jobs".to_owned(),
        all if all > MAX_NAMES => format!("{} and {} more", names.join(", "), all - MAX_NAMES),
        _ => names.join(", "),
    }
}

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    let top = layout.open(BRAND_TEXT.leading + TITLE_TEXT.leading + 40.0);
    let brand = layout.node(None, NodeKind::Paragraph);
    let line = layout.fonts.fit("StreamGuard", &BRAND_TEXT, TEXT_WIDTH);
    layout.text(Some(brand), TEXT_LEFT, top, line, &BRAND_TEXT);
    let style = TextStyle { size: 12.0, ..STRONG_TEXT.coloured(colour(&report.status)) };
    let title_width = TEXT_WIDTH - 110.0;
    let y = top + BRAND_TEXT.leading + 4.0;
    let heading = layout.node(None, NodeKind::Heading(1));
    let line = layout.fonts.fit(of(report), &TITLE_TEXT, title_width);
    layout.text(Some(heading), TEXT_LEFT, y, line, &TITLE_TEXT);
    // The status is at the right edge, on the same baseline.
    let status = layout.node(None, NodeKind::Paragraph);
    let line = layout.fonts.fit(&signed(&report.status), &style, 110.0);
    let baseline = y + TITLE_TEXT.ascent() - style.ascent();
    layout.text_to(Some(status), TEXT_RIGHT, baseline, line, &style);
    layout.advance(BRAND_TEXT.leading + 4.0 + TITLE_TEXT.leading + 3.0);
    layout.paragraph(&subject(report), &BODY_TEXT);
    let times = [("", &report.start_time), ("to ", &report.end_time)];
    let times: Vec<String> = times
        .iter()
        .filter_map(|(word, time)| Some(format!("{word}{}", instant(time.as_deref()?))))
        .collect();
    if !times.is_empty() {
        layout.paragraph(&times.join(" "), &BODY_TEXT.coloured(MUTED_COLOUR));
    }
    layout.gap(8.0);
    let y = layout.open(1.0);
    layout.rule(TEXT_LEFT, y, TEXT_WIDTH, 0.8, RULE_COLOUR);
    layout.advance(1.0);
    notice(layout, report);
}

/// Adds a notice to the report of an incomplete run: what is missing, and the command that resumes.
fn notice(layout: &mut PageLayout<'_>, report: &Report) {
    let no_dataset = if collects(report) { " The dataset was not built." } else { "" };
    let (head, text) = match report.status.as_str() {
        "complete" => return,
        "partial" => (
            "This run is partial",
            "Some results are missing; the rest is complete. To retry what is missing:".to_owned(),
        ),
        "failed" => ("This run failed", "The run produced no results. To retry:".to_owned()),
        "cancelled" => (
            "This run was stopped: the results are partial",
            format!("Results up to then are kept.{no_dataset} To resume:"),
        ),
        _ => (
            "This run was stopped: the results are partial",
            format!("The run did not end. Results up to then are kept.{no_dataset} To resume:"),
        ),
    };
    const BOX_INSET: f32 = 13.0;
    let lines = layout.fonts.wrap(&text, &BODY_TEXT, TEXT_WIDTH - 2.0 * BOX_INSET);
    let command = layout.fonts.wrap(&resumption(report), &CODE_TEXT, TEXT_WIDTH - 2.0 * BOX_INSET);
    let height = 18.0
        + STRONG_TEXT.leading
        + lines.len() as f32 * BODY_TEXT.leading
        + 2.0
        + command.len() as f32 * CODE_TEXT.leading;
    layout.gap(14.0);
    let top = layout.open(height);
    layout.rule(TEXT_LEFT, top, TEXT_WIDTH, height, TINT_COLOUR);
    layout.rule(TEXT_LEFT, top, 3.0, height, ALERT_COLOUR);
    layout.advance(8.0);
    let style = STRONG_TEXT.coloured(ALERT_COLOUR);
    let head_node = layout.node(None, NodeKind::Paragraph);
    let head = layout.fonts.wrap(head, &style, TEXT_WIDTH - 2.0 * BOX_INSET);
    layout.lines(Some(head_node), TEXT_LEFT + BOX_INSET, &head, &style);
    let node = layout.node(None, NodeKind::Paragraph);
    layout.lines(Some(node), TEXT_LEFT + BOX_INSET, &lines, &BODY_TEXT);
    layout.advance(2.0);
    let node = layout.node(None, NodeKind::Paragraph);
    layout.lines(Some(node), TEXT_LEFT + BOX_INSET, &command, &CODE_TEXT);
    layout.advance(8.0);
}

/// Returns the command that resumes the run. It has a placeholder for the folder, since the run may
/// have been moved.
fn resumption(report: &Report) -> String {
    let command = match report.by_collector.as_slice() {
        [(name, _)] if !collects(report) => name.as_str(),
        _ => "collect",
    };
    format!("streamguard {command} --resume --output-dir FOLDER_OF_THE_RUN")
}
