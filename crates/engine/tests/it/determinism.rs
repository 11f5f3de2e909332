//! Equal results, whatever the options.

use streamguard_engine::{CompletionStatus, RunOptions};

use crate::faulty::{Fault, FaultyJob};
use crate::{job, processes, run, text, threads};

#[test]
fn threads_and_processes_one_worker_and_many_agree() {
    let jobs = || vec![job("a", 40), job("b", 7), job("empty", 0)];
    let first = run(jobs(), &threads(1));
    assert_eq!(first.status, CompletionStatus::Complete);
    for options in [threads(4), processes(1), processes(4), RunOptions { parallel: false, ..threads(3) }] {
        let other = run(jobs(), &options);
        for at in 0..3 {
            assert_eq!(text(&first, at), text(&other, at));
            assert_eq!(first.state.jobs[at].counters, other.state.jobs[at].counters);
            assert_eq!(first.state.jobs[at].records, other.state.jobs[at].records);
        }
    }
}

#[test]
fn a_target_cuts_at_the_same_record_whatever_the_order() {
    // Shard 1 is the slowest: later ones finish before it, and must not be taken in its place.
    let slow = || FaultyJob { faults: [(1, Fault::Slow(200))].into(), target: Some(7), ..job("slow", 30) };
    let first = run(vec![slow()], &threads(1));
    assert_eq!(first.state.jobs[0].records, 7);
    assert_eq!(text(&first, 0).lines().count(), 7);
    for options in [threads(4), processes(4)] {
        let other = run(vec![slow()], &options);
        assert_eq!(other.status, CompletionStatus::Complete);
        assert_eq!(text(&first, 0), text(&other, 0));
        assert_eq!(first.state.jobs[0].counters, other.state.jobs[0].counters);
    }
}

#[test]
fn the_contract_holds_for_a_sound_job_and_not_for_others() {
    let make = serde_json::from_value::<FaultyJob>;
    streamguard_engine::testing::check_job(&job("sound", 5), make).unwrap();
    let failing = FaultyJob { faults: [(1, Fault::Fail)].into(), ..job("failing", 3) };
    let error = streamguard_engine::testing::check_job(&failing, make).unwrap_err();
    assert!(error.contains("shard 1 fails: planted"), "{error}");
    let error = streamguard_engine::testing::check_job(&job("Bad Name", 1), make).unwrap_err();
    assert!(error.contains("not a name"), "{error}");
    let other = |_| Ok::<_, String>(job("other", 3));
    assert!(streamguard_engine::testing::check_job(&job("sound", 3), other).is_err());
}

#[test]
fn jobs_run_one_after_the_other_if_they_are_not_parallel() {
    /// Notes for each planned job whether all earlier ones had ended.
    #[derive(Default)]
    struct PlanningOrder(Vec<(usize, bool)>);
    impl streamguard_engine::Observer for PlanningOrder {
        fn on_event(&mut self, event: &streamguard_engine::Event, state: &streamguard_engine::RunState) {
            if let streamguard_engine::EventKind::JobPlanned { job, .. } = event.kind {
                let before = state.jobs[..job].iter().all(|job| job.status.is_some());
                self.0.push((job, before));
            }
        }
    }
    let jobs: Vec<std::sync::Arc<dyn streamguard_engine::Job>> =
        ["a", "b", "c"].map(|name| std::sync::Arc::new(job(name, 3)) as _).into();
    let mut order = PlanningOrder::default();
    streamguard_engine::run(jobs, &RunOptions { parallel: false, ..threads(3) }, None, &mut order).unwrap();
    assert_eq!(order.0, [(0, true), (1, true), (2, true)]);
}

#[test]
fn two_jobs_with_the_same_name_are_refused() {
    let jobs: Vec<std::sync::Arc<dyn streamguard_engine::Job>> =
        vec![std::sync::Arc::new(job("a", 1)), std::sync::Arc::new(job("a", 1))];
    assert!(matches!(
        streamguard_engine::run(jobs, &threads(1), None, &mut ()),
        Err(streamguard_engine::RunError::DuplicateJob(name)) if name == "a"
    ));
}
