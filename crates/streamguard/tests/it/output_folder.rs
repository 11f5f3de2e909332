//! States of an output folder, and commands that meet them: no command loses a finished dataset without `--fresh`, and
//! none is called complete that is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::{run, stderr, stdout, streamguard};

/// Number of moments at which a run is killed; `cargo xtask states` sets a higher one.
fn kills() -> u32 {
    std::env::var("STREAMGUARD_STATE_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(3)
}

/// Folder of the run.
const OUT: &str = "data/raw";

const COLLECT: [&str; 12] = [
    "collect",
    "--offline",
    "--no-dashboard",
    "--mode",
    "threading",
    "--report-formats",
    "json",
    "--collectors",
    "exploitdb,synthetic",
    "--exploitdb-samples",
    "40",
    "--synthetic-samples",
];

/// The command, or the same with other settings.
fn collect(samples: &'static str, more: &'static [&'static str]) -> Vec<&'static str> {
    [&COLLECT[..], &[samples], more].concat()
}

const SAMPLES: &str = "900";

const OTHER_SAMPLES: &str = "301";

/// A command that meets a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Same,
    OtherSettings,
    Resume,
    Fresh,
    Report,
    Replay,
}

const ACTIONS: [Action; 6] =
    [Action::Same, Action::OtherSettings, Action::Resume, Action::Fresh, Action::Report, Action::Replay];

impl Action {
    fn arguments(self) -> Vec<&'static str> {
        match self {
            Self::Same => collect(SAMPLES, &[]),
            Self::OtherSettings => collect(OTHER_SAMPLES, &[]),
            Self::Resume => vec!["collect", "--no-dashboard", "--resume"],
            Self::Fresh => collect(SAMPLES, &["--fresh"]),
            Self::Report => vec!["report", OUT, "--format", "json"],
            Self::Replay => vec!["replay", OUT, "--speed", "max", "--no-dashboard"],
        }
    }
}

/// Exit codes that an action may have.
type Codes = &'static [i32];

/// A state: how to make it, and the codes of the actions on it, in their order. `finished` tells whether it holds a
/// dataset that only `--fresh` may touch.
struct FolderState {
    name: String,
    make: Box<dyn Fn(&Path)>,
    codes: [Codes; 6],
    finished: bool,
}

fn state(name: &str, finished: bool, codes: [Codes; 6], make: impl Fn(&Path) + 'static) -> FolderState {
    FolderState { name: name.to_owned(), make: Box::new(make), codes, finished }
}

/// A finished run, changed afterwards.
fn changed(name: &str, finished: bool, codes: [Codes; 6], change: fn(&Path)) -> FolderState {
    state(name, finished, codes, move |root| {
        finish(root);
        change(&root.join(OUT));
    })
}

fn finish(root: &Path) {
    let output = run(root, &collect(SAMPLES, &[]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// Begins a run, and ends it by a signal after some part of the time that it takes.
fn ended_by(root: &Path, signal: &str, after: Duration) {
    let mut child = streamguard(root).args(collect(SAMPLES, &[])).spawn().unwrap();
    std::thread::sleep(after);
    let _ = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
}

fn write_job(root: &Path) {
    fs::write(root.join("job.sh"), "read h; echo '{\"ready\":{\"protocol\":1}}'; while read l; do case \"$l\" in *plan*) echo '{\"shard\":1}'; echo '{\"planned\":{}}';; *) echo '{\"record\":7}'; echo '{\"done\":{\"shard\":0}}';; esac; done\n").unwrap();
    fs::write(root.join("streamguard.toml"), "[[job]]\nname = \"seven\"\ncommand = [\"sh\", \"job.sh\"]\n")
        .unwrap();
}

const STATE: &str = ".streamguard";

/// Codes of a finished run: only `--fresh` does anything.
const FINISHED: [Codes; 6] = [&[0], &[2], &[0], &[0], &[0], &[0]];

/// Codes of a finished run of something else.
const OF_OTHERS: [Codes; 6] = [&[2], &[2], &[0, 2], &[0], &[0], &[0]];

/// Codes where there is no run.
const NO_RUN: [Codes; 6] = [&[0], &[0], &[2], &[0], &[2], &[2]];

/// Codes where outputs lie that no known run made.
const UNKNOWN: [Codes; 6] = [&[2], &[2], &[2], &[0], &[2], &[2]];

/// Codes of a state that cannot be understood.
const DAMAGED: [Codes; 6] = [&[7], &[7], &[7], &[0], &[7], &[0, 7]];

fn states(takes: Duration) -> Vec<FolderState> {
    let mut states = vec![
        state("absent", false, NO_RUN, |_| {}),
        state("empty", false, NO_RUN, |root| fs::create_dir_all(root.join(OUT)).unwrap()),
        state("only files of somebody", false, NO_RUN, |root| {
            fs::create_dir_all(root.join(OUT)).unwrap();
            fs::write(root.join(OUT).join("notes.txt"), "mine").unwrap();
        }),
        state("a file", false, [&[2]; 6], |root| {
            fs::create_dir_all(root.join("data")).unwrap();
            fs::write(root.join(OUT), "mine").unwrap();
        }),
        state("below a file", false, [&[6], &[6], &[1, 2, 6], &[6], &[1, 2], &[1, 2]], |root| {
            fs::write(root.join("data"), "mine").unwrap();
        }),
        state("samples of somebody", true, UNKNOWN, |root| {
            fs::create_dir_all(root.join(OUT)).unwrap();
            fs::write(root.join(OUT).join("samples.jsonl"), "{}\n").unwrap();
        }),
        state("a report of somebody", true, UNKNOWN, |root| {
            fs::create_dir_all(root.join(OUT)).unwrap();
            fs::write(root.join(OUT).join("collection_report.json"), "{}\n").unwrap();
        }),
        changed("finished", true, FINISHED, |_| {}),
        state("finished, behind a link", true, FINISHED, |root| {
            finish(root);
            fs::rename(root.join(OUT), root.join("elsewhere")).unwrap();
            std::os::unix::fs::symlink(root.join("elsewhere"), root.join(OUT)).unwrap();
        }),
        changed("finished, reports removed", true, FINISHED, |out| {
            fs::remove_file(out.join("collection_report.json")).unwrap();
            fs::remove_file(out.join("collection_results.json")).unwrap();
        }),
        changed("finished, files of collectors removed", true, FINISHED, |out| {
            fs::remove_file(out.join("synthetic.jsonl")).unwrap();
        }),
        changed("finished, leftovers of a killed writer", true, FINISHED, |out| {
            fs::write(out.join("samples.jsonl.77-0.part"), "torn").unwrap();
        }),
        changed("finished, plan removed", true, FINISHED, |out| {
            fs::remove_dir_all(out.join(STATE).join("plans")).unwrap();
        }),
        changed("finished, journal cut", true, [&[0], &[2], &[0], &[0], &[7], &[0]], |out| {
            let journal = out.join(STATE).join("journal.jsonl");
            let text = fs::read(&journal).unwrap();
            fs::write(&journal, &text[..text.len() - 9]).unwrap();
        }),
        changed("finished, journal removed", true, [&[0], &[2], &[0], &[0], &[7], &[2]], |out| {
            fs::remove_file(out.join(STATE).join("journal.jsonl")).unwrap();
        }),
        changed("finished, journal damaged", true, [&[0], &[2], &[0], &[0], &[7], &[7]], |out| {
            let journal = out.join(STATE).join("journal.jsonl");
            let text = fs::read_to_string(&journal).unwrap();
            fs::write(&journal, text.replacen('{', "?", 2)).unwrap();
        }),
        changed("finished, lock removed", true, FINISHED, |out| {
            fs::remove_file(out.join(STATE).join("lock")).unwrap();
        }),
        changed(
            "finished, facts about the dataset damaged",
            true,
            [&[7], &[2], &[7], &[0], &[7], &[0]],
            |out| {
                fs::write(out.join(STATE).join("dataset.json"), "{").unwrap();
            },
        ),
        changed("finished, samples removed", false, [&[7], &[2], &[7], &[0], &[7], &[0]], |out| {
            fs::remove_file(out.join("samples.jsonl")).unwrap();
        }),
        changed("finished, columns removed", false, [&[7], &[2], &[7], &[0], &[7], &[0]], |out| {
            fs::remove_file(out.join("samples.parquet")).unwrap();
        }),
        changed("finished, samples cut", false, [&[7], &[2], &[7], &[0], &[7], &[0]], |out| {
            let samples = out.join("samples.jsonl");
            let bytes = fs::read(&samples).unwrap();
            fs::write(&samples, &bytes[..bytes.len() / 2]).unwrap();
        }),
        changed("run.json cut", true, DAMAGED, |out| {
            fs::write(out.join(STATE).join("run.json"), "{\"format\":").unwrap();
        }),
        changed("run.json empty", true, DAMAGED, |out| {
            fs::write(out.join(STATE).join("run.json"), "").unwrap();
        }),
        changed("of another version", true, DAMAGED, |out| {
            let path = out.join(STATE).join("run.json");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replacen("\"format\": 2", "\"format\": 99", 1)).unwrap();
        }),
        changed("run.json removed", true, UNKNOWN, |out| {
            fs::remove_file(out.join(STATE).join("run.json")).unwrap();
        }),
        changed("state removed", true, UNKNOWN, |out| fs::remove_dir_all(out.join(STATE)).unwrap()),
        state("finished by a job of somebody", true, OF_OTHERS, |root| {
            write_job(root);
            let output = run(root, &["run", "--output-dir", OUT]);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        }),
        state("finished by ingest", true, OF_OTHERS, |root| {
            fs::write(root.join("a.log"), "[GET] /a 1ms\n").unwrap();
            run(root, &["ingest", "--path", "a.log", "--output-dir", OUT]);
        }),
        state("finished with other settings", true, [&[2], &[0], &[0], &[0], &[0], &[0]], |root| {
            run(root, &collect(OTHER_SAMPLES, &[]));
        }),
        state("partial", false, [&[2], &[2], &[3], &[0], &[0], &[0]], |root| {
            fs::create_dir(root.join("empty")).unwrap();
            let broken =
                ["--collectors", "synthetic", "repo", "--synthetic-samples", "30", "--repo", "empty"];
            let output = run(root, &[&["collect", "--no-dashboard"], &broken[..]].concat());
            assert_eq!(output.status.code(), Some(3), "{}{}", stdout(&output), stderr(&output));
        }),
        state("planned", false, [&[2], &[2], &[0], &[0], &[0, 2], &[0, 2]], |root| {
            let output = run(root, &[&["plan"], &collect(SAMPLES, &[])[..]].concat());
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        }),
    ];
    for (part, signal) in [(3, "INT"), (6, "TERM"), (8, "HUP")] {
        states.push(state(&format!("stopped by {signal}"), false, ANY, move |root| {
            ended_by(root, signal, takes * part / 10);
        }));
    }
    for kill in 0..kills() {
        let after = takes * (2 * kill + 1) / (2 * kills());
        states.push(state(&format!("killed after {after:?}"), false, ANY, move |root| {
            ended_by(root, "KILL", after);
        }));
    }
    states
}

/// Codes of a run that ended at a random moment, which may be before its beginning, or after its end.
const ANY: [Codes; 6] = [&[0, 2], &[0, 2], &[0, 2], &[0], &[0, 2], &[0, 2]];

/// The outputs in a folder that a user would miss.
fn results(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let names =
        ["samples.jsonl", "samples.parquet", "seven.jsonl", "exploitdb.jsonl", "collection_report.json"];
    let paths = names.iter().map(|name| root.join(OUT).join(name));
    paths.filter_map(|path| Some((path.clone(), fs::read(&path).ok()?))).collect()
}

fn dataset(root: &Path) -> Option<[Vec<u8>; 2]> {
    let read = |name: &str| fs::read(root.join(OUT).join(name)).ok();
    Some([read("samples.jsonl")?, read("samples.parquet")?])
}

/// Checks what an action did to a state.
fn check(state: &FolderState, action: Action, before: &[(PathBuf, Vec<u8>)], output: &Output) {
    let (code, said) = (output.status.code(), format!("{}{}", stdout(output), stderr(output)));
    let about = format!("{}, {action:?}", state.name);
    let allowed = state.codes[ACTIONS.iter().position(|known| *known == action).unwrap()];
    assert!(code.is_some_and(|code| allowed.contains(&code)), "{about}: exit {code:?}: {said}");
    assert!(!said.contains("panicked"), "{about}: {said}");
    if state.finished && !matches!(action, Action::Fresh | Action::Report) {
        for (path, bytes) in before {
            assert!(
                fs::read(path).ok().as_ref() == Some(bytes),
                "{about}: {} changed: {said}",
                path.display()
            );
        }
    }
}

#[test]
fn no_command_loses_a_finished_run_or_calls_complete_what_is_not() {
    let reference = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    finish(reference.path());
    let takes = begun.elapsed();
    let expected = dataset(reference.path());
    let other = tempfile::tempdir().unwrap();
    run(other.path(), &collect(OTHER_SAMPLES, &[]));
    let expected_other = dataset(other.path());
    assert!(expected.is_some() && expected != expected_other);

    let states = states(takes);
    for state in &states {
        let made = tempfile::tempdir().unwrap();
        (state.make)(made.path());
        for action in ACTIONS {
            let copy = tempfile::tempdir().unwrap();
            let root = copy.path().join("root");
            let copied = Command::new("cp").arg("-a").arg(made.path()).arg(&root).status().unwrap();
            assert!(copied.success());
            let before = results(&root);
            // The cache is at the same place for all, as on a machine: its path is a setting.
            let mut command = streamguard(&root);
            command.env("XDG_CACHE_HOME", made.path().join("cache"));
            let output = command.args(action.arguments()).output().unwrap();
            check(state, action, &before, &output);
            let is_complete = output.status.code() == Some(0);
            let wanted = match action {
                Action::Same | Action::Fresh => &expected,
                Action::OtherSettings => &expected_other,
                // Its settings are those of the run, whatever it was.
                Action::Resume if dataset(&root) == expected_other => &expected_other,
                Action::Resume if is_of_others(&state.name) => continue,
                Action::Resume => &expected,
                Action::Report | Action::Replay => continue,
            };
            assert!(!is_complete || dataset(&root) == *wanted, "{}, {action:?}: not complete", state.name);
        }
    }
}

/// Whether the run in a state makes no dataset.
fn is_of_others(state: &str) -> bool {
    state.starts_with("finished by")
}

#[test]
fn a_folder_in_use_is_left_alone_by_all_commands() {
    let root = tempfile::tempdir().unwrap();
    let long = ["collect", "--collectors", "synthetic", "--synthetic-samples", "3000000"];
    let mut child = streamguard(root.path()).args(long).spawn().unwrap();
    while !root.path().join(OUT).join(STATE).join("journal.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    for action in [Action::Same, Action::OtherSettings, Action::Resume, Action::Fresh] {
        let output = run(root.path(), &action.arguments());
        assert_eq!(output.status.code(), Some(5), "{action:?}: {}", stderr(&output));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
