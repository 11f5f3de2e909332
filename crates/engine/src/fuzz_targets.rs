//! Fuzz targets of formats that are private to this crate, for the package `fuzz`.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::from_slice;

use crate::event::Event;
use crate::journal;
use crate::run_info::RunInfo;
use crate::state::RunState;
use crate::worker::protocol::{self, FromWorker, ToWorker};

/// Any bytes are read as a journal or refused. A journal of any events is read as it was written, and up to its last
/// whole line if it was cut off; its events have a state.
pub fn journal(bytes: &[u8]) {
    let path = Path::new("journal.jsonl");
    let _ = journal::read_lines(bytes, path);
    let events: Vec<Event> =
        bytes.split(|byte| *byte == b'\n').filter_map(|line| from_slice(line).ok()).collect();
    let mut lines = Vec::new();
    for event in &events {
        journal::push_line(&mut lines, event).expect("memory does not fail");
    }
    let (read, valid_bytes) = journal::read_lines(&lines[..], path).expect("its own lines");
    assert_eq!((&read, valid_bytes), (&events, lines.len() as u64));
    if let Some((_, whole)) = events.split_last() {
        let cut = &lines[..lines.len() - 1];
        assert_eq!(journal::read_lines(cut, path).expect("only the last line is damaged").0, whole);
    }
    let _ = RunState::from_events(&events);
}

/// Any bytes are read as `run.json` or refused. Any facts are read as they were written.
pub fn run_info(bytes: &[u8]) {
    let _ = RunInfo::from_bytes(bytes);
    let Ok(info) = from_slice::<RunInfo>(bytes) else { return };
    let stored = info.to_bytes();
    match RunInfo::from_bytes(&stored) {
        Ok(read) => assert_eq!(read.to_bytes(), stored),
        Err(reason) => assert!(reason.starts_with("format "), "{reason}"),
    }
}

/// Any bytes are lines of the worker protocol or are not. A message is written as it was read, and is never taken for
/// something else than a message.
pub fn worker_lines(bytes: &[u8]) {
    let (mut rest, mut line) = (bytes, Vec::new());
    while protocol::read_line(&mut rest, &mut line).expect("no line is too long") {
        if let Ok(message) = from_slice::<FromWorker<'_>>(&line) {
            assert!(!protocol::is_stray(&line) && !protocol::is_unknown_message(&line));
            let written = written(&message);
            assert_eq!(
                self::written(&from_slice::<FromWorker<'_>>(&written).expect("its own line")),
                written
            );
        }
        check_request::<ToWorker>(&line);
        let excerpt = protocol::excerpt(&line);
        assert!(excerpt.len() < 1_000 && !excerpt.contains(char::is_control), "{excerpt}");
    }
}

fn check_request<T: Serialize + DeserializeOwned>(line: &[u8]) {
    if let Ok(message) = from_slice::<T>(line) {
        let written = written(&message);
        assert_eq!(self::written(&from_slice::<T>(&written).expect("its own line")), written);
    }
}

/// Returns the line of a message.
fn written(message: &impl Serialize) -> Vec<u8> {
    let mut line = Vec::new();
    protocol::write_message(&mut line, message).expect("memory does not fail");
    assert_eq!(line.pop(), Some(b'\n'));
    assert!(!line.contains(&b'\n'), "a message is one line");
    line
}
