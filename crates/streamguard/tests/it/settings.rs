//! Layers of settings: defaults < file < environment and `.env` < flags.

use crate::{lines, run, stderr, streamguard};

fn count(folder: &std::path::Path) -> usize {
    lines(folder, "synthetic.jsonl").len()
}

#[test]
fn each_layer_wins_over_the_one_below() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let collect = |variable: Option<&str>, flags: &[&str]| {
        let mut command = streamguard(path);
        command.args(["collect", "--collectors", "synthetic", "--fresh"]).args(flags);
        command.envs(variable.map(|value| ("STREAMGUARD_SYNTHETIC_SAMPLES", value)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        count(path)
    };
    assert_eq!(collect(None, &["--quick-test"]), 100);
    std::fs::write(path.join("streamguard.toml"), "[synthetic]\nsynthetic-samples = 11\n").unwrap();
    assert_eq!(collect(None, &[]), 11);
    std::fs::write(path.join(".env"), "STREAMGUARD_SYNTHETIC_SAMPLES=12\n").unwrap();
    assert_eq!(collect(None, &[]), 12);
    assert_eq!(collect(Some("13"), &[]), 13);
    assert_eq!(collect(Some("13"), &["--synthetic-samples", "14"]), 14);
}

#[test]
fn a_url_with_a_secret_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for flag in ["--nvd-url", "--repo"] {
        for url in ["https://me:hunter2@host.example/", "https://host.example/a?key=hunter2"] {
            let output = run(folder.path(), &["collect", flag, url]);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{flag} {url}: {said}");
            assert!(said.contains(&flag[2..]) && !said.contains("hunter2"), "{flag} {url}: {said}");
        }
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn errors_in_the_file_name_their_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, hints) in [
        ("[synthetic]\nsynthetic-samples = \"many\"\n", &["[synthetic] synthetic-samples", "many"][..]),
        ("[synthetic]\nsamples = 3\n", &["samples", "synthetic-samples"]),
        ("[sythetic]\n", &["[sythetic]", "[synthetic]"]),
        ("[synthetic\n", &["streamguard.toml", "line 1"]),
        ("[collect]\nseed = -1\n", &["[collect] seed"]),
        ("[collect]\nworkers = \"x\"\n", &["[collect] workers"]),
        ("[[job]]\nname = \"x\"\n", &["[[job]]", "command"]),
    ] {
        std::fs::write(folder.path().join("streamguard.toml"), text).unwrap();
        let output = run(folder.path(), &["collect", "--collectors", "synthetic"]);
        assert_eq!(output.status.code(), Some(2), "{text}: {}", stderr(&output));
        for hint in hints {
            assert!(stderr(&output).contains(hint), "{text}: {}", stderr(&output));
        }
    }
}

#[test]
fn every_command_that_reads_the_file_refuses_unknown_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("plan")).unwrap();
    let commands = [
        &["prime", "--range", "1..10"][..],
        &["ingest", "--path", "none.log"],
        &["run"],
        &["collect", "--offline"],
        &["jobs"],
        &["plan", "prime", "--range", "1..10", "--out", "plan"],
    ];
    for (text, hints) in [
        ("[primee]\n", &["[primee]", "did you mean [prime]?"][..]),
        ("[prime]\ncount-onli = true\n", &["[prime]", "\"count-onli\"", "did you mean count-only?"]),
        ("[ingest]\nrange = \"1..10\"\n", &["[ingest]", "\"range\"", "it belongs to [prime]"]),
        ("prime = 3\n", &["prime is not a table"]),
    ] {
        std::fs::write(folder.path().join("streamguard.toml"), text).unwrap();
        for arguments in commands {
            let output = run(folder.path(), arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}, {text}: {}", stderr(&output));
            for hint in hints {
                assert!(stderr(&output).contains(hint), "{arguments:?}, {text}: {}", stderr(&output));
            }
        }
    }
    std::fs::write(folder.path().join("streamguard.toml"), "[prime]\ncount-only = true\n").unwrap();
    let output = run(folder.path(), commands[0]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_wrong_variable_is_named_and_a_secret_in_env_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = streamguard(folder.path())
        .args(["collect", "--collectors", "synthetic"])
        .env("STREAMGUARD_SYNTHETIC_SAMPLES", "lots")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("STREAMGUARD_SYNTHETIC_SAMPLES"), "{}", stderr(&output));
    std::fs::write(folder.path().join(".env"), "GITHUB_TOKEN='canary-8d1f\n").unwrap();
    let output = run(folder.path(), &["collect", "--collectors", "synthetic"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(!stderr(&output).contains("canary"), "{}", stderr(&output));
}
