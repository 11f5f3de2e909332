//! Jobs that are commands, and what their faults cost.

use std::path::Path;

use crate::{run, stderr, stdout};

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
        for fault in ["none", "exit", "abort", "garbage", "hang", "memory", "fail", "none"]:
            say(shard=fault)
        say(planned={})
        continue
    shard, fault = order["run"]["shard"], order["run"]["payload"]
    say(record={"shard": shard})
    if fault == "exit": os._exit(0)
    if fault == "abort": os.abort()
    if fault == "garbage": print("\x1b[2J no json", flush=True)
    if fault == "hang": time.sleep(1000)
    if fault == "memory": hoard = [bytearray(1 << 26) for _ in range(1000)]
    if fault == "fail": say(failed={"shard": shard, "reason": "planted", "retry": False}); continue
    say(done={"shard": shard})
"#;
    std::fs::write(folder.path().join("faulty.py"), script).unwrap();
    std::fs::write(
        folder.path().join("streamguard.toml"),
        "[[job]]\nname = \"faulty\"\ncommand = [\"python3\", \"faulty.py\"]\ndeadline = 1\n\
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
    assert!(!said.contains('\u{1b}'), "{said:?}");
}
