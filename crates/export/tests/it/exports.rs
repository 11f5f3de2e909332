//! The layouts, as they are written.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};
use streamguard_export::{Export, ExportError, ExportLayout};
use streamguard_table::{SplitName, TableDataset};

use crate::fixtures::{export, samples, write_lines};

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_layout_has_the_same_bytes_each_time() {
    for layout in ExportLayout::value_variants() {
        let layout = *layout;
        let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let [one, two] = folders.each_ref().map(|folder| export(&samples(), layout, folder.path()));
        assert_eq!(one, two);
        let mut pending = vec![folders[0].path().to_owned()];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    pending.push(path);
                } else {
                    let other = folders[1].path().join(path.strip_prefix(folders[0].path()).unwrap());
                    assert!(fs::read(&path).unwrap() == fs::read(other).unwrap(), "{path:?}");
                }
            }
        }
    }
}

#[test]
fn primevul_has_a_function_a_line_and_pairs_in_consecutive_lines() {
    let folder = tempfile::tempdir().unwrap();
    let summary = export(&samples(), ExportLayout::Primevul, folder.path());
    assert_eq!(summary.left_out["rows without a labelled function"], 10);
    assert_eq!(summary.rows.values().sum::<u64>(), 50);
    let all = lines(&folder.path().join("primevul_train.jsonl"));
    let keys: Vec<&String> = all[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 15, "{keys:?}");
    assert_eq!(all[0]["project"], "app");
    assert_eq!(
        all[0]["commit_url"],
        format!("https://github.com/example/app/commit/{:040x}", 0xaaaa_0000_u64)
    );
    assert_eq!(all[0]["nvd_url"], "https://nvd.nist.gov/vuln/detail/CVE-2024-1000");
    assert_eq!(all[0]["cwe"], json!(["CWE-120", "CWE-787"]));
    let paired = lines(&folder.path().join("primevul_train_paired.jsonl"));
    assert!(!paired.is_empty());
    for pair in paired.chunks(2) {
        assert_eq!((&pair[0]["target"], &pair[1]["target"]), (&json!(1), &json!(0)));
        assert_eq!(pair[0]["commit_id"], pair[1]["commit_id"]);
        assert_eq!(pair[0]["idx"].as_u64().unwrap() + 1, pair[1]["idx"].as_u64().unwrap());
        assert!(all.contains(&pair[0]) && all.contains(&pair[1]));
    }
    let ids = lines(&folder.path().join("ids.jsonl"));
    assert_eq!(ids[1], json!({"idx": 1, "id": format!("{:064x}", 0), "side": "after"}));
}

#[test]
fn functions_that_differ_in_layout_only_have_the_same_hash() {
    let row = |id: u64, code: &str| json!({"id": id, "func": code, "target": 1});
    let folder = tempfile::tempdir().unwrap();
    let rows = [row(1, "int f() { return 1; }"), row(2, "int f()\n{\n\treturn 1;\n}"), row(3, "int g;")];
    export(&rows, ExportLayout::Primevul, folder.path());
    let text = fs::read_to_string(folder.path().join("primevul_train.jsonl")).unwrap();
    let hash =
        |line: &str| line.split("\"func_hash\":").nth(1).unwrap().split(',').next().unwrap().to_owned();
    let hashes: Vec<String> = text.lines().map(hash).collect();
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0], hashes[2]);
    assert!(hashes.iter().all(|hash| hash.parse::<u128>().unwrap() > u128::from(u64::MAX)));
}

#[test]
fn megavul_has_both_sides_and_their_difference() {
    let folder = tempfile::tempdir().unwrap();
    let summary = export(&samples(), ExportLayout::Megavul, folder.path());
    assert_eq!(summary.left_out["rows without fixed code, which each function of MegaVul has"], 20);
    let text = fs::read_to_string(folder.path().join("train/megavul_simple.json")).unwrap();
    let functions: Vec<Value> = serde_json::from_str(&text).unwrap();
    let pair = &functions[0];
    assert_eq!(pair["is_vul"], true);
    assert_eq!(pair["repo_name"], "example/app");
    assert_eq!(pair["cvss_is_v3"], true);
    assert_eq!(
        pair["diff_line_info"],
        json!({"deleted_lines": ["  strcpy(b, s);"], "added_lines": ["  strlcpy(b, s, 8);"]})
    );
    assert!(
        pair["diff_func"].as_str().unwrap().contains("\n-  strcpy(b, s);\n+  strlcpy(b, s, 8);\n"),
        "{pair}"
    );
    let fixed = functions.iter().find(|function| function["is_vul"] == false).unwrap();
    assert_eq!((&fixed["func_before"], &fixed["diff_line_info"]), (&Value::Null, &Value::Null));
}

#[test]
fn rows_without_splits_are_in_train() {
    let mut rows = samples();
    rows.iter_mut().for_each(|row| _ = row.as_object_mut().unwrap().remove("split"));
    let folder = tempfile::tempdir().unwrap();
    let summary = export(&rows, ExportLayout::Megavul, folder.path());
    assert_eq!(summary.rows.keys().collect::<Vec<_>>(), [&SplitName::Train]);
    assert!(folder.path().join("megavul_simple.json").is_file());
}

#[test]
fn a_dataset_that_does_not_fit_the_layout_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let input = write_lines(&folder.path().join("rows.jsonl"), &[json!({"func": "f", "target": 1})]);
    let dataset = TableDataset::open(&[input], &[]).unwrap();
    let refused = Export::plan(&dataset, ExportLayout::Megavul);
    assert!(matches!(refused, Err(ExportError::Unsuitable { layout: "megavul", .. })));
}
