use std::sync::Arc;
use std::time::Duration;

use streamguard_command::{CommandJob, CommandTemplate, InputList, StdoutUse};
use streamguard_engine::{CancelToken, CompletionStatus, Job, RunOptions};

#[test]
fn a_command_that_is_stopped_may_tidy_up_and_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // A trap of the shell runs only between commands, so it waits for the sleep, which it ends itself.
    let line = format!(
        "cd '{}'; trap 'kill $child; echo tidied > tidy; exit 1' TERM; sleep 300 & child=$!; \
         echo $child > sleep.pid; mv sleep.pid begun; wait # {{}}",
        folder.path().display()
    );
    let job =
        CommandJob::new("stopped", CommandTemplate::Line(line), InputList::of_values(["1"]), StdoutUse::Text);
    let cancel = CancelToken::new();
    let options = RunOptions { workers: 1, cancel: cancel.clone(), ..RunOptions::default() };
    let run = std::thread::spawn(move || {
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(job.keeping_partial())];
        streamguard_engine::run(jobs, &options, None, &mut ()).unwrap()
    });
    while !path("begun").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    cancel.request();
    let finished = run.join().unwrap();
    assert_eq!(finished.status, CompletionStatus::Cancelled);
    assert_eq!(std::fs::read_to_string(path("tidy")).unwrap(), "tidied\n");
    let pid = std::fs::read_to_string(path("begun")).unwrap();
    // Gone, or a zombie that whoever adopted it has not yet buried. On a busy machine a killed process dies later.
    let stat = || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    let is_over = |stat: &str| stat.is_empty() || stat.contains(") Z ");
    for _ in 0..1000 {
        if !is_over(&stat()) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    assert!(is_over(&stat()), "{}", stat());
}
