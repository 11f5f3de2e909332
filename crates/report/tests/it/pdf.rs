//! The PDF report.

use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use serde_json::json;
use streamguard_engine::{CompletionStatus, Event, EventKind, JobSummary, Outcome, SummaryTable};
use streamguard_report::{RenderOptions, ReportFormat, StoredRun};
use tempfile::TempDir;

use crate::golden::{Ending, HOSTILE, golden, write_run};
use crate::pdf_standards;

/// Makes a run of a job that does not collect, with metrics and tables of its own. It loses one shard
/// per problem.
fn job_run(rows: u64, problems: u32) -> (TempDir, StoredRun) {
    let mut events = Vec::new();
    let mut at = |at_ms, kind| events.push(Event { at_ms, kind });
    at(
        0,
        EventKind::RunStarted {
            version: "0.1.0".to_owned(),
            clock_ms: 1_767_225_600_000,
            jobs: vec!["ingest".to_owned()],
            resumed: false,
            mode: "threading".to_owned(),
            workers: 2,
        },
    );
    at(
        5,
        EventKind::JobPlanned {
            job: 0,
            shards: 8 + problems,
            expected: None,
            unit: "pieces".to_owned(),
            plan: String::new(),
        },
    );
    for shard in 0..8 {
        at(
            100 * u64::from(shard) + 50,
            EventKind::ShardEnded {
                job: 0,
                shard,
                attempt: 1,
                outcome: Outcome::Finished,
                reason: None,
                exit: None,
                retry_in_ms: None,
                records: 3,
                counters: Default::default(),
                took_us: 90_000,
            },
        );
    }
    for n in 0..problems {
        let text = format!("problem {n} {HOSTILE}");
        let failed = EventKind::ShardEnded {
            job: 0,
            shard: 8 + n,
            attempt: 1,
            outcome: Outcome::Failed,
            reason: Some(text.as_str().into()),
            exit: None,
            retry_in_ms: None,
            records: 0,
            counters: Default::default(),
            took_us: 10,
        };
        at(860, failed);
        at(860, EventKind::Log { job: Some(0), level: streamguard_engine::LogLevel::Warning, text });
    }
    let paths = SummaryTable {
        title: "Most frequent paths".to_owned(),
        columns: ["path", "requests", "share"].map(str::to_owned).into(),
        rows: (0..rows)
            .map(|n| vec![json!(format!("/api/v1/items/{n}")), json!(1_000_000 - n), json!(0.25)])
            .collect(),
    };
    let agents = SummaryTable {
        title: "Agents".to_owned(),
        columns: (0..14).map(|n| format!("column_{n}")).collect(),
        rows: vec![(0..14).map(|_| json!(HOSTILE)).collect(), vec![json!("x".repeat(1900)); 14]],
    };
    let summary = JobSummary::default()
        .metric("requests", 1_234_567)
        .metric("lines", 1_234_600)
        .metric("latency_ms.mean", 12.25)
        .metric("latency_ms.quantiles", "exact")
        .table(paths)
        .table(agents);
    at(
        900,
        EventKind::JobEnded {
            job: 0,
            status: CompletionStatus::Complete,
            reason: None,
            records: 24,
            counters: Default::default(),
            summary,
        },
    );
    at(910, EventKind::RunEnded { status: CompletionStatus::Complete });
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), &events);
    let run = StoredRun::read(folder.path()).unwrap();
    (folder, run)
}

/// Writes the report. Returns its folder and its path.
fn written(run: &StoredRun) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let paths =
        streamguard_report::write(run, ReportFormat::Pdf, &RenderOptions::default(), folder.path()).unwrap();
    assert_eq!(paths, [folder.path().join("collection_report.pdf")]);
    (folder, paths[0].clone())
}

/// Returns the output of a PDF reader; `None` if the reader is not installed.
#[expect(clippy::print_stderr, reason = "a test that skips says so")]
fn output_of(program: &str, arguments: &[&str], pdf: &Path) -> Option<String> {
    let (options, rest) =
        arguments.split_at(arguments.iter().position(|word| *word == "-").unwrap_or(arguments.len()));
    match Command::new(program).args(options).arg(pdf).args(rest).output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{program}: {errors}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            eprintln!("SKIPPED: {program} is not here to read {}: {error}", pdf.display());
            None
        }
    }
}

/// Returns the text of the report, laid out as on the pages.
fn text_of(pdf: &Path) -> Option<String> {
    output_of("pdftotext", &["-layout", "-"], pdf)
}

/// Formats a count as the report does.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// Returns every kind of run.
fn runs() -> Vec<(TempDir, StoredRun)> {
    vec![
        golden(Ending::Partial),
        golden(Ending::Cancelled),
        golden(Ending::Interrupted),
        job_run(10_000, 1_000),
    ]
}

#[test]
fn readers_find_nothing_wrong() {
    for (_folder, run) in runs() {
        let (_out, pdf) = written(&run);
        let bytes = std::fs::read(&pdf).unwrap();
        for claim in ["<pdfaid:part>2", "<pdfaid:conformance>A", "<pdfuaid:part>1"] {
            assert!(bytes.windows(claim.len()).any(|window| window == claim.as_bytes()), "{claim}");
        }
        output_of("qpdf", &["--check"], &pdf);
        pdf_standards::check(&pdf);
        let Some(fonts) = output_of("pdffonts", &[], &pdf) else { continue };
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert!((2..=3).contains(&fonts.len()), "{fonts:?}");
        for font in fonts {
            let words: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(words[2..5], ["yes", "yes", "yes"], "embedded, subset, with Unicode: {font}");
        }
    }
}

#[test]
fn the_text_of_the_golden_run_is_as_it_was() {
    let (_folder, run) = golden(Ending::Partial);
    let (_out, pdf) = written(&run);
    let Some(text) = text_of(&pdf) else { return };
    // Versions of the reader differ in the space between columns and lines.
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let now: String = lines.filter(|line| !line.is_empty()).map(|line| line + "\n").collect();
    for file in run.report.dataset.iter().flat_map(|dataset| &dataset.files) {
        assert!(now.contains(&format!("{} {} {}", file.name, grouped(file.size), file.blake3)));
    }
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/report.pdf.txt");
    if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &now).unwrap();
    }
    let was = std::fs::read_to_string(&golden).unwrap();
    assert_eq!(was, now, "run this test with STREAMGUARD_UPDATE=1, and look at the difference");
}

/// The word that readers see for a status.
fn shown(status: &str) -> &str {
    if matches!(status, "cancelled" | "interrupted") { "stopped" } else { status }
}

#[test]
fn every_number_is_on_the_pages() {
    for ending in [Ending::Partial, Ending::Cancelled, Ending::Interrupted] {
        let (_folder, run) = golden(ending);
        let (_out, pdf) = written(&run);
        let Some(text) = text_of(&pdf) else { return };
        let summary = &run.report.summary;
        let mut expected = vec![
            format!("of {}", summary.total_collectors),
            format!("found {} samples", grouped(summary.total_samples_collected)),
            format!("of {} wanted", grouped(summary.total_target_samples)),
            format!("of {} collected", grouped(summary.code_pairs)),
            format!("{} candidates were rejected", summary.rejected),
            format!("{}%", summary.completion_rate.unwrap()),
            format!("{} samples per second", summary.samples_per_second.unwrap()),
            shown(&run.report.status).to_owned(),
        ];
        let in_dataset =
            summary.samples_in_dataset.map(|samples| format!("holds {} samples", grouped(samples)));
        expected.extend(in_dataset);
        expected.extend(summary.pairs_in_dataset.map(|pairs| format!("{} are pairs", grouped(pairs))));
        expected.extend(run.report.rejected.values().map(|count| grouped(*count)));
        for text_part in expected {
            // Sentences continue over lines.
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&text_part), "{ending:?}: no {text_part:?} in\n{text}");
        }
        for (name, collector) in &run.report.by_collector {
            let mut cells = vec![
                format!(" {}", shown(&collector.status)),
                format!(" {} {}", grouped(collector.records), collector.unit),
                format!(" {}", grouped(collector.samples_collected)),
                format!(" {}", grouped(collector.rejected.values().sum())),
                format!(" {} of ", collector.shards.done),
            ];
            cells.extend(collector.target_samples.map(|target| format!(" {} ", grouped(target))));
            cells.extend(collector.completion_rate.map(|rate| format!(" {rate}%")));
            let is_row =
                |line: &&str| line.starts_with(name.as_str()) && cells.iter().all(|cell| line.contains(cell));
            assert!(text.lines().any(|line| is_row(&line)), "{ending:?}: no {cells:?} of {name} in\n{text}");
        }
    }
}

#[test]
fn a_run_that_was_stopped_says_so_first() {
    for ending in [Ending::Cancelled, Ending::Interrupted] {
        let (_out, pdf) = written(&golden(ending).1);
        let Some(text) = output_of("pdftotext", &["-l", "1", "-layout", "-"], &pdf) else { return };
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("no {what:?} in\n{text}"));
        let notice = at("This run was stopped: the results are partial");
        assert!(notice < at("streamguard collect --resume --output-dir"));
        assert!(at("streamguard collect --resume --output-dir") < at("Summary"));
    }
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    for (_folder, run) in runs() {
        let (_out, pdf) = written(&run);
        let bytes = std::fs::read(&pdf).unwrap();
        for active in ["/JavaScript", "/OpenAction", "/URI", "/Launch", "/EmbeddedFile"] {
            assert!(!bytes.windows(active.len()).any(|window| window == active.as_bytes()), "{active}");
        }
        let Some(text) = text_of(&pdf) else { return };
        let is_odd = |character: &char| {
            (character.is_control() && !matches!(character, '\n' | '\u{c}'))
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        assert_eq!(text.chars().find(is_odd), None);
        for shown in ["\\u{202e}desrever", "\\u{1b}[2J", "\\u{0}", "\\u{6f22}", "<script>alert(1)</script>"] {
            assert!(text.contains(shown), "no {shown} in\n{text}");
        }
    }
}

#[test]
fn other_jobs_have_their_metrics_and_tables() {
    let (_folder, run) = job_run(10_000, 0);
    let (_out, pdf) = written(&run);
    let Some(text) = text_of(&pdf) else { return };
    for shown in [
        "Job report",
        "Errors: none.",
        "1,234,567",
        "12.25",
        "Most frequent paths",
        "/api/v1/items/199",
        "9,800 more rows",
        "5 more columns",
        "24 pieces",
    ] {
        assert!(text.contains(shown), "no {shown:?} in\n{text}");
    }
    assert!(!text.contains("/api/v1/items/200"));
    assert!(!text.contains("dataset"), "it made none");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let bytes = || std::fs::read(written(&golden(Ending::Partial).1).1).unwrap();
    assert!(bytes() == bytes());
}

/// Generates odd text.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(HOSTILE.to_owned()),
        "[a-z_.]{1,12}",
        "\\PC{0,40}",
        any::<String>(),
        (1usize..2500).prop_map(|count| "w".repeat(count)),
        (1usize..400).prop_map(|count| "\u{202e}/ ".repeat(count)),
    ]
}

prop_compose! {
    /// Generates a run of a few jobs with any text and any numbers, which stops anywhere.
    fn any_run()(
        jobs in prop::collection::vec((text(), text(), prop::option::of(text()), any::<u64>(), 0u8..5), 0..6),
        rows in prop::collection::vec(prop::collection::vec(text(), 1..14), 0..8),
        counters in prop::collection::btree_map(text(), any::<u64>(), 0..5),
        notes in prop::collection::vec(text(), 0..4),
        at in prop::collection::vec(0u64..1 << 40, 8),
        units in prop::collection::vec(prop::sample::select(vec!["samples", "fixes", "advisories", "pieces", "odd"]), 6),
        keep in 0usize..40,
    ) -> Vec<Event> {
        let mut times = at.into_iter().cycle();
        let mut clock = 0u64;
        let mut events = Vec::new();
        let mut say = |kind| {
            clock += times.next().unwrap_or(0) >> 20;
            events.push(Event { at_ms: clock, kind });
        };
        say(EventKind::RunStarted {
            version: "0.1.0".to_owned(),
            clock_ms: 1_767_225_600_000,
            jobs: jobs.iter().enumerate().map(|(n, (name, ..))| format!("{n}{name}")).collect(),
            resumed: false,
            mode: "process".to_owned(),
            workers: 3,
        });
        for (job, (_, _, reason, count, status)) in jobs.iter().enumerate() {
            let unit = units[job].to_owned();
            let expected = (count % 2 == 0).then_some(count / 3);
            say(EventKind::JobPlanned { job, shards: 4, expected, unit, plan: String::new() });
            let outcome = [Outcome::Finished, Outcome::Failed, Outcome::Crashed, Outcome::TimedOut, Outcome::Cancelled]
                [usize::from(*status)];
            say(EventKind::ShardEnded {
                job,
                shard: 1,
                attempt: 1,
                outcome,
                reason: reason.as_deref().map(Into::into),
                exit: None,
                retry_in_ms: None,
                records: count >> 8,
                counters: counters.iter().map(|(name, count)| (name.clone(), count >> 16)).collect(),
                took_us: count >> 20,
            });
            for text in &notes {
                say(EventKind::Log { job: Some(job), level: streamguard_engine::LogLevel::Warning, text: text.clone() });
            }
        }
        for (job, (title, name, reason, count, status)) in jobs.iter().enumerate() {
            let width = rows.iter().map(Vec::len).min().unwrap_or(1);
            let table = SummaryTable {
                title: title.clone(),
                columns: rows.first().map(|row| row[..width].to_vec()).unwrap_or_default(),
                rows: rows.iter().map(|row| row[..width].iter().map(|cell| json!(cell)).collect()).collect(),
            };
            let status = [CompletionStatus::Complete, CompletionStatus::Partial, CompletionStatus::Failed, CompletionStatus::Cancelled, CompletionStatus::Complete]
                [usize::from(*status)];
            say(EventKind::JobEnded {
                job,
                status,
                reason: reason.clone(),
                records: count >> 8,
                counters: counters.iter().map(|(name, count)| (name.clone(), count >> 16)).collect(),
                summary: JobSummary::default().metric(name, *count).metric("note", title.as_str()).table(table),
            });
        }
        say(EventKind::RunEnded { status: CompletionStatus::Partial });
        events.truncate(keep.max(1));
        events
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Debug builds assert during layout that nothing is drawn beyond the margins.
    #[test]
    fn any_run_fits_its_pages(events in any_run()) {
        let folder = tempfile::tempdir().unwrap();
        write_run(folder.path(), &events);
        let run = StoredRun::read(folder.path()).unwrap();
        let (_out, pdf) = written(&run);
        pdf_standards::check(&pdf);
        if let Some(text) = text_of(&pdf) {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let summary = &run.report.summary;
            let mut expected = vec![format!("of {}", summary.total_collectors), run.report.status.clone()];
            if text.contains("The collectors found") {
                expected.push(format!("found {} sample", grouped(summary.total_samples_collected)));
                expected.push(format!("of {} collected", grouped(summary.code_pairs)));
            }
            for text_part in expected {
                prop_assert!(words.contains(&text_part), "no {} in {}", text_part, text);
            }
        }
    }
}

#[test]
#[ignore = "writes reports to look at into the folder that STREAMGUARD_LOOK names"]
#[expect(clippy::print_stderr, reason = "says how long it took")]
fn reports_to_look_at() {
    let out = PathBuf::from(std::env::var_os("STREAMGUARD_LOOK").unwrap());
    let write = |name: &str, run: &StoredRun| {
        let folder = out.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let start = std::time::Instant::now();
        streamguard_report::write(run, ReportFormat::Pdf, &RenderOptions::default(), &folder).unwrap();
        eprintln!("{name}: {:?}", start.elapsed());
    };
    for (name, (_folder, run)) in ["partial", "cancelled", "interrupted", "large"].into_iter().zip(runs()) {
        write(name, &run);
    }
    write("job", &job_run(30, 0).1);
    // The folder may hold a real run, too.
    if let Ok(run) = StoredRun::read(&out) {
        write("run", &run);
    }
}
