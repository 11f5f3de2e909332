//! Logs that are followed: whatever is done to their files, each line is counted once.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use streamguard_engine::{CompletionStatus, JobSummary};
use streamguard_ingest::{FollowControl, IngestJob};

use crate::{job, rows, run};

/// Longest time to wait for a log to be read: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run that follows logs on another thread.
struct Following {
    control: FollowControl,
    thread: thread::JoinHandle<(CompletionStatus, JobSummary)>,
}

impl Following {
    fn start(job: IngestJob) -> Self {
        let job = IngestJob { follow: true, no_templates: true, ..job };
        let control = job.control.clone();
        Self { control, thread: thread::spawn(move || run(job, 1)) }
    }

    /// Waits until so many lines are counted.
    fn wait_for(&self, lines: u64) {
        let began = Instant::now();
        while self.control.figures().lines < lines {
            assert!(began.elapsed() < PATIENCE && !self.thread.is_finished(), "{:?}", self.control.figures());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn end(self) -> (CompletionStatus, JobSummary) {
        self.control.stop();
        self.thread.join().unwrap()
    }
}

/// Returns a line whose path and bytes are its number.
fn line(number: u64) -> String {
    let status = if number.is_multiple_of(10) { 503 } else { 200 };
    format!(
        "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /{number} HTTP/1.1\" {status} {number} \"-\" \"curl\" 0.0{:02}\n",
        number % 90 + 10
    )
}

fn append(path: &Path) -> File {
    File::options().create(true).append(true).open(path).unwrap()
}

/// Asserts that the lines 1 to `last` were counted once each.
fn assert_each_once(summary: &JobSummary, last: u64) {
    assert_eq!(summary.metrics["requests"], last);
    assert_eq!(summary.metrics["malformed"], 0);
    assert_eq!(summary.metrics["bytes.sum"], last * (last + 1) / 2);
    // The most frequent path came once, so every path did.
    assert_eq!(rows(summary, "Most frequent paths")[0][1], 1);
}

#[test]
fn rotation_and_truncation_lose_no_line_and_count_none_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let number = Cell::new(0);
    let next = |lines: u64| -> Vec<u8> {
        let first = number.get() + 1;
        number.set(number.get() + lines);
        (first..=number.get()).map(line).collect::<String>().into_bytes()
    };
    let mut writer = append(&path);
    writer.write_all(&next(150)).unwrap();
    let following = Following::start(job(&[&path]));
    following.wait_for(number.get());
    for round in 0..12_usize {
        // In pieces that end within lines.
        for piece in next(40).chunks(97 + round) {
            writer.write_all(piece).unwrap();
        }
        let cut = next(1);
        let (begin, rest) = cut.split_at(50);
        writer.write_all(begin).unwrap();
        match round % 3 {
            // Renamed; the server writes to the old file for a while.
            0 => {
                fs::rename(&path, folder.path().join(format!("access.log.{round}"))).unwrap();
                writer.write_all(rest).unwrap();
                let mut new = append(&path);
                new.write_all(&next(30)).unwrap();
                writer.write_all(&next(5)).unwrap();
                writer = new;
                // A file that loses its path before anybody saw it cannot be found.
                following.wait_for(number.get());
            }
            // Copied and truncated, within a line.
            1 => {
                fs::copy(&path, folder.path().join(format!("access.log.{round}"))).unwrap();
                writer.set_len(0).unwrap();
                writer.write_all(rest).unwrap();
            }
            // The same when all of it is read.
            _ => {
                writer.write_all(rest).unwrap();
                following.wait_for(number.get());
                fs::copy(&path, folder.path().join(format!("access.log.{round}"))).unwrap();
                writer.set_len(0).unwrap();
            }
        }
    }
    writer.write_all(&next(1)).unwrap();
    following.wait_for(number.get());
    let (status, summary) = following.end();
    assert_eq!(status, CompletionStatus::Complete);
    assert_each_once(&summary, number.get());
}

#[test]
fn a_log_that_is_emptied_without_a_copy_is_partial() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let mut writer = append(&path);
    writer.write_all([line(1), line(2)].concat().as_bytes()).unwrap();
    let following = Following::start(job(&[&path]));
    following.wait_for(2);
    // Lines may have been written since the last look.
    writer.set_len(0).unwrap();
    writer.write_all(line(3).as_bytes()).unwrap();
    following.wait_for(3);
    let (status, summary) = following.end();
    assert_eq!(status, CompletionStatus::Partial);
    assert_each_once(&summary, 3);
}

#[test]
fn a_log_that_cannot_be_read_in_the_end_is_partial() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    fs::write(&path, line(1)).unwrap();
    let following = Following::start(job(&[&path]));
    following.wait_for(1);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(following.end().0, CompletionStatus::Partial);
}

#[test]
fn the_figures_are_those_of_a_run_that_reads_the_finished_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let lines: Vec<String> = (1..=260).map(line).collect();
    let mut writer = append(&path);
    let following = Following::start(job(&[&path]));
    let mut written = 0;
    for step in [1, 2, 30, 80, 147] {
        // The first lines alone could be of another format.
        writer.write_all(lines[written..written + step].concat().as_bytes()).unwrap();
        written += step;
        following.wait_for(written as u64);
    }
    writer.write_all(b"192.0.2.1 - - [17/May/2015:10:05:03").unwrap();
    let live = following.control.figures();
    assert_eq!((live.requests, live.server_errors, live.malformed), (260, 26, 0));
    assert_eq!(live.logs[0].format, "combined");
    assert!((live.latency.unwrap().p50 - 54.0).abs() < 2.0, "{live:?}");
    let (status, summary) = following.end();
    assert_eq!(status, CompletionStatus::Complete);
    writer.set_len(lines.concat().len() as u64).unwrap();
    let (_, mut expected) = run(IngestJob { no_templates: true, ..job(&[&path]) }, 1);
    assert_eq!(summary, expected);
    expected.metrics.insert("requests".to_owned(), json!(0));
    assert_ne!(summary, expected);
}

#[test]
fn a_renamed_log_that_is_followed_under_its_new_name_too_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let paths: [PathBuf; 2] = ["access.log", "access.log.1"].map(|name| folder.path().join(name));
    fs::write(&paths[1], line(1)).unwrap();
    let mut writer = append(&paths[0]);
    writer.write_all(line(2).as_bytes()).unwrap();
    let following = Following::start(job(&[&paths[0], &paths[1]]));
    following.wait_for(2);
    fs::rename(&paths[0], &paths[1]).unwrap();
    append(&paths[0]).write_all(line(3).as_bytes()).unwrap();
    writer.write_all(line(4).as_bytes()).unwrap();
    following.wait_for(4);
    assert_eq!(following.control.figures().rotations, 1);
    let (_, summary) = following.end();
    assert_each_once(&summary, 4);
    assert_eq!(summary.metrics["files"], 2);
}

#[test]
fn what_cannot_grow_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("a.gz");
    fs::write(&packed, crate::gzip(line(1).as_bytes())).unwrap();
    let missing = folder.path().join("none.log");
    for path in [folder.path(), &packed, &missing] {
        let (status, _) = run(IngestJob { follow: true, ..job(&[path]) }, 1);
        assert_eq!(status, CompletionStatus::Failed, "{}", path.display());
    }
    // What is not a log at all fails at the end.
    let text = folder.path().join("text");
    let mut file = append(&text);
    file.write_all("a line of prose\n".repeat(200).as_bytes()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let following = Following::start(job(&[&text]));
    following.wait_for(200);
    assert_eq!(following.end().0, CompletionStatus::Failed);
}
