//! Jobs in other languages: the example in docs/protocol.md, and programs that misbehave.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use streamguard_engine::{
    CommandLine, CompletionStatus, Event, EventKind, ExternalJob, FinishedRun, Job, Observer, Outcome,
    RunOptions, RunState, ShardLimits,
};

use crate::{job, text, threads};

fn run(job: ExternalJob, options: &RunOptions) -> FinishedRun {
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(job), Arc::new(crate::job("sound", 3))];
    streamguard_engine::run(jobs, options, None, &mut ()).unwrap()
}

fn shell(script: &str) -> ExternalJob {
    let answer = r#"
        read hello; echo '{"ready":{"protocol":1}}'
        while read line; do
            case "$line" in
                *'"plan"'*) echo '{"shard":1}'; echo '{"planned":{}}' ;;
                *) SCRIPT ;;
            esac
        done"#;
    let command = CommandLine::new("sh", ["-c".to_owned(), answer.replace("SCRIPT", script)]);
    ExternalJob::new("shell", command, json!({})).with_limits(limits())
}

/// Limits of an external job whose retries follow at once.
fn limits() -> ShardLimits {
    ShardLimits { backoff: Duration::from_millis(1), ..ExternalJob::default_limits() }
}

/// Limits of an external job with a short deadline.
fn within(milliseconds: u64) -> ShardLimits {
    ShardLimits { deadline: Duration::from_millis(milliseconds), ..limits() }
}

#[test]
fn the_documented_example_runs() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wordlengths.py");
    let command = CommandLine::new("python3", [example]);
    let job =
        ExternalJob::new("wordlengths", command, json!({"words": ["to", "be", "or", "not"], "per_shard": 3}));
    let finished = run(job, &threads(2));
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs[0]);
    let expected = [
        "{\"word\":\"to\",\"length\":2}",
        "{\"word\":\"be\",\"length\":2}",
        "{\"word\":\"or\",\"length\":2}",
        "{\"word\":\"not\",\"length\":3}",
    ];
    let records = text(&finished, 0).replace(": ", ":").replace(", ", ",");
    assert_eq!(records.lines().collect::<Vec<_>>(), expected);
    assert_eq!(finished.state.jobs[0].counters["words"], 4);
}

#[test]
fn garbage_from_a_worker_harms_only_its_shard() {
    for (script, hint) in [
        ("printf '{garbage \\033[31m\\n'", "not a message"),
        (r#"printf 'debug: '; echo '{"done":{"shard":0}}'"#, "not a message"),
        (r#"echo '{"record":1}'; echo '{"done":{"shard":0,"records":2}}'"#, "2 records, and 1 arrived"),
        ("exec >&-; sleep 1000", "closed its standard output"),
        (r#"echo '{"record": {"a":1} '"#, "not a message"),
        (r#"echo '{"done":{"shard":77}}'"#, "shard 77"),
        (r#"echo '{"planned":{}}'"#, "plans while"),
        ("exit 3", "exit code 3"),
        ("kill -11 $$", "signal 11"),
    ] {
        let finished = run(shell(script), &threads(2));
        assert_eq!(finished.status, CompletionStatus::Partial, "{script}");
        assert_eq!(finished.state.jobs[1].status, Some(CompletionStatus::Complete), "{script}");
        let (_, outcome, reason) = &finished.state.jobs[0].failed_shards[0];
        assert_eq!(*outcome, Outcome::Crashed, "{script}");
        assert!(reason.contains(hint), "{script}: {reason}");
        assert!(!reason.contains('\u{1b}'), "{script}: {reason}");
    }
}

#[test]
fn records_that_no_reader_takes_are_refused() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for (record, hint) in
        [(r#""\ud800""#, "hex escape"), ("1e999", "out of range"), (&*deep, "recursion limit")]
    {
        let script = format!(r#"printf '%s\n' '{{"record":{record}}}' '{{"done":{{"shard":0}}}}'"#);
        let finished = run(shell(&script), &threads(1));
        let reason = &finished.state.jobs[0].failed_shards[0].2;
        assert!(reason.contains("cannot be read") && reason.contains(hint), "{reason}");
    }
}

/// Returns the number of processes whose command line has this text.
fn processes_with(text: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let command_line =
        |entry: std::fs::DirEntry| std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
    processes.map(command_line).filter(|line| String::from_utf8_lossy(line).contains(text)).count()
}

#[test]
fn processes_that_leave_the_group_of_their_worker_end_with_it() {
    // A number of seconds that no other process sleeps for.
    let long = format!("{}.25", 100_000 + std::process::id());
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark").display().to_string();
    let sleeper = format!("echo > {mark}; exec sleep {long}");
    let done = "echo '{\"done\":{\"shard\":0}}'";
    for (leave, ends) in [
        (format!("setsid sh -c '{sleeper}' &"), done),
        (format!("env -i setsid sh -c '{sleeper}' &"), done),
        (format!("setsid sh -c 'setsid sh -c \"{sleeper}\" & exit' &"), done),
        // It holds the pipes open, and so hides that the worker is dead.
        (format!("setsid sh -c '{sleeper}' &"), "kill -9 $$"),
    ] {
        let mut seen = Warnings::default();
        let script = format!("{leave} until [ -e {mark} ]; do sleep 0.01; done; rm {mark}; {ends}");
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(shell(&script))];
        let finished = streamguard_engine::run(jobs, &threads(1), None, &mut seen).unwrap();
        assert_eq!(processes_with(&long), 0, "{leave}");
        assert!(seen.0.iter().any(|text| text.contains("left 1 process behind")), "{leave} {:?}", seen.0);
        let is_dead = ends.starts_with("kill");
        assert_eq!(finished.state.jobs[0].failed_shards.len(), usize::from(is_dead), "{leave}");
    }
}

/// Texts of the log of a run.
#[derive(Default)]
struct Warnings(Vec<String>);

impl Observer for Warnings {
    fn on_event(&mut self, event: &Event, _: &RunState) {
        if let EventKind::Log { text, .. } = &event.kind {
            self.0.push(text.clone());
        }
    }
}

#[test]
fn stray_prints_and_later_messages_are_skipped() {
    let script = r#"echo 'debug: a print'; echo; echo '{"weather":{"wind":3}}'; echo '{"record":1}';
                    echo '{"note":{"level":"warn","text":"mine"}}'; echo '{"done":{"shard":0,"records":1}}'"#;
    let finished = run(shell(script), &threads(1));
    let job = &finished.state.jobs[0];
    assert_eq!((job.status, job.records), (Some(CompletionStatus::Complete), 1), "{job:?}");
    assert_eq!(job.counters["stray_lines"], 3);
}

#[test]
fn a_planner_that_hangs_ends_at_its_deadline_or_by_a_stop() {
    let hangs = "read hello; echo '{\"ready\":{\"protocol\":1}}'; read plan; sleep 1000";
    for (script, said) in [("sleep 1000", "did not say `ready`"), (hangs, "did not finish its plan")] {
        let make = || ExternalJob::new("slow", CommandLine::new("sh", ["-c", script]), json!({}));
        let finished = run(make().with_limits(within(300)), &threads(1));
        let job = &finished.state.jobs[0];
        assert_eq!(job.status, Some(CompletionStatus::Failed));
        assert!(job.reason.as_ref().unwrap().contains(said), "{:?}", job.reason);

        let options = threads(1);
        let cancel = options.cancel.clone();
        let stop = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            cancel.request();
        });
        let finished = run(make(), &options);
        stop.join().unwrap();
        assert_eq!(finished.status, CompletionStatus::Cancelled);
    }
}

#[test]
fn a_line_without_end_is_bounded() {
    let finished = run(shell("yes x | tr -d '\\n'"), &threads(1));
    let reason = &finished.state.jobs[0].failed_shards[0].2;
    assert!(reason.contains("a line of more than"), "{reason}");
}

#[test]
fn a_missing_command_fails_only_its_job() {
    let job = ExternalJob::new("nowhere", CommandLine::new("/nonexistent/program", [""; 0]), json!({}));
    let finished = run(job, &threads(1));
    assert_eq!(finished.state.jobs[0].status, Some(CompletionStatus::Failed));
    assert!(finished.state.jobs[0].reason.as_ref().unwrap().contains("/nonexistent/program"));
    assert_eq!(finished.state.jobs[1].status, Some(CompletionStatus::Complete));
}

#[test]
fn a_command_that_hangs_ends_at_its_deadline() {
    let job = shell("sleep 1000").with_limits(within(300));
    let finished = run(job, &threads(1));
    assert_eq!(finished.state.jobs[0].failed_shards[0].1, Outcome::TimedOut);
}

#[test]
fn external_jobs_cannot_take_the_name_of_another_job() {
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(shell("exit")), Arc::new(job("shell", 1))];
    assert!(streamguard_engine::run(jobs, &threads(1), None, &mut ()).is_err());
}
