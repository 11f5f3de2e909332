use std::path::Path;
use std::sync::Arc;

use streamguard_command::{CommandJob, CommandTemplate, InputList, InputSpec, StdoutUse};
use streamguard_engine::{CompletionStatus, FinishedRun, Job, RunOptions};

fn words(words: &[&str]) -> CommandTemplate {
    CommandTemplate::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

fn run(job: CommandJob) -> FinishedRun {
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(job)];
    streamguard_engine::run(jobs, &RunOptions { workers: 3, ..RunOptions::default() }, None, &mut ()).unwrap()
}

fn job(command: CommandTemplate, inputs: InputList, stdout: StdoutUse) -> CommandJob {
    CommandJob::new("test", command, inputs, stdout)
}

/// Returns the file that a job made.
fn file(finished: &FinishedRun) -> String {
    assert_eq!(finished.status, CompletionStatus::Complete, "{:?}", finished.state.jobs[0].failed_shards);
    finished.files[0].values().map(|bytes| String::from_utf8_lossy(bytes)).collect()
}

#[test]
fn outputs_stand_in_the_order_of_the_inputs_whatever_ends_first() {
    let slow_first = words(&["sh", "-c", "sleep $((1 / {#})) 2>/dev/null; echo {#}-{}"]);
    let inputs = InputList::of_values((0..40).map(|number| number.to_string()));
    let expected: String = (0..40).map(|number| format!("{}-{number}\n", number + 1)).collect();
    assert_eq!(file(&run(job(slow_first, inputs, StdoutUse::Text))), expected);
}

#[test]
fn output_becomes_a_record_or_records_or_nothing() {
    let print = |text: &str, stdout| {
        let command = words(&["printf", "%b", text]);
        file(&run(job(command, InputList::of_values(["in"]), stdout)))
    };
    assert_eq!(print("a\\n{}\\n", StdoutUse::Record), "{\"input\":\"in\",\"stdout\":\"a\\nin\"}\n");
    assert_eq!(print("{}\\0377", StdoutUse::Record), "{\"input\":\"in\",\"stdout\":\"in\u{fffd}\"}\n");
    assert_eq!(print("[1, 2]\\n\\n\"{}\"", StdoutUse::Json), "[1, 2]\n\"in\"\n");
    assert_eq!(print("{}\\0377\\n", StdoutUse::Text), "in\u{fffd}\n");
    assert_eq!(print("{}", StdoutUse::Discard), "");
}

#[test]
fn long_text_comes_out_byte_for_byte() {
    let command = words(&["seq", "{}", "200000"]);
    let finished = run(job(command, InputList::of_values(["1", "199999"]), StdoutUse::Text));
    let expected: String =
        (1..=200_000).chain(199_999..=200_000).map(|number| format!("{number}\n")).collect();
    assert!(file(&finished) == expected);
}

#[test]
fn output_in_files_appears_only_if_the_command_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let line = CommandTemplate::Line("echo {/}; test {/} = good".to_owned());
    let inputs = InputList::of_values([path("good"), path("bad")]);
    let finished = run(job(line, inputs, StdoutUse::File("{//}/new/{/}.out".to_owned())));
    assert_eq!(finished.status, CompletionStatus::Partial);
    assert_eq!(std::fs::read_to_string(path("new/good.out")).unwrap(), "good\n");
    assert_eq!(std::fs::read_dir(path("new")).unwrap().count(), 1);
}

#[test]
fn two_commands_that_would_write_one_file_are_refused() {
    let inputs = InputList::of_values(["a/x", "b/x"]);
    let finished = run(job(words(&["cat"]), inputs, StdoutUse::File("{/}.out".to_owned())));
    let reason = finished.state.jobs[0].reason.clone().unwrap_or_default();
    assert!(reason.contains("two commands would write \"x.out\""), "{reason}");
}

#[test]
fn a_failure_names_exit_code_and_last_line_and_is_tried_as_often_as_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let line = format!("echo x >> '{}'; echo first >&2; echo last >&2; exit {{}}", count.display());
    let job = |attempts| {
        let job = job(CommandTemplate::Line(line.clone()), InputList::of_values(["3"]), StdoutUse::Text);
        let backoff = std::time::Duration::ZERO;
        let limits = CommandJob::default_limits();
        job.with_limits(streamguard_engine::ShardLimits { max_attempts: attempts, backoff, ..limits })
    };
    for (attempts, lines) in [(1, 1), (2, 3)] {
        let finished = run(job(attempts));
        let (_, _, reason) = &finished.state.jobs[0].failed_shards[0];
        assert_eq!(reason, "its command ended with exit code 3; its last line was: last");
        assert_eq!(std::fs::read_to_string(&count).unwrap().lines().count(), lines);
    }
}

#[test]
fn what_a_command_leaves_in_the_background_does_not_hold_it_up() {
    let pid_file = tempfile::NamedTempFile::new().unwrap();
    let line = format!("sleep 300 & echo $! > '{}'; echo {{}}", pid_file.path().display());
    let finished = run(job(CommandTemplate::Line(line), InputList::of_values(["done"]), StdoutUse::Text));
    assert_eq!(file(&finished), "done\n");
    let pid = std::fs::read_to_string(pid_file.path()).unwrap();
    std::process::Command::new("kill").arg(pid.trim()).status().unwrap();
}

#[test]
fn inputs_come_from_files_of_lines_tables_and_patterns() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lines.txt"), "a b\n\nc").unwrap();
    std::fs::write(folder.path().join("table.csv"), "name,size\nx,1\n\"y, z\",2\n").unwrap();
    let inputs = |text: &str| -> InputList { serde_json::from_str::<InputSpec>(text).unwrap().into() };
    let echo = |list: &str, template: &str| {
        let job = job(words(&["echo", template]), inputs(list), StdoutUse::Text).in_folder(folder.path());
        file(&run(job))
    };
    assert_eq!(echo(r#"{"lines": "lines.txt"}"#, "<{}>"), "<a b>\n<>\n<c>\n");
    assert_eq!(echo(r#"{"csv": "table.csv"}"#, "{size}:{name}"), "1:x\n2:y, z\n");
    assert_eq!(echo(r#"{"glob": ["*.csv", "l*"]}"#, "{.}"), "lines\ntable\n");
    assert_eq!(echo(r#"{"sweep": {"b": [1, true], "a": [0.5]}}"#, "{a} {b}"), "0.5 1\n0.5 true\n");
    assert_eq!(echo(r#"[["p", 1], ["q", 2]]"#, "{2}{1}"), "1p\n2q\n");
    assert!(serde_json::from_str::<InputSpec>(r#"{"globs": "*"}"#).is_err());
}

#[test]
fn settings_and_the_plan_are_those_of_the_command_and_its_inputs() {
    let settings =
        |value: &str| job(words(&["true"]), InputList::of_values([value]), StdoutUse::Discard).settings();
    assert_ne!(settings("a"), settings("b"), "a run with other inputs must not be resumed");
    assert!(CommandJob::from_settings("test", settings("a")).is_ok());
    assert!(!settings(&Path::new("secret").display().to_string()).to_string().contains("secret"));
}
