//! What the first page begins with: what this is, of when, and how it ended.

use super::layout::PageLayout;
use super::numbers::instant;
use super::status::{colour, signed};
use super::structure::NodeKind;
use super::style::{
    ALERT, BODY, BRAND, CODE, LEFT, MUTED, RIGHT, RULE, STRONG, TINT, TITLE, TextStyle, WIDTH,
};
use crate::report::Report;

/// Whether the run collected samples; else it was a job of another kind.
pub(super) fn collects(report: &Report) -> bool {
    report.dataset.is_some()
        || report.by_collector.iter().any(|(_, collector)| collector.unit.leads_to_samples())
}

/// What those that ran are called, in the plural.
pub(super) fn runners(report: &Report) -> &'static str {
    if collects(report) { "collectors" } else { "jobs" }
}

/// What one of them is called, as the head of a column.
pub(super) fn runner(report: &Report) -> &'static str {
    if collects(report) { "Collector" } else { "Job" }
}

/// What this is a report of.
pub(super) fn of(report: &Report) -> &'static str {
    if collects(report) { "Collection report" } else { "Job report" }
}

/// Who ran.
pub(super) fn subject(report: &Report) -> String {
    const NAMED: usize = 12;
    let names: Vec<&str> = report.by_collector.iter().map(|(name, _)| name.as_str()).take(NAMED).collect();
    match report.by_collector.len() {
        0 => "no jobs".to_owned(),
        all if all > NAMED => format!("{} and {} more", names.join(", "), all - NAMED),
        _ => names.join(", "),
    }
}

pub(super) fn set(layout: &mut PageLayout<'_>, report: &Report) {
    let top = layout.open(BRAND.leading + TITLE.leading + 40.0);
    let brand = layout.node(None, NodeKind::Paragraph);
    let line = layout.fonts.fit("StreamGuard", &BRAND, WIDTH);
    layout.text(Some(brand), LEFT, top, line, &BRAND);
    let style = TextStyle { size: 12.0, ..STRONG.coloured(colour(&report.status)) };
    let title_width = WIDTH - 110.0;
    let y = top + BRAND.leading + 4.0;
    let heading = layout.node(None, NodeKind::Heading(1));
    let line = layout.fonts.fit(of(report), &TITLE, title_width);
    layout.text(Some(heading), LEFT, y, line, &TITLE);
    // The status stands across from it, on its baseline.
    let status = layout.node(None, NodeKind::Paragraph);
    let line = layout.fonts.fit(&signed(&report.status), &style, 110.0);
    let baseline = y + TITLE.ascent() - style.ascent();
    layout.text_to(Some(status), RIGHT, baseline, line, &style);
    layout.advance(BRAND.leading + 4.0 + TITLE.leading + 3.0);
    layout.paragraph(&subject(report), &BODY);
    let times = [("", &report.start_time), ("to ", &report.end_time)];
    let times: Vec<String> = times
        .iter()
        .filter_map(|(word, time)| Some(format!("{word}{}", instant(time.as_deref()?))))
        .collect();
    if !times.is_empty() {
        layout.paragraph(&times.join(" "), &BODY.coloured(MUTED));
    }
    layout.gap(8.0);
    let y = layout.open(1.0);
    layout.rule(LEFT, y, WIDTH, 0.8, RULE);
    layout.advance(1.0);
    notice(layout, report);
}

/// Says of a run that did not come to its end what is missing, and how to go on.
fn notice(layout: &mut PageLayout<'_>, report: &Report) {
    let no_dataset = if collects(report) { " The dataset was not put together." } else { "" };
    let (head, text) = match report.status.as_str() {
        "complete" => return,
        "partial" => (
            "This run is partial",
            "Some of it is missing; the rest is complete. What is missing can be tried again:".to_owned(),
        ),
        "failed" => ("This run failed", "Nothing came of it. It can be tried again:".to_owned()),
        "cancelled" => (
            "This run was cancelled: the figures are partial",
            format!("What was done until then is kept.{no_dataset} It can be gone on with:"),
        ),
        _ => (
            "This run was interrupted: the figures are partial",
            format!("It never came to an end; what was done is kept.{no_dataset} It can be gone on with:"),
        ),
    };
    const INSET: f32 = 13.0;
    let lines = layout.fonts.wrap(&text, &BODY, WIDTH - 2.0 * INSET);
    let command = layout.fonts.wrap(&resumption(report), &CODE, WIDTH - 2.0 * INSET);
    let height =
        18.0 + STRONG.leading + lines.len() as f32 * BODY.leading + 2.0 + command.len() as f32 * CODE.leading;
    layout.gap(14.0);
    let top = layout.open(height);
    layout.rule(LEFT, top, WIDTH, height, TINT);
    layout.rule(LEFT, top, 3.0, height, ALERT);
    layout.advance(8.0);
    let style = STRONG.coloured(ALERT);
    let head_node = layout.node(None, NodeKind::Paragraph);
    let head = layout.fonts.wrap(head, &style, WIDTH - 2.0 * INSET);
    layout.lines(Some(head_node), LEFT + INSET, &head, &style);
    let node = layout.node(None, NodeKind::Paragraph);
    layout.lines(Some(node), LEFT + INSET, &lines, &BODY);
    layout.advance(2.0);
    let node = layout.node(None, NodeKind::Paragraph);
    layout.lines(Some(node), LEFT + INSET, &command, &CODE);
    layout.advance(8.0);
}

/// The command that goes on with it. Where the run is, the report does not know: it may have been
/// moved since.
fn resumption(report: &Report) -> String {
    let command = match report.by_collector.as_slice() {
        [(name, _)] if !collects(report) => name.as_str(),
        _ => "collect",
    };
    format!("streamguard {command} --resume --output-dir FOLDER_OF_THE_RUN")
}
