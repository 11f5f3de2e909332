//! Faults of shards, on threads and in processes: each harms its own shard and nothing else.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use streamguard_engine::{CompletionStatus, Event, EventKind, Observer, Outcome, RunError, RunState};

use crate::faulty::{Fault, FaultyJob};
use crate::{job, processes, run, text, threads};

/// Texts of the log of a run.
#[derive(Debug, Default)]
struct Messages(Vec<String>);

impl Observer for Messages {
    fn on_event(&mut self, event: &Event, _: &RunState) {
        if let EventKind::Log { text, .. } = &event.kind {
            self.0.push(text.clone());
        }
    }
}

/// Runs a job with one fault beside a sound one. The sound one and the other shards must not be
/// affected. Returns the outcome of the shard, and the reason.
fn planted(fault: Fault, options: &streamguard_engine::RunOptions) -> (Outcome, String) {
    let faulty = FaultyJob { faults: [(3, fault)].into(), ..job("faulty", 6) };
    let finished = run(vec![faulty, job("sound", 6)], options);
    assert_eq!(finished.status, CompletionStatus::Partial);
    let undisturbed = run(vec![job("faulty", 6), job("sound", 6)], &threads(1));
    assert_eq!(text(&finished, 1), text(&undisturbed, 1));
    let expected: String = text(&undisturbed, 0)
        .lines()
        .filter(|line| !line.contains("\"shard\":3"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(text(&finished, 0), expected);
    let lost = &finished.state.jobs[0].failed_shards;
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert_eq!(finished.state.jobs[0].status, Some(CompletionStatus::Partial));
    assert_eq!(lost[0].0, 3);
    (lost[0].1, lost[0].2.clone())
}

#[test]
fn a_shard_that_returns_an_error_fails() {
    for options in [threads(2), processes(2)] {
        assert_eq!(planted(Fault::Fail, &options), (Outcome::Failed, "planted".to_owned()));
    }
}

#[test]
fn a_file_of_more_than_one_shard_that_cannot_be_written_stops_the_run() {
    for options in [threads(2), processes(2)] {
        let faulty = FaultyJob { faults: [(3, Fault::FullDisk)].into(), ..job("faulty", 6) };
        let ended = streamguard_engine::run(vec![Arc::new(faulty)], &options, None, &mut ());
        let Err(RunError::Write(error)) = ended else { panic!("{ended:?}") };
        assert_eq!(error.path, Path::new("/planted/file"));
        assert_eq!(error.source.kind(), ErrorKind::StorageFull);
    }
}

#[test]
fn a_panic_is_a_crash_with_its_message() {
    for options in [threads(2), processes(2)] {
        let (outcome, reason) = planted(Fault::Panic, &options);
        assert_eq!(outcome, Outcome::Crashed);
        assert!(reason.contains("planted panic"), "{reason}");
    }
}

#[test]
fn an_abort_ends_only_its_process() {
    let (outcome, reason) = planted(Fault::Abort, &processes(2));
    assert_eq!(outcome, Outcome::Crashed);
    assert!(reason.contains("signal 6"), "{reason}");
}

#[test]
fn an_early_exit_is_a_crash_even_with_exit_code_0() {
    let (outcome, reason) = planted(Fault::Exit, &processes(2));
    assert_eq!(outcome, Outcome::Crashed);
    assert!(reason.contains("exit code 0"), "{reason}");
}

#[test]
fn a_hang_ends_at_its_deadline() {
    for options in [threads(2), processes(2)] {
        let (outcome, reason) = planted(Fault::Hang, &options);
        assert_eq!(outcome, Outcome::TimedOut);
        assert!(reason.contains("deadline"), "{reason}");
    }
}

#[test]
fn a_frozen_process_times_out() {
    let (outcome, _) = planted(Fault::Freeze, &processes(2));
    assert_eq!(outcome, Outcome::TimedOut);
}

#[test]
fn a_worker_that_exceeds_its_memory_is_stopped_with_that_reason() {
    let options = streamguard_engine::RunOptions {
        worker_memory: Some(streamguard_engine::MemoryLimit::new(400 << 20, "--memory")),
        ..processes(2)
    };
    let (outcome, reason) = planted(Fault::Allocate, &options);
    assert_eq!(outcome, Outcome::Crashed);
    assert!(reason.contains("--memory allows (400 MiB)"), "{reason}");
}

#[test]
fn text_that_a_job_prints_does_not_reach_the_protocol() {
    let printing = FaultyJob { faults: [(0, Fault::Print)].into(), ..job("printing", 2) };
    let finished = run(vec![printing], &processes(1));
    assert_eq!(finished.status, CompletionStatus::Complete);
    assert_eq!(text(&finished, 0), text(&run(vec![job("printing", 2)], &threads(1)), 0));
}

#[test]
fn a_crashed_worker_is_replaced_and_the_shard_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    std::fs::write(&mark, "").unwrap();
    let once = FaultyJob { faults: [(0, Fault::AbortOnce(mark))].into(), ..job("once", 5) };
    let finished = run(vec![once], &processes(1));
    assert_eq!(finished.status, CompletionStatus::Complete);
    assert_eq!(finished.state.jobs[0].outcomes[&Outcome::Crashed], 1);
    assert_eq!(text(&finished, 0), text(&run(vec![job("once", 5)], &threads(1)), 0));
}

#[test]
fn among_many_small_shards_the_right_one_is_blamed() {
    // Small shards are sent several at a time; the others of a lease must not be blamed for the crash.
    let crowd = FaultyJob { faults: [(700, Fault::Abort)].into(), ..job("crowd", 1000) };
    let finished = run(vec![crowd], &processes(2));
    let lost = &finished.state.jobs[0].failed_shards;
    assert_eq!(lost.iter().map(|(shard, ..)| *shard).collect::<Vec<_>>(), [700]);
    assert_eq!(text(&finished, 0).lines().count(), 999 * 3);
}

#[test]
fn an_item_that_kills_two_attempts_is_left_out_and_named() {
    for (options, panics) in [(processes(2), false), (processes(2), true), (threads(2), true)] {
        for (records, kept) in [(vec![1], "[0,2]"), (vec![1, 2], "[0]")] {
            let mut seen = Messages::default();
            let poison = Fault::Poison { records: records.clone(), panics };
            let jobs = vec![FaultyJob { faults: [(3, poison)].into(), ..job("poison", 6) }];
            let jobs = jobs.into_iter().map(|job| std::sync::Arc::new(job) as _).collect();
            let finished = streamguard_engine::run(jobs, &options, None, &mut seen).unwrap();
            assert_eq!(finished.status, CompletionStatus::Partial);
            assert!(finished.state.jobs[0].failed_shards.is_empty());
            let numbers: Vec<String> = text(&finished, 0)
                .lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
                .filter(|record| record["shard"] == 3)
                .map(|record| record["n"].to_string())
                .collect();
            assert_eq!(format!("[{}]", numbers.join(",")), kept);
            for n in records {
                assert!(
                    seen.0.contains(&format!("record {n} was left out: two attempts ended there")),
                    "{seen:?}"
                );
            }
            assert_eq!(text(&finished, 0).lines().count(), 5 * 3 + numbers.len());
        }
    }
}

#[test]
fn no_process_is_left_behind() {
    let finished = run(vec![job("many", 50)], &processes(3));
    assert_eq!(finished.status, CompletionStatus::Complete);
    let me = std::process::id().to_string();
    let children = std::fs::read_to_string(format!("/proc/{me}/task/{me}/children")).unwrap_or_default();
    // Other tests of this binary have processes too; a zombie is one that nobody waits for.
    for child in children.split_whitespace() {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        assert!(!stat.contains(") Z "), "a worker was not waited for: {stat}");
    }
}
