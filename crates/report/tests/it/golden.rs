//! A run in which everything goes wrong that can, with hostile text in every field: one source failed,
//! one has no samples, one lost a shard. The run was interrupted once and resumed.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use streamguard_dataset::CollectorFile;
use streamguard_dataset::{
    DatasetSummary, JsonlWriter, Language, QualityFlag, Sample, SampleKind, SampleLevel, Severity,
};
use streamguard_engine::{CompletionStatus, Event, EventKind, JobSummary, Outcome, RunInfo, SummaryTable};
use streamguard_report::{DatasetInfo, StoredRun};
use tempfile::TempDir;

/// 2026-01-01T00:00:00Z.
const CLOCK_MS: u64 = 1_767_225_600_000;

/// Text that harms terminals, pages, spreadsheets and layouts unless it is escaped. Bytes that are not
/// UTF-8 have become U+FFFD before they get here.
pub(crate) const HOSTILE: &str = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u{1b}[2J\u{1b}]0;title\u{7} \
    \u{202e}desrever\u{2066} \0 \u{9b}31m \u{fffd} \"quoted\", 'quoted' & <img src=x onerror=alert(2)> ]]> --> \
    {{template}} %s \\ \u{feff}end\u{2028}of\r\nlines\ttabs 漢字 🦀 e\u{301}";

/// End of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Some results are missing; there is a dataset.
    Partial,
    /// Stopped by Ctrl+C while the jobs ran.
    Cancelled,
    /// Stopped by Ctrl+C while the dataset was built.
    CancelledLate,
    /// Killed: the journal ends without an end.
    Interrupted,
}

/// Makes the run, in a folder of its own.
pub(crate) fn golden(ending: Ending) -> (TempDir, StoredRun) {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), &events(ending));
    if ending == Ending::Partial {
        write_dataset(
            folder.path(),
            &[("repo", samples("repo", 24)), ("synthetic", samples("synthetic", 40))],
        );
    }
    if ending == Ending::CancelledLate {
        write_dataset_info(folder.path(), None);
    }
    let run = StoredRun::read(folder.path()).unwrap();
    (folder, run)
}

/// Writes the state of a run with these events.
pub(crate) fn write_run(folder: &Path, events: &[Event]) {
    let state = folder.join(".streamguard");
    std::fs::create_dir(&state).unwrap();
    let settings = json!({"repo": {"repo-samples": 200, "message": HOSTILE}, "synthetic": {"seed": 42}});
    let command = format!("streamguard collect --seed 42 --output-dir '{HOSTILE}'");
    let run =
        json!({"format": 2, "command": command, "settings": settings, "clock_ms": CLOCK_MS, "done": false});
    let run: RunInfo = serde_json::from_value(run).unwrap();
    std::fs::write(state.join("run.json"), run.to_bytes()).unwrap();
    streamguard_engine::testing::write_journal(&state.join("journal.jsonl"), events).unwrap();
}

/// Writes the dataset of these collectors, and the facts about it.
pub(crate) fn write_dataset(folder: &Path, collectors: &[(&str, Vec<Sample>)]) {
    let mut sources = Vec::new();
    for (collector, samples) in collectors {
        let path = folder.join(format!("{collector}.jsonl"));
        let mut writer = JsonlWriter::create(&path).unwrap();
        samples.iter().for_each(|sample| writer.write(sample).unwrap());
        writer.finish().unwrap();
        sources.push(CollectorFile { collector: (*collector).to_owned(), path });
    }
    let summary = streamguard_dataset::write_dataset(&sources, folder, &mut |_| (), &|| false).unwrap();
    write_dataset_info(folder, Some(summary));
}

fn write_dataset_info(folder: &Path, summary: Option<DatasetSummary>) {
    let dataset = DatasetInfo { clock_ms: CLOCK_MS, took_ms: 250, summary };
    let json = serde_json::to_vec(&dataset).unwrap();
    std::fs::write(folder.join(".streamguard/dataset.json"), json).unwrap();
}

/// Makes samples of a collector, of many kinds; two of them are equal.
pub(crate) fn samples(collector: &str, count: u32) -> Vec<Sample> {
    let weaknesses =
        [("sql_injection", "CWE-89"), ("path_traversal", "CWE-22"), ("use_after_free", "CWE-416")];
    let severities = [Some(Severity::Critical), Some(Severity::High), Some(Severity::Medium), None];
    let languages = [Some(Language::C), Some(Language::Python), Some(Language::JavaScript), None];
    let sample = |n: u32| {
        let kind = if n % 8 == 7 { SampleKind::Vulnerable } else { SampleKind::Pair };
        let mut sample = Sample::new(collector, kind, SampleLevel::Function);
        let (weakness, cwe) = weaknesses[n as usize % 3];
        sample.language = languages[n as usize % 4];
        sample.severity = severities[n as usize / 3 % 4];
        if n % 5 != 4 {
            sample.vulnerability_type = Some(weakness.to_owned());
            sample.cwes = vec![cwe.to_owned()];
        }
        let hostile = if n.is_multiple_of(6) { HOSTILE } else { "a plain line" };
        let long = if n == 6 { "x".repeat(9000) } else { String::new() };
        let before = format!(
            "int {collector}_{n}(char *name) {{\n    // {hostile}\n    return query({long}\"select \" + name);\n}}"
        );
        sample.fixed_code = (kind == SampleKind::Pair).then(|| {
            before.replace("\"select \" + name", "\"select ?\", name").replace("// ", "// checked: ")
        });
        sample.vulnerable_code = Some(before);
        sample.description = Some(format!("Flaw {n}: {hostile}"));
        sample.cvss_score = sample.severity.map(|_| 7.5);
        sample.advisory_ids = vec![format!("CVE-2026-{n:04}"), format!("X-{hostile}")];
        sample.published_date = Some("2026-01-02T03:04:05Z".to_owned());
        if collector == "repo" {
            sample.repository =
                Some(if n == 0 { HOSTILE.to_owned() } else { "https://git.example/team/app".to_owned() });
            sample.commit = Some(format!("{n:040x}"));
            sample.parent_commit = Some(format!("{:040x}", n + 1000));
            sample.path_before =
                Some(if n == 12 { format!("src/{HOSTILE}.c") } else { format!("src/load {n}.c") });
            sample.path_after = sample.path_before.clone();
            sample.function = Some(if n == 18 { HOSTILE.to_owned() } else { format!("load_{n}") });
            sample.commit_message = Some(format!("Fix {hostile}"));
            (sample.start_line_before, sample.end_line_before) = (Some(10 + n), Some(13 + n));
            (sample.start_line_after, sample.end_line_after) = (Some(10 + n), Some(13 + n));
            sample.source = Some(if n == 0 {
                "javascript:alert(1)".to_owned()
            } else {
                format!("https://git.example/team/app/commit/{n:040x}")
            });
        } else {
            sample.quality_flags = vec![QualityFlag::Synthetic];
        }
        sample.label_confidence = Some(0.9);
        sample.with_id()
    };
    let mut samples: Vec<Sample> = (0..count).map(sample).collect();
    if let Some(twice) = samples.first().cloned() {
        samples.push(twice);
    }
    samples
}

/// Returns the events of the run.
pub(crate) fn events(ending: Ending) -> Vec<Event> {
    let mut events = Vec::new();
    let mut at = |at_ms, kind| events.push(Event { at_ms, kind });
    let names = ["cve", "fixes", "exploitdb", "repo", "synthetic"];
    let started = |resumed| EventKind::RunStarted {
        version: "0.1.0".to_owned(),
        clock_ms: CLOCK_MS,
        jobs: names.map(str::to_owned).into(),
        resumed,
        mode: "process".to_owned(),
        workers: 4,
    };
    let planned = |job, shards, expected, unit: &str| EventKind::JobPlanned {
        job,
        shards,
        expected,
        unit: unit.to_owned(),
        plan: "00".repeat(16),
    };
    let shard_ended =
        |job, shard, outcome: Outcome, reason: Option<&str>, records, counters: &[(&str, u64)]| {
            EventKind::ShardEnded {
                job,
                shard,
                attempt: 1,
                outcome,
                reason: reason.map(Into::into),
                exit: None,
                retry_in_ms: None,
                records,
                counters: counters.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect(),
                took_us: 300_000,
            }
        };
    let ended =
        |job, status, reason: Option<&str>, records, counters: &[(&str, u64)], summary| EventKind::JobEnded {
            job,
            status,
            reason: reason.map(str::to_owned),
            records,
            counters: counters.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<BTreeMap<_, _>>(),
            summary,
        };
    let note = |job, level, text: String| EventKind::Log { job, level, text };

    at(0, started(false));
    at(10, planned(4, 2, Some(40), "samples"));
    at(600, shard_ended(4, 0, Outcome::Finished, None, 20, &[("pairs", 18)]));
    // Killed here, and resumed below.
    at(0, started(true));
    at(10, planned(0, 1, None, "advisories"));
    at(12, planned(2, 3, Some(10_000), "samples"));
    at(14, planned(3, 3, Some(200), "samples"));
    at(15, planned(4, 2, Some(40), "samples"));
    at(15, shard_ended(4, 0, Outcome::Reused, None, 20, &[("pairs", 18)]));
    at(20, note(Some(3), streamguard_engine::LogLevel::Warning, HOSTILE.to_owned()));
    at(21, note(None, streamguard_engine::LogLevel::Error, format!("{}{HOSTILE}", "long ".repeat(200_000))));
    at(300, shard_ended(0, 0, Outcome::Failed, Some(HOSTILE), 0, &[]));
    at(310, ended(0, CompletionStatus::Failed, Some(HOSTILE), 0, &[], JobSummary::default()));
    at(320, planned(1, 0, Some(0), "fixes"));
    let nothing = [
        ("advisories", 0),
        ("advisories_with_fix", 0),
        ("advisories_with_samples", 0),
        ("pairs", 0),
        ("samples", 0),
    ];
    let of_fixes =
        nothing.into_iter().fold(JobSummary::default(), |summary, (name, n)| summary.metric(name, n));
    at(330, ended(1, CompletionStatus::Complete, None, 0, &[], of_fixes));
    at(
        340,
        ended(
            2,
            CompletionStatus::Complete,
            None,
            0,
            &[("rejected.unknown_language", 3)],
            JobSummary::default().metric("samples", 0),
        ),
    );
    at(700, EventKind::Progress { job: 3, records: 9 });
    let walked = [
        ("commits.walked", 700),
        ("commits.chosen", 60),
        ("functions.changed", 41),
        ("pairs", 22),
        ("rejected.test_file", 12),
        ("rejected.one_sided", 4),
    ];
    at(900, shard_ended(3, 0, Outcome::Finished, None, 25, &walked));
    if ending == Ending::Interrupted {
        return events;
    }
    if ending == Ending::Cancelled {
        at(950, EventKind::CancelRequested);
        at(960, shard_ended(3, 1, Outcome::Cancelled, None, 0, &[]));
        at(970, ended(3, CompletionStatus::Cancelled, None, 25, &walked, JobSummary::default()));
        at(975, ended(4, CompletionStatus::Cancelled, None, 20, &[("pairs", 18)], JobSummary::default()));
        at(980, EventKind::RunEnded { status: CompletionStatus::Cancelled });
        return events;
    }
    at(1000, shard_ended(3, 1, Outcome::Crashed, Some("the worker died: signal 11"), 0, &[]));
    at(1010, shard_ended(3, 2, Outcome::TimedOut, Some(HOSTILE), 0, &[]));
    let table = SummaryTable {
        title: format!("Repositories {HOSTILE}"),
        columns: vec!["repository".to_owned(), HOSTILE.to_owned()],
        rows: vec![vec![json!("https://git.example/team/app"), json!(25)], vec![json!(HOSTILE), json!(null)]],
    };
    let of_repo =
        JobSummary::default().metric("samples", 25).metric("pairs", 22).metric("note", HOSTILE).table(table);
    at(1020, ended(3, CompletionStatus::Partial, Some(HOSTILE), 25, &walked, of_repo));
    at(1300, shard_ended(4, 1, Outcome::Finished, None, 21, &[("pairs", 18)]));
    let of_synthetic =
        JobSummary::default().metric("samples", 41).metric("pairs", 36).metric("cut_at_target", 0);
    at(1310, ended(4, CompletionStatus::Complete, None, 41, &[("pairs", 36)], of_synthetic));
    at(1320, EventKind::RunEnded { status: CompletionStatus::Partial });
    events
}
