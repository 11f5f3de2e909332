//! The page: contents, safety, and agreement with the report.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use streamguard_engine::{CompletionStatus, Event, EventKind, JobSummary, Outcome, SummaryTable};
use streamguard_report::{RenderOptions, ReportFormat, StoredRun};
use tempfile::TempDir;

use crate::golden::{Ending, HOSTILE, golden, samples, write_dataset, write_run};

/// Writes the page of a run into its folder.
fn written(folder: &Path, run: &StoredRun, html_samples: usize) -> (PathBuf, String) {
    let paths =
        streamguard_report::write(run, ReportFormat::Html, &RenderOptions { html_samples }, folder).unwrap();
    let html = std::fs::read_to_string(&paths[0]).unwrap();
    (paths[0].clone(), html)
}

fn page(ending: Ending) -> String {
    let (folder, run) = golden(ending);
    written(folder.path(), &run, 2000).1
}

/// Makes a run of jobs that do not collect.
pub(crate) fn jobs() -> (TempDir, StoredRun) {
    let table = SummaryTable {
        title: "Slowest pages".to_owned(),
        columns: vec!["page".to_owned(), "milliseconds".to_owned()],
        rows: (0..250).map(|n| vec![json!(format!("/page/{n} {HOSTILE}")), json!(250 - n)]).collect(),
    };
    let summary = JobSummary::default().metric("lines", 120_000).metric("share", 12.5).table(table);
    let started = EventKind::RunStarted {
        version: "0.1.0".to_owned(),
        clock_ms: 1_767_225_600_000,
        jobs: vec!["ingest".to_owned()],
        resumed: false,
        mode: "threading".to_owned(),
        workers: 2,
    };
    let planned = EventKind::JobPlanned {
        job: 0,
        shards: 1,
        expected: Some(8),
        unit: "pieces".to_owned(),
        plan: "00".repeat(16),
    };
    let shard = EventKind::ShardEnded {
        job: 0,
        shard: 0,
        attempt: 1,
        outcome: Outcome::Finished,
        reason: None,
        exit: None,
        retry_in_ms: None,
        records: 8,
        counters: std::iter::once(("bytes".to_owned(), 9_000_000)).collect(),
        took_us: 1_000_000,
    };
    let ended = EventKind::JobEnded {
        job: 0,
        status: CompletionStatus::Complete,
        reason: None,
        records: 8,
        counters: std::iter::once(("bytes".to_owned(), 9_000_000)).collect(),
        summary,
    };
    let kinds = [started, planned, shard, ended, EventKind::RunEnded { status: CompletionStatus::Complete }];
    let events: Vec<Event> =
        kinds.into_iter().zip(0..).map(|(kind, n)| Event { at_ms: n * 500, kind }).collect();
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), &events);
    let run = StoredRun::read(folder.path()).unwrap();
    (folder, run)
}

/// Returns the attributes and contents of all elements of this name.
fn blocks<'a>(html: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let block = |rest: &'a str| {
        let (attributes, rest) = rest.split_once('>').unwrap();
        (attributes, rest.split_once(&close).unwrap().0)
    };
    html.split(&open).skip(1).map(block).collect()
}

/// Returns the page without the contents of scripts and styles.
fn markup(html: &str) -> String {
    ["style", "script"].iter().fold(html.to_owned(), |html, name| {
        blocks(&html, name).iter().fold(html.clone(), |html, (_, block)| html.replacen(block, "…", 1))
    })
}

#[test]
fn the_page_of_the_golden_run_is_as_before() {
    let now = markup(&page(Ending::Partial));
    let start = now.find("<meta http-equiv").unwrap();
    let end = start + now[start..].find('\n').unwrap();
    let now = format!("{}<!-- the policy -->{}", &now[..start], &now[end..]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/collection_report.html");
    if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &now).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(before == now, "look at what changed in {}: STREAMGUARD_UPDATE=1", path.display());
}

#[test]
fn only_its_own_blocks_run_and_nothing_is_loaded() {
    for html in [page(Ending::Partial), page(Ending::Cancelled)] {
        let (_, policy) = html.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap();
        let (policy, _) = policy.split_once('"').unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        let allowed = |directive: &str| {
            let rule = policy.split("; ").find_map(|rule| rule.strip_prefix(directive)).unwrap();
            rule.trim().to_owned()
        };
        let hash = |block: &str| {
            let digest = Sha256::digest(block);
            format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
        };
        let styles = blocks(&html, "style");
        assert_eq!(styles.len(), 1);
        assert_eq!(allowed("style-src"), hash(styles[0].1));
        let (data, code): (Vec<_>, Vec<_>) = blocks(&html, "script")
            .into_iter()
            .partition(|(attributes, _)| attributes.contains("application/json"));
        assert_eq!(code.len(), 1);
        assert_eq!(allowed("script-src"), hash(code[0].1));
        for (_, block) in data {
            serde_json::from_str::<Value>(block).unwrap();
            assert!(!block.contains('<'), "{block:.200}");
        }
        let markup = markup(&html);
        for forbidden in
            [" style=\"", " src=\"", "onclick=\"", "onload=\"", "<iframe", "<object", "<form", "<base"]
        {
            assert!(!markup.contains(forbidden), "{forbidden}");
        }
        for rest in markup.split("href=\"").skip(1) {
            let (target, _) = rest.split_once('"').unwrap();
            assert!(target.starts_with('#') || target == "data:,", "{target}");
        }
    }
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let (_folder, jobs_run) = jobs();
    let jobs_page = written(_folder.path(), &jobs_run, 10).1;
    for html in [page(Ending::Partial), page(Ending::Interrupted), jobs_page] {
        let hidden = html.chars().find(|c| {
            (c.is_control() && *c != '\n') || ('\u{2028}'..='\u{202e}').contains(c) || *c == '\u{feff}'
        });
        assert_eq!(hidden, None);
        assert!(!html.contains("<script>alert") && !html.contains("<img"));
        assert!(html.contains(
            "&lt;script&gt;alert(1)&lt;/script&gt; \\u{1b}[2J\\u{1b}]0;title\\u{7} \\u{202e}desrever"
        ));
        assert!(html.contains("{{template}} %s \\ \\u{feff}end\\u{2028}of lines tabs 漢字 🦀"));
    }
}

/// Collects the numbers of a JSON value.
fn numbers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Number(n) => {
            found.insert(n.as_f64().unwrap().to_string());
        }
        Value::Array(values) => values.iter().for_each(|value| numbers(value, found)),
        Value::Object(values) => values.values().for_each(|value| numbers(value, found)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn page_numbers(html: &str) -> BTreeSet<String> {
    let markup = markup(html);
    let values = markup.split("<data value=\"").skip(1);
    values.map(|rest| rest.split_once('"').unwrap().0.parse::<f64>().unwrap().to_string()).collect()
}

#[test]
fn its_numbers_are_those_of_the_report() {
    for ending in [Ending::Partial, Ending::Cancelled, Ending::Interrupted] {
        let (folder, run) = golden(ending);
        let mut report = json!(run.report);
        // Numbers of the settings are shown as text.
        report["provenance"]["settings"] = Value::Null;
        let mut expected = BTreeSet::new();
        numbers(&report, &mut expected);
        let mut shown = page_numbers(&written(folder.path(), &run, 2000).1);
        let missing: Vec<_> = expected.difference(&shown).collect();
        assert!(missing.is_empty(), "{ending:?}: {missing:?} are not on the page");
        // Lengths of lists, and the scale of the chart (up to 60 or 40, and half of it).
        for n in [run.report.errors.len(), run.report.warnings.len(), 60, 30, 40, 20] {
            shown.remove(&n.to_string());
        }
        let invented: Vec<_> = shown.difference(&expected).collect();
        assert!(invented.is_empty(), "{ending:?}: {invented:?} are not in the report");
    }
}

#[test]
fn a_part_of_the_samples_has_some_of_each_kind() {
    let (folder, run) = golden(Ending::Partial);
    let html = written(folder.path(), &run, 20).1;
    assert!(
        html.contains(
            "<data value=\"20\">20</data> of <data value=\"64\">64</data> samples are on this page"
        )
    );
    let data = blocks(&html, "script");
    let index: Value = serde_json::from_str(data[0].1).unwrap();
    let part: Vec<Value> = serde_json::from_str(data[1].1).unwrap();
    assert_eq!((index["samples"].as_array().unwrap().len(), part.len()), (20, 20));
    let stats = json!(run.report.dataset.as_ref().unwrap().stats);
    for field in ["vulnerability_type", "language", "severity", "collector", "kind"] {
        let there: BTreeSet<&str> =
            index["names"][field].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let all: BTreeSet<&str> =
            stats[format!("by_{field}")].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(there, all);
    }
    assert_eq!(written(folder.path(), &run, 20).1, html);
}

#[test]
fn without_a_dataset_it_says_how_to_go_on() {
    for ending in [Ending::Cancelled, Ending::Interrupted] {
        let html = page(ending);
        assert!(html.contains("<title>StreamGuard report: stopped</title>"));
        assert!(html.contains("There is no dataset yet."));
        assert!(html.contains("<code>streamguard collect --resume --output-dir FOLDER</code>"));
        assert!(!markup(&html).contains("id=\"samples\""));
    }
}

#[test]
fn jobs_without_samples_are_shown_too() {
    let (folder, run) = jobs();
    let html = written(folder.path(), &run, 2000).1;
    let text = markup(&html);
    assert!(text.contains("<dt>ingest</dt><dd><data value=\"8\">8</data> <small>pieces</small>"));
    assert!(text.contains("<data value=\"120000\">120,000</data>") && text.contains("<data value=\"12.5\">"));
    assert!(text.contains("<data value=\"50\">50</data> more rows are in"));
    assert!(!text.contains("Samples collected") && !text.contains("id=\"samples\""));
}

/// Whether this command is installed.
fn is_installed(command: &str) -> bool {
    Command::new(command).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
#[expect(clippy::print_stderr, reason = "says what is skipped, and what was measured")]
fn a_browser_can_look_through_it() {
    if !is_installed("chromium") || !is_installed("node") {
        eprintln!("SKIPPED: the page was not opened in a browser: that takes chromium and node in PATH");
        return;
    }
    let (golden_folder, run) = golden(Ending::Partial);
    let (golden_page, _) = written(golden_folder.path(), &run, 2000);
    let (cancelled_folder, run) = golden(Ending::Cancelled);
    let (cancelled_page, _) = written(cancelled_folder.path(), &run, 2000);
    let (jobs_folder, run) = jobs();
    let (jobs_page, _) = written(jobs_folder.path(), &run, 2000);
    // Many samples, to measure how soon the list shows.
    let many_folder = tempfile::tempdir().unwrap();
    write_run(many_folder.path(), &crate::golden::events(Ending::Partial));
    write_dataset(many_folder.path(), &[("repo", samples("repo", 5000))]);
    let run = StoredRun::read(many_folder.path()).unwrap();
    let (many_page, _) = written(many_folder.path(), &run, 5000);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/readers/html.mjs");
    let output = Command::new("node")
        .arg(script)
        .args([&golden_page, &cancelled_page, &jobs_page, &many_page])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    eprintln!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
