//! Jobs that are commands, and what their faults cost.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{run, stderr, stdout, streamguard};

#[test]
fn the_documented_example_runs_as_the_document_says() {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wordlengths.py");
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    std::fs::copy(example, folder.path().join("docs/wordlengths.py")).unwrap();
    let document = include_str!("../../../../docs/protocol.md");
    let config = document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
    let output = run(folder.path(), &["run", "wordlengths", "--output-dir", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let records = std::fs::read_to_string(folder.path().join("out/wordlengths.jsonl")).unwrap();
    assert_eq!(records.lines().count(), 2, "{records}");
    assert!(stdout(&run(folder.path(), &["jobs"])).contains("wordlengths"));
}

#[test]
fn every_fault_costs_its_shard_only_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
import json, os, sys, time
sys.stdin.readline()
say = lambda **message: print(json.dumps(message), flush=True)
say(ready={"protocol": 1})
for line in sys.stdin:
    order = json.loads(line)
    if "plan" in order:
        for fault in ["none", "exit", "abort", "garbage", "hang", "memory", "fail", "print"]:
            say(shard=fault)
        say(planned={})
        continue
    shard, fault = order["run"]["shard"], order["run"]["payload"]
    say(record={"shard": shard})
    if fault == "exit": os._exit(0)
    if fault == "abort": os.abort()
    if fault == "garbage": print("{\x1b[2J no json", flush=True)
    if fault == "print": print("\x1b[2J a print", flush=True)
    if fault == "hang": time.sleep(1000)
    if fault == "memory": hoard = [bytearray(1 << 26) for _ in range(1000)]
    if fault == "fail": say(failed={"shard": shard, "reason": "planted", "retry": False}); continue
    say(done={"shard": shard})
"#;
    std::fs::write(folder.path().join("faulty.py"), script).unwrap();
    std::fs::write(
        folder.path().join("streamguard.toml"),
        "[[job]]\nname = \"faulty\"\ncommand = [\"python3\", \"faulty.py\"]\ndeadline = 3\n\
         [[job]]\nname = \"sound\"\ncommand = [\"sh\", \"-c\", \"read h; echo '{\\\"ready\\\":{\\\"protocol\\\":1}}'; while read l; do case \\\"$l\\\" in *plan*) echo '{\\\"shard\\\":1}'; echo '{\\\"planned\\\":{}}';; *) echo '{\\\"record\\\":7}'; echo '{\\\"done\\\":{\\\"shard\\\":0}}';; esac; done\"]\n",
    )
    .unwrap();
    let output = run(folder.path(), &["run", "--output-dir", "out", "--worker-memory", "300"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let records = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    assert_eq!(records("faulty.jsonl"), "{\"shard\": 0}\n{\"shard\": 7}\n");
    assert_eq!(records("sound.jsonl"), "7\n");
    let said = stderr(&output);
    for (shard, reason) in [
        (1, "exit code 0"),
        (2, "signal 6"),
        (3, "not a message"),
        (4, "deadline"),
        (5, "--worker-memory"),
        (6, "planted"),
    ] {
        let named =
            said.lines().any(|line| line.contains(&format!("shard {shard},")) && line.contains(reason));
        assert!(named, "shard {shard}, {reason}: {said}");
    }
    assert!(said.contains("print to standard error"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert!(stdout(&output).contains("Records: out/faulty.jsonl"), "{}", stdout(&output));
}

#[test]
fn a_command_without_its_dashes_is_told_where_they_go() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&["run", "gzip -k {}", ":::", "a"][..], "run -- 'gzip -k {}' ::: a\n"),
        (&["run", "echo", ":::", "a", "b"], "run -- echo ::: a b\n"),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).ends_with(said), "{}", stderr(&output));
    }
}

#[test]
fn limits_of_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for key in ["lane", "deadline", "heartbeat", "attempts"] {
        let config = format!("[[job]]\nname = \"a\"\ncommand = [\"true\"]\n{key} = 0\n");
        std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
        let output = run(folder.path(), &["run"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(&format!("{key} is 0: expected at least 1")), "{}", stderr(&output));
    }
}

#[test]
fn a_stopped_job_says_that_its_records_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let script = "read h; echo '{\"ready\":{\"protocol\":1}}'; while read l; do case \"$l\" in *plan*) for i in 1 2 3 4 5 6 7 8 9; do echo '{\"shard\":1}'; done; echo '{\"planned\":{}}';; *'\"run\"'*) sleep 0.3; n=${l#*shard\\\":}; echo '{\"record\":7}'; echo \"{\\\"done\\\":{\\\"shard\\\":${n%%,*}}}\";; esac; done";
    std::fs::write(folder.path().join("job.sh"), script).unwrap();
    let config = "[[job]]\nname = \"slow\"\ncommand = [\"sh\", \"job.sh\"]\n";
    std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
    let command = |arguments: &[&str]| {
        let mut command = streamguard(folder.path());
        command.args(["run", "--output-dir", "out", "--workers", "1"]).args(arguments);
        command
    };
    let mut child = command(&[]).stdout(Stdio::piped()).spawn().unwrap();
    let shards = folder.path().join("out/.streamguard/shards/slow");
    while std::fs::read_dir(&shards).map_or(0, |entries| entries.count()) < 3 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was stopped");
        std::thread::sleep(Duration::from_millis(10));
    }
    Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = stdout(&output);
    assert!(said.contains("not yet written") && said.contains("run --resume --output-dir out"), "{said}");
    assert!(!folder.path().join("out/slow.jsonl").exists());
    let output = command(&["--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let records = std::fs::read_to_string(folder.path().join("out/slow.jsonl")).unwrap();
    assert_eq!(records, "7\n".repeat(9));
}

#[test]
fn time_in_which_the_process_is_stopped_counts_for_no_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
import json, sys, time
sys.stdin.readline()
say = lambda **message: print(json.dumps(message), flush=True)
say(ready={"protocol": 1})
for line in sys.stdin:
    order = json.loads(line)
    if "plan" in order:
        say(shard=1)
        say(planned={})
    elif "run" in order:
        open("begun", "w").close()
        time.sleep(2)
        say(record=1)
        say(done={"shard": 0})
"#;
    std::fs::write(folder.path().join("slow.py"), script).unwrap();
    let config = "[[job]]\nname = \"slow\"\ncommand = [\"python3\", \"slow.py\"]\ndeadline = 5\n";
    std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
    let mut command = streamguard(folder.path());
    command.args(["run", "--output-dir", "out"]).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };
    while !folder.path().join("begun").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    signal("STOP");
    // Longer than the deadline: nobody reads the answer meanwhile.
    std::thread::sleep(Duration::from_secs(6));
    signal("CONT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stderr(&output).contains("timed_out"), "{}", stderr(&output));
}

#[test]
fn a_job_runs_in_its_folder_with_its_variables_after_the_jobs_that_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    let script = "read h; echo '{\"ready\":{\"protocol\":1}}'; while read l; do case \"$l\" in *plan*) echo '{\"shard\":1}'; echo '{\"planned\":{}}';; *) test -z \"$FAIL\" || exit 1; echo \"{\\\"record\\\":\\\"${PWD##*/} $WORD\\\"}\"; echo '{\"done\":{\"shard\":0}}';; esac; done";
    std::fs::write(folder.path().join("inner/job.sh"), script).unwrap();
    let config = |first: &str| {
        format!(
            "[[job]]\nname = \"second\"\nafter = [\"first\"]\ncommand = [\"sh\", \"job.sh\"]\ncwd = \"inner\"\nenv = {{ WORD = \"x\" }}\n\
             [[job]]\nname = \"first\"\ncommand = [\"sh\", \"inner/job.sh\"]\nattempts = 1\n{first}"
        )
    };
    let execute = |text: String| {
        std::fs::write(folder.path().join("streamguard.toml"), text).unwrap();
        run(folder.path(), &["run", "--output-dir", "out", "--fresh"])
    };
    let output = execute(config(""));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(folder.path().join("out/second.jsonl")).unwrap(), "\"inner x\"\n");
    let output = execute(config("env = { FAIL = \"1\" }\n"));
    assert!(
        stderr(&output).contains("comes after the job first, which has no result"),
        "{}",
        stderr(&output)
    );
    let output = execute(config("after = [\"second\"]\n"));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("wait for each other by `after`: second, first"), "{}", stderr(&output));
}

#[test]
fn a_plain_command_runs_for_each_input_in_the_words_of_gnu_parallel() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a b.txt"), "one\n").unwrap();
    let output = run(folder.path(), &["run", "--", "cat {} && echo {#} {.}", ":::", "a b.txt"]);
    assert_eq!(
        (stdout(&output).as_str(), output.status.code()),
        ("one\n1 a b\n", Some(0)),
        "{}",
        stderr(&output)
    );
    let command =
        ["--", "sh", "-c", "test {1} != 2 || kill -9 $$; echo {1}{2}; exit {3}", ":::", "1", "2", "3"];
    let rest = [":::", "x", ":::+", "0"];
    let log = ["run", "--joblog", "log.tsv", "--output-dir", "out"];
    let output = run(folder.path(), &[&log[..], &command, &rest].concat());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(folder.path().join("out/command.txt")).unwrap(), "1x\n3x\n");
    let log = std::fs::read_to_string(folder.path().join("log.tsv")).unwrap();
    let killed = log.lines().find(|line| line.starts_with("2\t")).unwrap();
    let fields: Vec<&str> = killed.split('\t').collect();
    assert_eq!((fields[6], fields[7], fields[9], fields[10]), ("0", "9", "1", "failed"), "{log}");
    assert_eq!(log.lines().count(), 4);

    // Only what failed runs again, and the other shards are kept.
    let again = ["run", "--resume", "--only", "failed", "--output-dir", "out", "--joblog", "again.tsv"];
    run(folder.path(), &[&again[..], &command, &rest].concat());
    let log = std::fs::read_to_string(folder.path().join("again.tsv")).unwrap();
    assert_eq!(log.lines().skip(1).map(|line| &line[..2]).collect::<Vec<_>>(), ["2\t"]);

    let halt = ["run", "--workers", "1", "--halt", "after=1", "--joblog", "halt.tsv"];
    let output = run(folder.path(), &[&halt[..], &["--", "false", ":::", "1", "2", "3", "4"]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("stopped by --halt: 1 shard failed"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(folder.path().join("halt.tsv")).unwrap().lines().count(), 2);
    let output = run(folder.path(), &["run", "--only", "7", "--", "true", ":::", "1", "2"]);
    assert!(stderr(&output).contains("there is no shard 7: its plan has 2"), "{}", stderr(&output));
    let output = run(folder.path(), &["run", "--only", "1", "--", "echo", "{}", ":::", "a", "b"]);
    assert_eq!((output.status.code(), &*stdout(&output)), (Some(0), "b\n"), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "the other shard was not asked for");
    let dry = |only| run(folder.path(), &["run", "--dry-run", "--only", only, "--", "echo", ":::", "a", "b"]);
    assert_eq!(stdout(&dry("1")), "echo b\n");
    assert!(stderr(&dry("7")).contains("there is no shard 7"), "{}", stderr(&dry("7")));
    let output = run(folder.path(), &["run", "--quiet", "--", "cat", "{}", ":::", "missing"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("missing"), "{}", stderr(&output));
    // More MiB than there are bytes are no limit.
    let all = ["run", "--worker-memory", "17592186044416", "--", "echo", ":::", "a"];
    let output = run(folder.path(), &all);
    assert_eq!((output.status.code(), &*stdout(&output)), (Some(0), "a\n"), "{}", stderr(&output));
    let output = run(folder.path(), &["run", "--deadline", "0", "--", "true", ":::", "1"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let output = run(folder.path(), &["run", "--dry-run", "--", "rm", ":::", "a b.txt"]);
    assert_eq!(stdout(&output), "rm 'a b.txt'\n");
    assert!(folder.path().join("a b.txt").exists());
}

#[test]
fn nothing_of_a_command_outlives_a_run_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let line = "sleep 300 & echo $! $$ > pids.part; mv pids.part pids; wait # {}";
    let mut child = streamguard(folder.path())
        .args(["run", "--", line, ":::", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !pids.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let is_alive = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // A zombie that nobody has buried yet is dead as well.
        !stat.is_empty() && !stat.contains(") Z ")
    };
    for pid in std::fs::read_to_string(&pids).unwrap().split_whitespace() {
        while is_alive(pid) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn shards_share_named_resources() {
    let folder = tempfile::tempdir().unwrap();
    // Each command fails if another one runs at the same time.
    let config = r#"
[[job]]
name = "alone"
command = ": {}; mkdir busy && sleep 0.05 && rmdir busy"
inputs = [1, 2, 3, 4, 5, 6]
resources = { gpu = 1 }
"#;
    std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
    let output = run(folder.path(), &["run", "--workers", "4", "--output-dir", "out"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--resources gpu=1"), "{}", stderr(&output));
    let arguments = ["run", "--workers", "4", "--output-dir", "out", "--resources", "gpu=1,disk=3"];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_shard_gets_more_memory_with_each_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let config = r#"
[[job]]
name = "limits"
command = "while test $(ulimit -v) = unlimited; do sleep 0.01; done; echo {} $(ulimit -v) >> seen; test $(ulimit -v) -ge 4194304"
inputs = ["a"]
attempts = 4
backoff = "1ms"
memory = { first = "1GiB", factor = 2, most = "4GiB" }
"#;
    std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
    let output = run(folder.path(), &["run", "--output-dir", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    assert_eq!(seen, "a 1048576\na 2097152\na 4194304\n");
}
