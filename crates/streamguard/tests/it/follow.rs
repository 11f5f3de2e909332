//! Logs that are followed, from outside; and the frames of their view.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use streamguard::ui::dashboard::Theme;
use streamguard::ui::follow::{FollowFrame, render};
use streamguard_ingest::{LatencyQuantiles, LiveFigures, LiveLog, LivePath, RecentFigures, SecondCounts};

use crate::{stderr, stdout, streamguard};

const UTF8: Theme = Theme { utf8: true, colors: true };
const ASCII: Theme = Theme { utf8: false, colors: false };

/// Text of an attacker.
const HOSTILE: &str = "/\u{1b}[2Jwiped\u{202e}\u{9b}31m\r\n漢字";

fn lines(count: u64) -> String {
    (1..=count).map(|n| format!("[GET] /user/{n}, status=200, time={n}ms user-agent=curl\n")).collect()
}

#[test]
fn a_stream_is_followed_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = streamguard(folder.path())
        .args(["ingest", "--path", "-", "--follow", "--json", "--output-dir", "out"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = lines(300);
    for piece in text.as_bytes().chunks(1000) {
        stdin.write_all(piece).unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&answer["metrics"]["requests"], &answer["status"]), (&300.into(), &"complete".into()));
    let report = fs::read_to_string(folder.path().join("out/collection_report.html")).unwrap();
    assert!(report.contains("<dt>Requests</dt><dd>300"), "{report}");
    assert!(!report.contains("<dt>ingest</dt>"), "{report}");
}

#[test]
fn a_signal_ends_a_log_that_is_followed_and_the_report_comes_then() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("access.log"), lines(120)).unwrap();
    let mut child = streamguard(folder.path())
        .args(["ingest", "--path", "access.log", "--follow", "--log-format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A line comes every few seconds.
    let mut notices = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(r#""event":"followed""#) {
        line.clear();
        assert!(notices.read_line(&mut line).unwrap() > 0, "the run ended by itself");
    }
    let figures: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&figures["requests"], &figures["level"]), (&120.into(), &"INFO".into()));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let (mut text, mut rest) = (String::new(), String::new());
    notices.read_to_string(&mut rest).unwrap();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(text.contains("requests                                  120"), "{text}");
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.log"), lines(1)).unwrap();
    for flags in [&["--fast"][..], &["--compare", "a.log"], &["--mode", "slurm", "--output-dir", "out"]] {
        let arguments = [&["ingest", "--path", "a.log", "--follow"], flags].concat();
        let output = crate::run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
}

fn figures() -> LiveFigures {
    let latency = Some(LatencyQuantiles { p50: 3.1, p95: 12.0, p99: 1240.0 });
    let path = |path: &str, requests| LivePath {
        path: path.to_owned(),
        requests,
        client_errors: requests / 100,
        server_errors: requests / 1000,
        latency,
    };
    LiveFigures {
        elapsed_ms: 754_000,
        lines: 12_345_681,
        requests: 12_345_678,
        malformed: 3,
        client_errors: 123_456,
        server_errors: 1234,
        bytes: 1 << 34,
        statuses: vec![(0, 1), (200, 12_000_000), (304, 220_987), (404, 123_456), (503, 1234)],
        latency,
        recent: RecentFigures {
            requests_per_second: 50_012.0,
            bytes_per_second: 5e7,
            seconds: (0..120).map(|n| SecondCounts { requests: 400 * n, errors: n % 7 }).collect(),
            requests: 3_000_000,
            client_errors: 30_000,
            server_errors: 900,
            latency,
        },
        paths: vec![path("/api/user/{id}", 9_000_000), path(HOSTILE, 3_000_000), path("", 678)],
        logs: vec![LiveLog {
            name: "access.log".to_owned(),
            format: "combined".to_owned(),
            lines: 12_345_681,
            malformed: 3,
        }],
        rotations: 2,
        truncations: 1,
    }
}

fn drawn(size: (u16, u16), theme: Theme) -> Vec<String> {
    let figures = figures();
    let remarks = vec!["access.log was rotated", HOSTILE];
    let content = FollowFrame { figures: &figures, remarks, is_frozen: false, is_stopping: false };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| render(frame, &content, theme)).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y: u16| -> String { (0..size.0).map(|x| buffer[(x, y)].symbol().to_owned()).collect() };
    (0..size.1).map(|y| row(y).trim_end().to_owned()).collect()
}

#[test]
fn the_frame_has_what_happens_now_and_the_paths() {
    let lines = drawn((100, 20), UTF8);
    assert!(
        lines[0].starts_with("StreamGuard ingest  access.log") && lines[0].ends_with("12:34"),
        "{lines:#?}"
    );
    for (line, text) in [
        (1, "now       50.0k requests/s  47.7 MiB/s"),
        (2, "max 47.6k/s"),
        (3, "max 6/s"),
        (4, "last min  4xx 1.0%  5xx 0.03%  p50 3.1 ms  p95 12.0 ms  p99 1.24 s"),
        (5, "all       12,345,678 requests  4xx 1.0%  5xx <0.01%  16.0 GiB  3 malformed"),
        (7, "status    200 12.0M  304 221k  404 123k  503 1,234  none 1"),
        (8, "PATH"),
        (9, "/api/user/{id}"),
        (11, "(no request)"),
        (16, "access.log  combined  12,345,681 lines, 100.0% fit"),
        (19, "rotated 2x, truncated 1x"),
    ] {
        assert!(lines[line].contains(text), "{text}: {lines:#?}");
    }
}

#[test]
fn hostile_text_is_only_text_on_any_screen() {
    for size in [(1, 1), (20, 3), (60, 9), (80, 24), (200, 60)] {
        for theme in [UTF8, ASCII] {
            let lines = drawn(size, theme);
            let is_harmful = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!lines.iter().any(|line| line.chars().any(is_harmful)), "{lines:?}");
            assert!(theme.utf8 || lines.iter().all(|line| line.is_ascii()), "{lines:?}");
        }
    }
}
