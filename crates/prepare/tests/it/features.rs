//! Features of the code.

use serde_json::{Value, json};
use streamguard_prepare::{DatasetView, PrepareJob};

use crate::fixtures::write_lines;
use crate::job::prepare;

fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(bytes).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn features_tell_what_a_fix_changed() {
    let folder = tempfile::tempdir().unwrap();
    let before = "int f(int a) {\n  copy(a);\n  return a;\n}\n";
    let after = "int f(int a) {\n  if (a > 9)\n    return 0;\n  copy(a);\n  return a;\n}\n";
    let row = json!({"id": "x", "language": "c", "vulnerable_code": before, "fixed_code": after});
    // There is no parser for its language.
    let unknown = json!({"id": "y", "vulnerable_code": "a b c", "fixed_code": "a c"});
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &[row, unknown]);
    let job = PrepareJob { features: true, view: vec![DatasetView::Rows], ..PrepareJob::new(vec![input]) };
    let files = prepare(job, &folder.path().join("out"), 1);
    let rows: Vec<Value> = ["train", "validation", "test"]
        .iter()
        .flat_map(|split| lines(&files[&format!("jsonl/{split}.jsonl")]))
        .collect();
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    let expected = [
        ("n_lines", 4, 6),
        ("complexity", 1, 2),
        ("nesting", 0, 1),
        ("n_branches", 0, 1),
        ("n_loops", 0, 0),
        ("n_calls", 1, 1),
        ("n_returns", 1, 2),
    ];
    for (name, before, after) in expected {
        assert_eq!(row("x")[format!("{name}_before")], before, "{name}");
        assert_eq!(row("x")[format!("{name}_after")], after, "{name}");
    }
    assert_eq!((&row("x")["added_lines"], &row("x")["removed_lines"]), (&json!(2), &json!(0)));
    assert_eq!(row("x")["diff_kinds"], json!(["only_added", "branch_added", "return_added"]));
    assert_eq!(row("y")["n_lines_before"], 1);
    assert_eq!(row("y")["complexity_before"], Value::Null);
    assert_eq!(row("y")["diff_kinds"], json!([]));
}
