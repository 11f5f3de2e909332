//! Frames of the dashboard.
//!
//! The expected frames lie in `screens/` beside this file, and as a picture in `docs/dashboard.svg`. With `STREAMGUARD_UPDATE=1` in the environment they are
//! written again, for a look at the difference.

mod svg_picture;

use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use streamguard::ui::dashboard::{DashboardKey, DashboardModel, ResourceUsage, Theme, render};
use streamguard_engine::{
    CompletionStatus, Counters, Event, EventKind, JobSummary, LogLevel, Outcome, RunState,
};

const UTF8: Theme = Theme { utf8: true, colors: true };
const ASCII: Theme = Theme { utf8: false, colors: false };

/// Events of a run some seconds after its start, with each job in another state.
fn events() -> Vec<Event> {
    let mut events = Vec::new();
    let mut at = |at_ms: u64, kind: EventKind| events.push(Event { at_ms, kind });
    let names = ["cve", "github", "osv", "fixes", "exploitdb", "repo", "synthetic"];
    at(
        0,
        EventKind::RunStarted {
            version: "0.1.0".to_owned(),
            clock_ms: 1_790_000_000_000,
            jobs: names.map(str::to_owned).to_vec(),
            resumed: false,
            mode: "process".to_owned(),
            workers: 6,
        },
    );
    let planned = |job, shards, expected, unit: &str| EventKind::JobPlanned {
        job,
        shards,
        expected,
        unit: unit.to_owned(),
        plan: String::new(),
    };
    at(100, planned(0, 8, None, "advisories"));
    at(110, planned(1, 1, None, "advisories"));
    at(120, planned(2, 30, None, "advisories"));
    at(130, planned(4, 12, Some(10_000), "samples"));
    at(140, planned(5, 12, Some(20_000), "samples"));
    at(150, planned(6, 200, Some(1_000_000), "samples"));
    let counters = |pairs, short| -> Counters {
        [("pairs", pairs), ("rejected.too_short", short), ("rejected.test_file", short / 2)]
            .map(|(name, n)| (name.to_owned(), n))
            .into()
    };
    let ended = |job, shard, outcome, reason: Option<&str>, retry_in_ms, records| EventKind::ShardEnded {
        job,
        shard,
        attempt: 1,
        outcome,
        reason: reason.map(Into::into),
        exit: None,
        retry_in_ms,
        records,
        counters: if outcome == Outcome::Finished {
            counters(records / 2, records / 40)
        } else {
            Counters::new()
        },
        took_us: 1,
    };
    at(200, EventKind::ShardStarted { job: 0, shard: 0, attempt: 1 });
    let text = Some("NVD: rate limit until 14:03:20 UTC".to_owned());
    at(700, EventKind::Activity { job: 0, shard: 0, text });
    at(800, EventKind::ShardStarted { job: 5, shard: 0, attempt: 1 });
    at(900, EventKind::ShardStarted { job: 5, shard: 1, attempt: 1 });
    for (shard, text) in [(0, "cloning pallets/flask 38% receiving objects"), (1, "cloning psf/requests")] {
        at(1000, EventKind::Activity { job: 5, shard, text: Some(text.to_owned()) });
    }
    let note = "GitHub: HTTP 502, try 2 of 5 in 3 s".to_owned();
    at(1100, EventKind::Log { job: Some(1), level: LogLevel::Warning, text: note });
    let reason = "https://api.github.com/graphql: HTTP 401: the token is refused: is it expired?";
    at(1500, ended(1, 0, Outcome::Failed, Some(reason), None, 0));
    at(
        1600,
        EventKind::JobEnded {
            job: 1,
            status: CompletionStatus::Failed,
            reason: Some(format!("1 of its shards are missing; shard 0 failed: {reason}")),
            records: 0,
            counters: Counters::new(),
            summary: JobSummary::default(),
        },
    );
    for shard in 0..30 {
        at(2000 + u64::from(shard), ended(2, shard, Outcome::Finished, None, None, 2345));
    }
    at(
        2500,
        EventKind::JobEnded {
            job: 2,
            status: CompletionStatus::Complete,
            reason: None,
            records: 70_350,
            counters: counters(0, 0),
            summary: JobSummary::default(),
        },
    );
    at(3000, EventKind::ShardStarted { job: 4, shard: 3, attempt: 1 });
    at(4000, ended(4, 3, Outcome::TimedOut, Some("it took longer than its deadline"), Some(4000), 0));
    at(4100, ended(4, 4, Outcome::Finished, None, None, 21));
    for shard in 0..52 {
        at(1000 + u64::from(shard) * 70, ended(6, shard, Outcome::Finished, None, None, 5_000));
    }
    at(4700, EventKind::ShardStarted { job: 6, shard: 52, attempt: 1 });
    at(4800, EventKind::Progress { job: 6, records: 262_144 });
    events
}

/// Events of the same run where the one source that failed goes well, since most runs do.
fn events_without_failure() -> Vec<Event> {
    let mut events = events();
    let records = 8_420;
    for event in &mut events {
        match &mut event.kind {
            EventKind::ShardEnded { job: 1, outcome, reason, records: emitted, .. } => {
                (*outcome, *reason, *emitted) = (Outcome::Finished, None, records);
            }
            EventKind::JobEnded { job: 1, status, reason, records: emitted, .. } => {
                (*status, *reason, *emitted) = (CompletionStatus::Complete, None, records);
            }
            _ => {}
        }
    }
    events
}

/// Draws events, one frame per second.
fn drawn(
    events: &[Event],
    size: (u16, u16),
    theme: Theme,
    prepare: impl FnOnce(&mut DashboardModel),
) -> Buffer {
    let (mut state, mut model) = (RunState::default(), DashboardModel::new(LogLevel::Info, None));
    let mut last = 0;
    for event in events {
        for second in last / 1000..event.at_ms / 1000 {
            state.advance_to((second + 1) * 1000);
            model.observe(&state);
        }
        last = last.max(event.at_ms);
        state.apply(event);
        model.on_event(event, &state);
    }
    state.advance_to(6000);
    model.observe(&state);
    model.usage = Some(ResourceUsage { cpu_percent: 187.2, memory: 341 << 20, processes: 7 });
    prepare(&mut model);
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| render(frame, &mut model, &state, theme)).unwrap();
    terminal.backend().buffer().clone()
}

/// Returns the lines of a frame. The second column of a wide character is empty.
fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width).map(|row| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            if covered == 0 {
                line.push_str(cell.symbol());
                covered = unicode_width(cell.symbol());
            }
            covered = covered.saturating_sub(1);
        }
        line.trim_end().to_owned()
    });
    rows.collect()
}

fn unicode_width(symbol: &str) -> usize {
    ratatui::text::Span::raw(symbol).width().max(1)
}

fn check(name: &str, picture: &Buffer) {
    check_file(&format!("tests/it/screens/{name}.txt"), &(lines(picture).join("\n") + "\n"));
}

/// Compares a text with that in a file of the crate.
fn check_file(path: &str, seen: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
        std::fs::write(&path, seen).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(seen, expected, "{} differs:\n{seen}", path.display());
}

#[test]
fn the_picture_of_the_readme_is_the_dashboard() {
    let frame = drawn(&events_without_failure(), (80, 24), UTF8, |_| ());
    check_file("../../docs/dashboard.svg", &svg_picture::svg(&frame));
}

#[test]
fn frames_are_as_expected() {
    let events = events();
    for (name, size, theme) in [
        ("60x20", (60, 20), UTF8),
        ("80x24", (80, 24), UTF8),
        ("200x60", (200, 60), UTF8),
        ("80x24-ascii", (80, 24), ASCII),
        ("60x20-ascii", (60, 20), ASCII),
        ("39x7", (39, 7), UTF8),
    ] {
        check(name, &drawn(&events, size, theme, |_| ()));
    }
    check("44x24-help", &drawn(&events, (44, 24), UTF8, |model| model.key(DashboardKey::Help)));
    check("80x24-help", &drawn(&events, (80, 24), UTF8, |model| model.key(DashboardKey::Help)));
}

#[test]
fn arrow_keys_scroll_what_does_not_fit() {
    let events = events();
    let all = lines(&drawn(&events, (80, 10), UTF8, |_| ())).join("\n");
    assert!(all.contains(" cve ") && !all.contains("synthetic"), "{all}");
    let end = lines(&drawn(&events, (80, 10), UTF8, |model| {
        // The first frame tells the model that not all rows fit.
        model.key(DashboardKey::Scroll(0));
        let mut terminal = Terminal::new(TestBackend::new(80, 10)).unwrap();
        let state = RunState::from_events(&events);
        terminal.draw(|frame| render(frame, model, &state, UTF8)).unwrap();
        model.key(DashboardKey::Scroll(100));
    }))
    .join("\n");
    assert!(end.contains("synthetic") && !end.contains(" cve "), "{end}");
}

#[test]
fn no_fact_depends_on_colour_alone() {
    let is_colored = |buffer: &Buffer| {
        buffer
            .content
            .iter()
            .any(|cell| cell.fg != ratatui::style::Color::Reset || cell.bg != ratatui::style::Color::Reset)
    };
    let events = events();
    let colored = drawn(&events, (80, 24), UTF8, |_| ());
    let plain = drawn(&events, (80, 24), Theme { colors: false, ..UTF8 }, |_| ());
    assert!(is_colored(&colored) && !is_colored(&plain));
    assert_eq!(lines(&colored), lines(&plain));
}

/// Text of an attacker.
const HOSTILE: [&str; 8] = [
    "\u{1b}[2J\u{1b}[1;1Hwiped",
    "\u{1b}]0;title\u{7}\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{9b}31mred\u{9d}0;c1\u{9c}",
    "left\u{202e}thgir\u{2066}\u{200f}",
    "\0\0\r\n\t\u{8}\u{7f}over",
    "zal\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}go\u{feff}\u{200b}\u{e0041}",
    "漢字🦀👩\u{200d}👩\u{200d}👧❤\u{fe0f}🇩🇪",
    "مرحبا שלום",
];

/// Returns the events with hostile text wherever there is text.
fn hostile(text: &str) -> Vec<Event> {
    let mut hostile = events();
    for event in &mut hostile {
        match &mut event.kind {
            EventKind::RunStarted { version, mode, jobs, .. } => {
                for field in [version, mode].into_iter().chain(jobs) {
                    text.clone_into(field);
                }
            }
            EventKind::JobPlanned { unit, plan, .. } => {
                text.clone_into(unit);
                text.clone_into(plan);
            }
            EventKind::ShardEnded { reason, counters, .. } => {
                *reason = Some(text.into());
                counters.insert(format!("rejected.{text}"), 7);
                counters.insert(text.to_owned(), 7);
            }
            EventKind::Log { text: note, .. } => text.clone_into(note),
            EventKind::Activity { text: doing, .. } => *doing = Some(text.to_owned()),
            EventKind::MergeActivity { text: doing, .. } => text.clone_into(doing),
            EventKind::JobEnded { reason, .. } => *reason = Some(text.to_owned()),
            _ => {}
        }
    }
    hostile
}

#[test]
fn hostile_text_in_every_field_is_only_text() {
    let is_harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    for text in HOSTILE {
        let long = text.repeat((1 << 20) / text.len());
        for text in [text, &long] {
            let events = hostile(text);
            for size in [(60, 20), (80, 24), (200, 60), (20, 3), (1, 1)] {
                for theme in [UTF8, ASCII] {
                    let buffer = drawn(&events, size, theme, |model| model.verbose = true);
                    let seen = lines(&buffer);
                    assert!(!seen.iter().any(|line| line.chars().any(is_harmful)), "{seen:?}");
                    if !theme.utf8 {
                        assert!(seen.iter().all(|line| line.is_ascii()), "{seen:?}");
                    }
                    if size.0 >= 60 {
                        // The text around it stands in its place.
                        let last = seen.last().unwrap();
                        assert!(last.starts_with("  CPU 187%") && last.ends_with("? help"), "{seen:?}");
                        assert!(
                            seen[0].starts_with("StreamGuard ") && seen[0].ends_with("6.0 s"),
                            "{seen:?}"
                        );
                        assert!(seen[1].trim_start().starts_with("JOB"), "{seen:?}");
                    }
                }
            }
        }
    }
    let seen = lines(&drawn(&hostile(HOSTILE[0]), (200, 60), UTF8, |_| ())).join("\n");
    assert!(seen.contains("\\u{1b}[2J\\u{1b}[1;1Hwiped"), "it can still be read: {seen}");
}
