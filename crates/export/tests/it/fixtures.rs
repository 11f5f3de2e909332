//! Datasets for the tests.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use streamguard_export::{Export, ExportLayout, ExportSummary};
use streamguard_table::TableDataset;

/// Writes rows as lines of JSON.
pub(crate) fn write_lines(path: &Path, rows: &[Value]) -> PathBuf {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(path, lines).unwrap();
    path.to_owned()
}

/// Returns samples in splits, with all that samples have, and hostile text in some places.
pub(crate) fn samples() -> Vec<Value> {
    let row = |number: u64| {
        let (vulnerable, fixed) = (
            format!("int f{number}(char *s) {{\n  char b[8];\n  strcpy(b, s);\n  return {number};\n}}\n"),
            format!("int f{number}(char *s) {{\n  char b[8];\n  strlcpy(b, s, 8);\n  return {number};\n}}\n"),
        );
        let split = ["train", "train", "train", "validation", "test"][(number % 5) as usize];
        let kind = ["pair", "pair", "pair", "fixed", "vulnerable", "exploit"][(number % 6) as usize];
        json!({
            "id": format!("{number:064x}"),
            "kind": kind,
            "language": "c",
            "vulnerable_code": if kind == "fixed" { Value::Null } else { json!(vulnerable) },
            "fixed_code": if matches!(kind, "pair" | "fixed") { json!(fixed) } else { Value::Null },
            "cwes": ["CWE-787", "CWE-120"],
            "cvss_vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "cvss_version": "3.1",
            "cvss_score": 9.8,
            "advisory_ids": if number % 2 == 0 { json!(["GHSA-aaaa-bbbb-cccc", format!("CVE-2024-{}", 1000 + number)]) } else { json!([]) },
            "description": "A \"copy\" <b>without</b> a bound | pipe\n\u{202e}",
            "repository": "https://github.com/example/app.git",
            "commit": format!("{:040x}", 0xaaaa_0000_u64 + number),
            "commit_date": "2024-05-06T07:08:09Z",
            "commit_message": "Bound the copy",
            "path_before": "src/copy.c",
            "path_after": "src/copy.c",
            "function": format!("f{number}"),
            "licence": if number % 3 == 0 { json!("MIT") } else { Value::Null },
            "split": split,
            "component": number,
        })
    };
    (0..60).map(row).collect()
}

/// Exports rows, and returns what was counted.
pub(crate) fn export(rows: &[Value], layout: ExportLayout, out: &Path) -> ExportSummary {
    let folder = tempfile::tempdir().unwrap();
    let input = write_lines(&folder.path().join("rows.jsonl"), rows);
    let dataset = TableDataset::open(&[input], &[]).unwrap();
    let export = Export::plan(&dataset, layout).unwrap();
    let summary = export.write(out).unwrap();
    for name in export.file_names() {
        assert!(out.join(&name).is_file(), "{name}");
    }
    summary
}
