//! The prepared folder in the library `datasets`, and files of `pandas`. `STREAMGUARD_TEST_PYTHON=/path/to/python3` names a Python that has them;
//! without it the tests are skipped with a note.

use std::env;
use std::io::{self, Write};
use std::process::Command;

use streamguard_prepare::near::NearThreshold;
use streamguard_prepare::{DatasetView, PrepareJob, find_leaks};
use streamguard_table::TableDataset;

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

/// Writes files of two splits with each codec, as the library `pandas` does.
const WRITES: &str = r#"
import pandas, sys
for codec in ["snappy", "gzip", "lz4", "zstd", None]:
    for split, name in [("train", "one"), ("test", "two")]:
        code = [f"int {name}_{n}(int a) {{ return a + {n}; }}" for n in range(300)]
        rows = pandas.DataFrame({"func": code, "commit_id": [f"{name}{n:07x}" for n in range(300)]})
        rows.to_parquet(f"{sys.argv[1]}/{codec}/{split}.parquet", compression=codec)
"#;

/// Returns a Python that has a library, or `None` after a note that a test is skipped.
fn python_with(library: &str, test: &str) -> Option<String> {
    let python = env::var("STREAMGUARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = Command::new(&python).args(["-c", &format!("import {library}")]).output();
    if import.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    // Past the test harness, which hides the output of tests that pass.
    let line = format!("SKIPPED {test}: {python} has no library `{library}`\n");
    io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

#[test]
fn parquet_files_of_pandas_are_read_whatever_their_codec() {
    let Some(python) = python_with("pandas", "parquet_files_of_pandas_are_read_whatever_their_codec") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let codecs = ["snappy", "gzip", "lz4", "zstd", "None"].map(|codec| folder.path().join(codec));
    for codec in &codecs {
        std::fs::create_dir(codec).unwrap();
    }
    let written = Command::new(python).args(["-c", WRITES]).arg(folder.path()).output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    for codec in codecs {
        let dataset = TableDataset::open(std::slice::from_ref(&codec), &[]).unwrap();
        let threshold = NearThreshold::from_thousandths(1000).unwrap();
        let report = find_leaks(&dataset, threshold, None, &|| false).unwrap();
        let rows: Vec<u64> = report.rows.values().copied().collect();
        assert_eq!((rows, report.rows_without_code), (vec![300, 300], 0), "{}", codec.display());
    }
}

#[test]
fn the_library_datasets_loads_the_folder() {
    let Some(python) = python_with("datasets", "the_library_datasets_loads_the_folder") else { return };
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
