//! One page to browse, without a network.
//!
//! Text and charts need no script. The script sorts tables, hides lines, and browses the samples, which
//! the page holds as data. A content security policy allows that one script, by its hash, and loads
//! nothing.

mod chart;
mod column_svg;
pub(crate) mod escape;
#[expect(unreachable_pub, reason = "the macro of filters makes public types")]
mod filters;
mod samples;
mod selection;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::report::{CollectorReport, Report};
use crate::run::StoredRun;
use chart::{BarList, TimelineChart};
use column_svg::ColumnSvg;
use samples::EmbeddedSamples;

const PAGE_STYLE: &str = include_str!("html/page.css");
const PAGE_SCRIPT: &str =
    concat!(include_str!("html/code.js"), include_str!("html/browser.js"), include_str!("html/page.js"));

/// Most rows of a job's table.
const MAX_TABLE_ROWS: usize = 200;

pub(super) fn render(run: &StoredRun, options: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let page = HtmlPage::of(&run.report, EmbeddedSamples::of(run, options.html_samples)?);
    // Reserved at once: a string that grows to tens of megabytes would be copied several times.
    let room = 100_000 + page.embedded.parts.iter().map(String::len).sum::<usize>();
    let mut html = String::with_capacity(room + page.embedded.index.len());
    // Writing to a string cannot fail, and no filter returns an error.
    let _ = page.render_into(&mut html);
    Ok(vec![("collection_report.html".to_owned(), html.into_bytes())])
}

/// The page. The templates arrange it.
#[derive(Template)]
#[template(path = "page.html")]
struct HtmlPage<'a> {
    report: &'a Report,
    /// True if the run collects samples; other jobs have metrics of their own.
    makes_samples: bool,
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    /// Meaning of the status.
    sentence: &'static str,
    /// Command that resumes the run, if something is missing.
    resume: Option<String>,
    /// Charts of jobs.
    columns: Vec<ColumnSvg>,
    lines: Option<TimelineChart>,
    breakdown: Vec<BarList>,
    funnels: Vec<BarList>,
    rejections: BarList,
    /// Lines of the settings, as JSON.
    settings: Vec<String>,
    embedded: EmbeddedSamples,
}

impl<'a> HtmlPage<'a> {
    fn of(report: &'a Report, embedded: EmbeddedSamples) -> Self {
        let stats = report.dataset.as_ref().map(|dataset| &dataset.stats);
        let breakdown = stats.map_or_else(Vec::new, |stats| {
            vec![
                BarList::ranked("Types", Some("vulnerability_type"), &stats.by_vulnerability_type),
                BarList::ranked("Languages", Some("language"), &stats.by_language),
                BarList::severities(&stats.by_severity),
                BarList::ranked("Collectors", Some("collector"), &stats.by_collector),
                BarList::ranked("Kinds", Some("kind"), &stats.by_kind),
                BarList::ranked("Levels", None, &stats.by_level),
                BarList::ranked("Quality flags", None, &stats.by_flag),
            ]
        });
        let settings = serde_json::to_string_pretty(&report.provenance.settings).unwrap_or_default();
        let summary = &report.summary;
        Self {
            report,
            makes_samples: stats.is_some()
                || summary.total_samples_collected > 0
                || summary.total_target_samples > 0,
            style: PAGE_STYLE,
            script: PAGE_SCRIPT,
            // The policy allows a block by the hash of its exact text, so the template must not add anything to it,
            // not even a line end.
            style_hash: hash(PAGE_STYLE),
            script_hash: hash(PAGE_SCRIPT),
            sentence: sentence(&report.status),
            resume: (report.status != "complete").then(|| resume(report.provenance.command.as_deref())),
            columns: report.by_collector.iter().flat_map(|(_, job)| &job.charts).map(ColumnSvg::of).collect(),
            lines: TimelineChart::of(&report.timeline),
            breakdown: breakdown.into_iter().filter(|bars| !bars.shown.is_empty()).collect(),
            funnels: report.funnels.iter().map(BarList::funnel).collect(),
            rejections: BarList::ranked("By reason", None, &report.rejected),
            settings: settings.lines().map(str::to_owned).collect(),
            embedded,
        }
    }

    /// Returns the number of candidates that a collector rejected for this reason.
    fn rejected(&self, collector: &CollectorReport, reason: &str) -> Option<u64> {
        collector.rejected.get(reason).copied()
    }

    /// Tells whether a job has results that are not in the table of collectors.
    fn has_more(&self, job: &CollectorReport) -> bool {
        !(job.metrics.is_empty() && job.tables.is_empty() && job.counters.is_empty())
    }

    /// Returns the number of rows of a table that are left out.
    fn left_out(&self, rows: &[Vec<Value>]) -> usize {
        rows.len().saturating_sub(MAX_TABLE_ROWS)
    }
}

/// Returns the hash of a block, as a content security policy names it (CSP Level 3, section 2.3.1).
fn hash(block: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(block)))
}

fn sentence(status: &str) -> &'static str {
    match status {
        "complete" => "The run is complete.",
        "partial" => "Some results are missing; the rest is complete.",
        "failed" => "The run produced no results.",
        "cancelled" => "The run was stopped before its end. Results up to then are kept.",
        _ => "The run did not end. Results up to then are kept.",
    }
}

/// Returns the command that resumes the run.
fn resume(command: Option<&str>) -> String {
    // The command comes from a file, and people paste this text into a shell: only a plain word is taken from it.
    let verb = command.and_then(|command| command.split_whitespace().nth(1));
    let verb = verb.filter(|verb| verb.chars().all(|c| c.is_ascii_lowercase())).unwrap_or("collect");
    format!("streamguard {verb} --resume --output-dir FOLDER")
}
