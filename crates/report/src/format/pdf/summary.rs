//! Summary of the run in sentences and in a few metrics.

use super::super::status_word;
use super::column_chart;
use super::layout::PageLayout;
use super::numbers::{bytes, counted, decimal, optional, percent, seconds};
use super::structure::NodeKind;
use super::style::{BODY_TEXT, METRIC_TEXT, NOTE_TEXT, TEXT_LEFT, TEXT_WIDTH, TINT_COLOUR, TextStyle};
use super::title::{collects, runners};
use crate::digits::group_digits;
use crate::report::Report;

pub(super) fn lay_out(layout: &mut PageLayout<'_>, report: &Report) {
    layout.section("Summary");
    let what = if collects(report) { collected(report) } else { done(report) };
    layout.paragraph(&what, &BODY_TEXT);
    layout.gap(4.0);
    layout.paragraph(&[endings(report), effort(report), problems(report)].concat(), &BODY_TEXT);
    layout.gap(12.0);
    if collects(report) {
        tiles(layout, &key_figures(report));
    } else {
        tiles(layout, &head_figures(report));
        tiles(layout, &job_figures(report));
    }
    column_chart::lay_out_all(layout, report);
}

/// Describes the dataset and its origin.
fn collected(report: &Report) -> String {
    let summary = &report.summary;
    let mut text = match (summary.samples_in_dataset, summary.pairs_in_dataset) {
        (Some(samples), Some(pairs)) => format!(
            "The dataset holds {}, of which {} {} the code before and after the fix. ",
            counted(samples, "samples"),
            group_digits(pairs),
            if pairs == 1 { "is a pair with" } else { "are pairs with" },
        ),
        _ => "There is no dataset yet. ".to_owned(),
    };
    text += &format!(
        "The collectors found {} before duplicates were left out",
        counted(summary.total_samples_collected, "samples")
    );
    match summary.completion_rate {
        Some(rate) => {
            text += &format!(
                ": {} of the {} wanted. ",
                percent(Some(rate)),
                group_digits(summary.total_target_samples)
            );
        }
        None => text += ". ",
    }
    // The greatest count, and of equal ones the first by name: `max_by` would return the last.
    let most = report.rejected.iter().max_by(|(a, n), (b, m)| n.cmp(m).then(b.cmp(a)));
    if let Some((reason, count)) = most.filter(|_| summary.rejected > 0) {
        text += &format!(
            "{} rejected, most often for this reason: {} ({}).",
            were(summary.rejected, "candidates"),
            reason.replace('_', " "),
            group_digits(*count)
        );
    }
    text
}

/// Describes the results of jobs that do not collect.
fn done(report: &Report) -> String {
    // A job with figures of its own says more by them than by the number of its records.
    let sentence = |(name, job): &(String, crate::report::CollectorReport)| match job.headline.is_empty() {
        false => format!("{name} took {}. ", seconds(job.duration)),
        true => format!(
            "{name} processed {} in {}. ",
            counted(job.records, job.unit.name()),
            seconds(job.duration)
        ),
    };
    report.by_collector.iter().take(12).map(sentence).collect()
}

/// Describes the statuses of the jobs.
fn endings(report: &Report) -> String {
    const MAX_NAMES: usize = 12;
    let all = report.summary.total_collectors;
    let what = runners(report);
    let mut missing: Vec<String> = report
        .by_collector
        .iter()
        .filter(|(_, collector)| collector.status != "complete")
        .map(|(name, collector)| format!("{name} ({})", status_word(&collector.status)))
        .collect();
    let count = missing.len();
    if missing.len() > MAX_NAMES {
        missing.truncate(MAX_NAMES);
        missing.push("and others".to_owned());
    }
    match (all, count) {
        (0, _) => format!("There were no {what}. "),
        // The plural of both words ends in "s", which is cut off here.
        (1, 0) => format!("The {} is complete. ", &what[..what.len() - 1]),
        (_, 0) => format!("All {} are complete. ", counted(all as u64, what)),
        (1, _) => format!("It is incomplete: {}. ", missing.join(", ")),
        _ => format!("{count} of {} are incomplete: {}. ", counted(all as u64, what), missing.join(", ")),
    }
}

fn effort(report: &Report) -> String {
    let performance = &report.performance;
    let mut text = format!("The run took {}", seconds(report.total_duration));
    if let Some(rate) = report.summary.samples_per_second.filter(|_| collects(report)) {
        text += &format!(", {} samples per second", decimal(Some(rate)));
    }
    text += ". ";
    if performance.resumptions > 0 {
        let times = if performance.resumptions == 1 {
            "once".to_owned()
        } else {
            counted(performance.resumptions, "times")
        };
        text += &format!("It was interrupted {times} and resumed. ");
    }
    if performance.retries > 0 {
        text += &format!(
            "Of {}, {}. ",
            counted(performance.attempts, "attempts"),
            if performance.retries == 1 {
                "1 failed and was retried".to_owned()
            } else {
                format!("{} failed and were retried", group_digits(performance.retries))
            },
        );
    }
    text
}

fn problems(report: &Report) -> String {
    let more = match report.not_listed {
        0 => String::new(),
        more => format!(", and {} more of them that are not listed", group_digits(more)),
    };
    let count = |count: usize, what: &str| match count {
        0 => format!("no {what}"),
        _ => counted(count as u64, what),
    };
    let (errors, warnings) = (count(report.errors.len(), "errors"), count(report.warnings.len(), "warnings"));
    let were = if report.errors.len() == 1 { "was" } else { "were" };
    format!("There {were} {errors} and {warnings}{more}.")
}

/// Returns a count with its unit and the verb: `1 candidate was`, `2 candidates were`.
fn were(count: u64, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "was" } else { "were" })
}

/// A metric that stands out: label, value and note.
type MetricTile<'a> = (&'a str, String, String);

/// Returns the figures that the jobs put at the top.
fn head_figures(report: &Report) -> Vec<MetricTile<'_>> {
    let all = report.by_collector.iter().flat_map(|(_, job)| &job.headline);
    all.map(|figure| (figure.name.as_str(), figure.value.clone(), figure.note.clone())).collect()
}

fn key_figures(report: &Report) -> Vec<MetricTile<'static>> {
    let summary = &report.summary;
    let size = report.dataset.iter().flat_map(|dataset| &dataset.files).map(|file| file.size).sum();
    vec![
        (
            "Samples in the dataset",
            optional(summary.samples_in_dataset),
            format!("of {} collected", group_digits(summary.total_samples_collected)),
        ),
        (
            "Pairs in the dataset",
            optional(summary.pairs_in_dataset),
            format!("of {} collected", group_digits(summary.code_pairs)),
        ),
        (
            "Share of the target",
            percent(summary.completion_rate),
            match summary.total_target_samples {
                0 => "no target".to_owned(),
                target => format!("of {} wanted", group_digits(target)),
            },
        ),
        ("Complete collectors", group_digits(summary.successful_collectors as u64), others(report)),
        (
            "Duration",
            seconds(report.total_duration),
            format!("{} ({})", counted(report.workers as u64, "workers"), report.mode),
        ),
        ("Samples per second", decimal(summary.samples_per_second), "over the whole run".to_owned()),
        ("Rejected", group_digits(summary.rejected), "duplicates included".to_owned()),
        match &report.dataset {
            Some(dataset) => {
                ("Size of the dataset", bytes(size), counted(dataset.files.len() as u64, "files"))
            }
            None => ("Pairs among samples", percent(summary.code_pair_rate), "before duplicates".to_owned()),
        },
    ]
}

fn job_figures(report: &Report) -> Vec<MetricTile<'static>> {
    let performance = &report.performance;
    vec![
        ("Complete jobs", group_digits(report.summary.successful_collectors as u64), others(report)),
        (
            "Duration",
            seconds(report.total_duration),
            format!("{} ({})", counted(report.workers as u64, "workers"), report.mode),
        ),
        (
            "Attempts",
            group_digits(performance.attempts),
            format!("{} retried", group_digits(performance.retries)),
        ),
        ("Workers busy", percent(performance.utilization), busy_note(performance.utilization)),
    ]
}

/// Returns the note below the share of the time that workers were busy.
fn busy_note(utilization: Option<f64>) -> String {
    match utilization {
        Some(busy) if busy > 100.0 => "with shards that only wait".to_owned(),
        _ => "of the available time".to_owned(),
    }
}

fn others(report: &Report) -> String {
    let summary = &report.summary;
    let incomplete = [(summary.partial_collectors, "partial"), (summary.failed_collectors, "failed")];
    let words =
        incomplete.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!(", {count} {word}"));
    format!("of {}{}", summary.total_collectors, words.collect::<String>())
}

/// Lays out metrics in rows of four.
fn tiles(layout: &mut PageLayout<'_>, tiles: &[MetricTile<'_>]) {
    const TILE_GAP: f32 = 9.0;
    const TILE_INSET: f32 = 9.0;
    let width = (TEXT_WIDTH - 3.0 * TILE_GAP) / 4.0;
    let height = 14.0 + 2.0 * NOTE_TEXT.leading + METRIC_TEXT.leading;
    for row in tiles.chunks(4) {
        let top = layout.open(height);
        for (index, (label, figure, note)) in row.iter().enumerate() {
            let x = TEXT_LEFT + (width + TILE_GAP) * index as f32;
            layout.rule(x, top, width, height, TINT_COLOUR);
            let node = Some(layout.node(None, NodeKind::Paragraph));
            let room = width - 2.0 * TILE_INSET;
            let mut y = top + 7.0;
            for (text, style) in [(*label, NOTE_TEXT), (figure, METRIC_TEXT), (note, NOTE_TEXT)] {
                // A value that is too wide gets a smaller font, since cutting would change it.
                let needs = layout.fonts.width(style.face, style.size, text);
                let size = style.size * (room / needs.max(1.0)).min(1.0);
                let smaller = TextStyle { size, ..style };
                // A point of slack: the scaled text is as wide as the room, give or take rounding,
                // and must not be cut for that.
                let line = layout.fonts.fit(text, &smaller, room + 1.0);
                layout.text(node, x + TILE_INSET, y, line, &smaller);
                y += style.leading;
            }
        }
        layout.advance(height + TILE_GAP);
    }
}
