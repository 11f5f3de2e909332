//! Copies of vulnerable functions in a tree.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{run, stderr, stdout, streamguard};

/// Collects some pairs, and returns those from advisories whose functions are long enough.
fn collected(folder: &Path) -> Vec<Value> {
    let collect = ["collect", "--offline", "--collectors", "cve", "--cve-samples", "60", "--quiet"];
    let output = run(folder, &collect);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = fs::read_to_string(folder.join("data/raw/samples.jsonl")).unwrap();
    let samples = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    samples.filter(|sample| sample["kind"] == "pair" && sample["language"] == "c").collect()
}

fn findings(output: &std::process::Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_copy_of_the_vulnerable_side_is_found_and_one_of_the_fixed_side_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let samples = collected(folder);
    assert!(samples.len() > 3, "{}", samples.len());
    for (name, side) in [("old", "vulnerable_code"), ("new", "fixed_code")] {
        fs::create_dir_all(folder.join(name).join("vendor")).unwrap();
        for (number, sample) in samples.iter().enumerate() {
            // Copied by somebody with other habits of layout.
            let code = sample[side].as_str().unwrap().replace("    ", "\t");
            fs::write(folder.join(name).join(format!("vendor/f{number}.c")), code).unwrap();
        }
    }
    let old = run(folder, &["scan", "old", "--json"]);
    assert_eq!(old.status.code(), Some(8), "{}", stderr(&old));
    let found = findings(&old);
    assert!(found.len() * 10 >= samples.len() * 8, "{} of {}", found.len(), samples.len());
    assert!(found.iter().all(|finding| finding["verdict"] == "vulnerable"));
    assert!(!found[0]["fix"]["advisories"].as_array().unwrap().is_empty());

    let new = run(folder, &["scan", "new"]);
    assert_eq!(new.status.code(), Some(0), "{}{}", stdout(&new), stderr(&new));

    fs::write(folder.join("known.json"), &old.stdout).unwrap();
    let again = run(folder, &["scan", "old", "--baseline", "known.json"]);
    assert_eq!(again.status.code(), Some(0), "{}", stdout(&again));
    assert!(stdout(&again).contains(" 0 functions with a known weakness"), "{}", stdout(&again));
}

#[test]
fn an_index_file_finds_what_its_dataset_finds_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let samples = collected(folder);
    for (number, sample) in samples.iter().enumerate() {
        fs::write(folder.join(format!("f{number}.c")), sample["vulnerable_code"].as_str().unwrap()).unwrap();
    }
    let built = run(folder, &["known", "build", "-o", "known.sgdb"]);
    assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
    let by_dataset = run(folder, &["scan", "--json", "--workers", "1"]);
    let by_index = run(folder, &["scan", "--json", "--workers", "3", "--known", "known.sgdb"]);
    assert_eq!(by_dataset.status.code(), Some(8));
    assert_eq!(by_dataset.stdout, by_index.stdout);

    let explained = run(folder, &["scan", "--explain", "--known", "known.sgdb"]);
    assert!(stdout(&explained).contains("still there:"), "{}", stdout(&explained));

    let mut bytes = fs::read(folder.join("known.sgdb")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.join("known.sgdb"), bytes).unwrap();
    let damaged = run(folder, &["scan", "--known", "known.sgdb"]);
    assert!(damaged.status.code() != Some(0) && damaged.status.code() != Some(8));
    assert!(stderr(&damaged).contains("damaged"), "{}", stderr(&damaged));
}

#[test]
fn what_is_not_read_is_passed_over_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    collected(folder);
    fs::create_dir(folder.join("tree")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("tree/zero.c")).unwrap();
    // Large, and no source code.
    fs::File::create(folder.join("tree/film.mp4")).unwrap().set_len(20 << 20).unwrap();
    let scanned = run(folder, &["scan", "tree"]);
    assert_eq!(scanned.status.code(), Some(0), "{}", stderr(&scanned));
    fs::File::create(folder.join("tree/large.c")).unwrap().set_len(20 << 20).unwrap();
    let partial = run(folder, &["scan", "tree"]);
    assert_eq!(partial.status.code(), Some(3), "{}", stderr(&partial));
    assert!(stderr(&partial).contains("large.c: larger than 16 MiB"), "{}", stderr(&partial));
    for endless in ["/dev/zero", "tree/zero.c"] {
        let refused = run(folder, &["scan", "tree", "--baseline", endless]);
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(stderr(&refused).contains("it is not a regular file"), "{}", stderr(&refused));
    }
    fs::create_dir_all(folder.join("data/raw")).unwrap();
    fs::write(folder.join("data/raw/samples.jsonl"), "").unwrap();
    let unasked = run(folder, &["scan", "tree"]);
    assert_eq!(unasked.status.code(), Some(2), "{}", stderr(&unasked));
    assert!(
        stderr(&unasked).contains("data/raw was taken because no --known was given"),
        "{}",
        stderr(&unasked)
    );
    let missing = run(folder, &["scan", "nosuch"]);
    assert!(stderr(&missing).contains("nosuch"), "{}", stderr(&missing));
    assert_eq!(missing.status.code(), Some(2), "{}", stderr(&missing));
}

/// Copies of functions of the demo world that the project itself has.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/vendored");

#[test]
fn without_a_dataset_a_scan_compares_with_the_demo_world() {
    let folder = tempfile::tempdir().unwrap();
    let scanned = run(folder.path(), &["scan", EXAMPLES]);
    assert_eq!(scanned.status.code(), Some(8), "{}", stderr(&scanned));
    let text = stdout(&scanned);
    assert!(text.lines().next().unwrap().contains("the demo world (data/raw is not a dataset"), "{text}");
    assert!(text.contains("store_note lacks the fix of CVE-2021-9008027"), "{text}");
    assert!(text.contains(" 2 functions with a known weakness"), "{text}");
    // The index in the program is that of the world in the program.
    let collect = ["collect", "--offline", "--quiet", "--collectors", "cve", "github", "osv", "repo"];
    let collected = run(folder.path(), &collect);
    assert_eq!(collected.status.code(), Some(0), "{}", stderr(&collected));
    run(folder.path(), &["known", "build", "-o", "demo.sgdb"]);
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scan/demo.sgdb");
    // With a dataset at hand the demo world has to be named.
    let named = run(folder.path(), &["scan", EXAMPLES, "--known", "demo"]);
    assert_eq!(named.status.code(), Some(8), "{}", stderr(&named));
    assert!(stdout(&named).contains(" of the demo world, "), "{}", stdout(&named));
    let same = fs::read(folder.path().join("demo.sgdb")).unwrap() == fs::read(embedded).unwrap();
    assert!(same, "the demo world or the format has changed: run `cargo xtask known`");
}

#[test]
fn documents_for_other_programs_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let scan = |arguments: &[&str]| run(folder.path(), &[&["scan", EXAMPLES], arguments].concat());
    let product = ["--product", "pkg:generic/acme/app@1.0"];
    let files = [
        "--sarif",
        "a.sarif",
        "--html",
        "a.html",
        "--openvex",
        "a.openvex.json",
        "--cyclonedx",
        "a.cdx.json",
    ];
    let scanned = scan(&[&files[..], &product].concat());
    assert_eq!(scanned.status.code(), Some(8), "{}", stderr(&scanned));
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.path().join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("a.sarif")["runs"][0]["results"].as_array().unwrap().len(), 2);
    let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
    assert_eq!(page.matches("<section class=\"finding\">").count(), 2);
    let states = |document: Value, list: &str, state: &str| -> Vec<Value> {
        document[list].as_array().unwrap().iter().map(|entry| entry.pointer(state).unwrap().clone()).collect()
    };
    // The function that has its fix is a statement too.
    assert_eq!(
        states(read("a.openvex.json"), "statements", "/status"),
        ["affected", "fixed", "affected"].map(Value::from)
    );
    assert_eq!(states(read("a.cdx.json"), "vulnerabilities", "/analysis/state").len(), 3);
    assert_eq!(scan(&["--openvex", "b.json"]).status.code(), Some(2), "a VEX document is about a product");
    assert_eq!(scan(&["--openvex", "b.json", "--product", "a b"]).status.code(), Some(2));
}

#[test]
fn standard_input_archives_and_revisions_are_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let code = fs::read(Path::new(EXAMPLES).join("notes.c")).unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_streamguard"));
    command.current_dir(folder).args(["scan", "--stdin-name", "x.c", "--json"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &code).unwrap();
    let found = findings(&child.wait_with_output().unwrap());
    assert_eq!((found.len(), &found[0]["path"]), (1, &"x.c".into()));

    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"];
        let mut command = Command::new("git");
        command.arg("-C").arg(folder.join("app")).args(identity).args(arguments);
        let date = "2020-01-01T00:00:00Z";
        command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    };
    fs::create_dir_all(folder.join("app/vendor")).unwrap();
    git(&["init", "--quiet"]);
    fs::write(folder.join("app/vendor/notes.c"), &code).unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "Vendor it"]);
    git(&["tag", "v1"]);
    let mended = String::from_utf8(code).unwrap().replace("(LOG_WARNING, ", "(LOG_WARNING, \"%s\", ");
    fs::write(folder.join("app/vendor/notes.c"), mended).unwrap();
    git(&["commit", "--quiet", "-am", "Mend it"]);
    git(&["tag", "v2"]);

    let old = run(folder, &["scan", "app@v1", "--json"]);
    assert_eq!(old.status.code(), Some(8), "{}", stderr(&old));
    assert_eq!(findings(&old)[0]["path"], "v1:vendor/notes.c");
    assert_eq!(run(folder, &["scan", "app@v2"]).status.code(), Some(0));
    let both = run(folder, &["scan", "app@v2", "app@v1", "--json"]);
    assert_eq!((findings(&both).len(), &findings(&both)[0]["path"]), (1, &"v1:vendor/notes.c".into()));
    assert_eq!(run(folder, &["scan", "app@v3"]).status.code(), Some(2));
    git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    assert_eq!(run(folder, &["scan", "bare.git@v1"]).status.code(), Some(8));
    assert_eq!(run(folder, &["scan", "bare.git"]).status.code(), Some(0));
    git(&["archive", "--prefix=app/", "-o", "../app.tar.gz", "v1"]);
    let packed = run(folder, &["scan", "app.tar.gz", "--json"]);
    assert_eq!(findings(&packed)[0]["path"], "app.tar.gz!app/vendor/notes.c");

    let history = run(folder, &["scan", "bare.git", "--all-tags", "--json"]);
    assert_eq!(history.status.code(), Some(8), "{}", stderr(&history));
    let exposure = &findings(&history)[0];
    assert_eq!((&exposure["vulnerable"][0], &exposure["fixed"][0]), (&"v1".into(), &"v2".into()));
    let history = run(folder, &["scan", "bare.git", "--all-tags"]);
    assert!(stdout(&history).contains("lack  v1 (1 tag)"), "{}", stdout(&history));
}

#[test]
fn a_run_leaves_what_a_scan_prints_in_any_mode() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let printed = run(folder, &["scan", EXAMPLES, "--json", "--all"]);
    assert!(findings(&printed).len() > 2, "{}", stdout(&printed));
    for (mode, workers) in [("threading", "1"), ("process", "3")] {
        let options = ["--output-dir", mode, "--mode", mode, "--workers", workers, "--quiet"];
        let ran = run(folder, &[&["scan", EXAMPLES, "--json", "--all"], &options[..]].concat());
        assert_eq!(ran.status.code(), Some(8), "{}", stderr(&ran));
        assert_eq!(ran.stdout, printed.stdout);
        assert_eq!(fs::read(folder.join(mode).join("findings.jsonl")).unwrap(), printed.stdout);
    }
    fs::create_dir(folder.join("dataset")).unwrap();
    fs::write(folder.join("dataset/samples.jsonl"), "").unwrap();
    for refused in
        [&["--known", "dataset", "--output-dir", "new"][..], &["--renamed"], &["--mode", "process"]]
    {
        let output = run(folder, &[&["scan", EXAMPLES], refused].concat());
        assert_eq!(output.status.code(), Some(2), "{refused:?}: {}", stderr(&output));
    }
    assert!(!folder.join("new").exists());
}

#[test]
fn a_server_answers_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = streamguard(folder.path());
    let mut child =
        command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| Some(line.unwrap().strip_prefix("Listening on http://")?.to_owned()));
    let address = address.unwrap();
    let mut stream = TcpStream::connect(address.trim_end_matches('/')).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    let open = run(folder.path(), &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(open.status.code(), Some(2), "{}", stderr(&open));
    assert!(stderr(&open).contains("--token-file"), "{}", stderr(&open));
}
