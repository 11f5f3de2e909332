//! The prepared folder in the library `datasets`. `STREAMGUARD_TEST_PYTHON=/path/to/python3` names a Python that has it;
//! without it the test is skipped with a note.

use std::env;
use std::io::{self, Write};
use std::process::Command;

use streamguard_prepare::{DatasetView, PrepareJob};

use crate::job::{dataset, prepare};

/// Loads a folder, and compares its rows with the lines of JSON beside them.
const LOADS: &str = r#"
import datasets, json, sys
folder = sys.argv[1]
loaded = datasets.load_dataset(folder)
assert sorted(loaded) == ["test", "train", "validation"], loaded
for name, split in loaded.items():
    lines = [json.loads(line) for line in open(f"{folder}/jsonl/{name}.jsonl")]
    assert split.to_list() == lines, name
    assert {row["split"] for row in lines} == {name}
functions = datasets.load_dataset(folder, "rows")
assert {label for split in functions.values() for label in split["label"]} == {0, 1}
"#;

#[test]
fn the_library_datasets_loads_the_folder() {
    let python = env::var("STREAMGUARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = Command::new(&python).args(["-c", "import datasets"]).output();
    if !import.is_ok_and(|output| output.status.success()) {
        // Past the test harness, which hides the output of tests that pass.
        let line =
            format!("SKIPPED the_library_datasets_loads_the_folder: {python} has no library `datasets`\n");
        io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let view = vec![DatasetView::Rows, DatasetView::Pairs, DatasetView::Triples];
    prepare(PrepareJob { view, ..PrepareJob::new(vec![dataset(folder.path())]) }, &out, 1);
    let loaded = Command::new(python)
        .args(["-c", LOADS])
        .arg(&out)
        .env("HF_HOME", folder.path().join("cache"))
        .env("HF_HUB_OFFLINE", "1")
        .output()
        .unwrap();
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
}
