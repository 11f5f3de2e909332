//! The layouts in the programs that their users read them with. `STREAMGUARD_TEST_PYTHON=/path/to/python3` names a Python
//! that has them; tests that lack one are skipped with a note.

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use streamguard_export::ExportLayout;

use crate::fixtures::{export, samples, write_lines};

/// Runs a script on an exported folder, with the exported rows beside it, if Python has its library.
fn check(test: &str, library: &str, layout: ExportLayout, script: &str) {
    let python = env::var("STREAMGUARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = Command::new(&python).args(["-c", &format!("import {library}")]).output();
    if !import.is_ok_and(|output| output.status.success()) {
        // Past the test harness, which hides the output of tests that pass.
        let line = format!("SKIPPED {test}: {python} has no library `{library}`\n");
        io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (out, rows) = (folder.path().join("out"), folder.path().join("rows.jsonl"));
    write_lines(&rows, &samples());
    export(&samples(), layout, &out);
    let output = run(&python, script, &[&out, &rows], folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(python: &str, script: &str, arguments: &[&Path], home: &Path) -> std::process::Output {
    Command::new(python)
        .args(["-c", script])
        .args(arguments)
        .env("HF_HOME", home.join("cache"))
        .env("HF_HUB_OFFLINE", "1")
        .output()
        .unwrap()
}

#[test]
fn the_library_datasets_loads_the_layout_of_hugging_face() {
    let script = r#"
import datasets, json, sys
loaded = datasets.load_dataset(sys.argv[1])
rows = [json.loads(line) for line in open(sys.argv[2])]
for name, split in loaded.items():
    assert split.to_list() == [row for row in rows if row["split"] == name], name
assert sorted(loaded) == ["test", "train", "validation"]
"#;
    check("the_library_datasets_loads_the_layout_of_hugging_face", "datasets", ExportLayout::Hf, script);
}

#[test]
fn mlcroissant_validates_and_reads_the_description() {
    let script = r#"
import json, sys, mlcroissant as mlc
dataset = mlc.Dataset(jsonld=sys.argv[1] + "/croissant.json")
issues = dataset.metadata.ctx.issues
assert not issues.errors and not issues.warnings, issues.report()
rows = [json.loads(line) for line in open(sys.argv[2])]
for name in ["train", "validation", "test"]:
    records = list(dataset.records(name))
    wanted = [row for row in rows if row["split"] == name]
    assert len(records) == len(wanted)
    for record, row in zip(records, wanted):
        assert record[name + "/id"].decode() == row["id"], record
        assert [cwe.decode() for cwe in record[name + "/cwes"]] == row["cwes"], record
"#;
    check("mlcroissant_validates_and_reads_the_description", "mlcroissant", ExportLayout::Croissant, script);
}

#[test]
fn the_library_datasets_loads_the_lines_of_primevul() {
    // As PrimeVul's own scripts read them, and as its mirrors on the hub are loaded.
    let script = r#"
import datasets, json, sys
for split, name in [("train", "train"), ("valid", "validation"), ("test", "test")]:
    path = f"{sys.argv[1]}/primevul_{split}.jsonl"
    lines = [json.loads(line) for line in open(path)]
    assert all(isinstance(line["idx"], int) and line["target"] in (0, 1) and line["func"] for line in lines)
    loaded = datasets.load_dataset("json", data_files={name: path})[name]
    assert loaded["idx"] == [line["idx"] for line in lines]
    assert loaded["func"] == [line["func"] for line in lines]
"#;
    check("the_library_datasets_loads_the_lines_of_primevul", "datasets", ExportLayout::Primevul, script);
}

#[test]
fn python_reads_the_functions_of_megavul() {
    let script = r#"
import json, sys
from pathlib import Path
with Path(sys.argv[1], "train", "megavul_simple.json").open() as f:
    megavul = json.load(f)
keys = ["cve_id", "cwe_ids", "cvss_vector", "cvss_is_v3", "repo_name", "commit_msg", "commit_hash", "git_url", "file_path",
        "func_name", "func_before", "abstract_func_before", "func_graph_path_before", "func", "abstract_func",
        "func_graph_path", "diff_func", "diff_line_info", "is_vul"]
for item in megavul:
    assert list(item) == keys, list(item)
    assert (item["func_before"] is not None) == item["is_vul"]
"#;
    check("python_reads_the_functions_of_megavul", "json", ExportLayout::Megavul, script);
}

#[test]
fn sqlite_reads_the_dump_of_cvefixes() {
    // The joins of CVEfixes' own examples.
    let script = r#"
import gzip, json, sqlite3, sys
db = sqlite3.connect(":memory:")
db.executescript(gzip.open(sys.argv[1] + "/Data/CVEfixes.sql.gz", "rt", encoding="utf-8").read())
rows = [json.loads(line) for line in open(sys.argv[2])]
rows = {row["id"]: row for row in rows if row["advisory_ids"] and row["kind"] != "exploit"}
methods = db.execute("""
SELECT cv.cve_id, cc.cwe_id, cv.cvss3_base_score, c.msg, f.filename, f.programming_language, m.code, m.before_change, r.id, r.split
FROM file_change f, commits c, fixes fx, cve cv, cwe_classification cc, method_change m, streamguard_row r
WHERE f.hash = c.hash AND c.hash = fx.hash AND fx.cve_id = cv.cve_id AND cc.cve_id = cv.cve_id
AND f.file_change_id = m.file_change_id AND m.method_change_id = r.method_change_id AND cc.cwe_id = 'CWE-787'
""").fetchall()
assert {method[8] for method in methods} == set(rows)
for cve, cwe, score, msg, filename, language, code, before, id, split in methods:
    row = rows[id]
    assert cve in row["advisory_ids"] and (score, msg, filename, language) == (9.8, "Bound the copy", "copy.c", "C")
    assert code == row["vulnerable_code" if before == "True" else "fixed_code"] and before in ("True", "False")
    assert split == row["split"]
assert len(methods) == sum((row["vulnerable_code"] is not None) + (row["fixed_code"] is not None) for row in rows.values())
description, = db.execute("SELECT description FROM cve").fetchone()
assert json.loads(description)[0]["value"] == next(iter(rows.values()))["description"]
"#;
    check("sqlite_reads_the_dump_of_cvefixes", "sqlite3", ExportLayout::Cvefixes, script);
}
