//! Filters that README and help show, in the demo world: each gives a complete run and what it asks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{lines, run, stderr, stdout};

/// A filter: its source, its flag, its values, and whether a record of the source fits.
type Filter = (&'static str, &'static str, &'static [&'static str], fn(&Value) -> bool);

const FILTERS: &[Filter] = &[
    ("cve", "--keywords", &["SQL injection"], |record| text(record, "description").contains("SQL injection")),
    ("cve", "--cwes", &["CWE-79"], |record| names(&record["cwes"]).contains("CWE-79")),
    ("cve", "--since", &["2020-01-31"], |record| text(record, "modified") >= "2020-01-31"),
    ("cve", "--since", &["all"], |_| true),
    ("github", "--ecosystems", &["PIP", "NPM"], |record| {
        ecosystems(record).iter().any(|name| *name == "PyPI" || *name == "npm")
    }),
    ("github", "--severities", &["LOW"], |record| record["severity"] == "LOW"),
    ("github", "--severities", &["MODERATE"], |record| record["severity"] == "MEDIUM"),
    ("github", "--severities", &["HIGH"], |record| record["severity"] == "HIGH"),
    ("github", "--severities", &["CRITICAL"], |record| record["severity"] == "CRITICAL"),
    ("github", "--since", &["2024-01-31"], |record| text(record, "modified") >= "2024-01-31"),
    ("osv", "--osv-ecosystems", &["PyPI"], |record| ecosystems(record).contains("PyPI")),
    ("osv", "--osv-ecosystems", &["all"], |_| true),
    ("osv", "--since", &["2024-01-31"], |record| text(record, "modified") >= "2024-01-31"),
];

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn ecosystems(record: &Value) -> BTreeSet<&str> {
    let affected = record["affected"].as_array().into_iter().flatten();
    affected.filter_map(|one| one["ecosystem"].as_str()).collect()
}

/// Returns the records that a source listed in the output directory.
fn listed(folder: &Path, source: &str) -> Vec<Value> {
    let lines = lines(folder, &format!("{source}.advisories.jsonl"));
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Collects offline. Every run needs a folder of its own for its output, but not for the demo world.
fn collect(folder: &Path, arguments: &[&str]) {
    let _ = fs::remove_dir_all(folder.join("data"));
    let output = run(folder, &[&["collect", "--offline"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
    assert!(!lines(folder, "samples.jsonl").is_empty(), "{arguments:?}");
}

#[test]
fn each_filter_gives_what_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    for (source, flag, values, fits) in FILTERS {
        collect(folder.path(), &[&["--collectors", *source, *flag][..], *values].concat());
        let records = listed(folder.path(), source);
        assert!(!records.is_empty(), "{flag} {values:?}");
        for record in records {
            assert!(fits(&record), "{flag} {values:?}: {record}");
        }
    }
}

#[test]
fn every_filter_of_the_help_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let help = stdout(&run(folder.path(), &["collect", "--help"]));
    let tried: BTreeSet<&str> = FILTERS.iter().map(|(_, flag, ..)| *flag).collect();
    let mut flags = BTreeSet::from(["--since"]);
    for source in ["cve", "github", "osv"] {
        let (_, section) = help.split_once(&format!("\n{source}:\n")).unwrap();
        let section = section.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
        let all =
            section.filter_map(|line| line.trim().split(' ').next().filter(|word| word.starts_with("--")));
        flags.extend(all.filter(|flag| !flag.ends_with("-samples") && !flag.ends_with("-url")));
    }
    assert_eq!(flags, tried);
}

#[test]
fn filters_of_the_readme_work_offline() {
    let folder = tempfile::tempdir().unwrap();
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let commands = readme.lines().filter_map(|line| line.strip_prefix("$ streamguard collect "));
    let mut tried = 0;
    for command in commands.filter(|command| FILTERS.iter().any(|(_, flag, ..)| command.contains(flag))) {
        let mut arguments: Vec<&str> = command.split(" #").next().unwrap().split_whitespace().collect();
        // The demo world has its own repositories in place of those that are named.
        if let Some(start) = arguments.iter().position(|argument| *argument == "--repo") {
            let length = arguments[start + 1..].iter().take_while(|value| !value.starts_with("--")).count();
            arguments.drain(start..=start + length);
        }
        collect(folder.path(), &arguments);
        tried += 1;
    }
    assert!(tried >= 2, "{tried} commands");
    // All of them at once, as from a file of settings.
    let settings = "[cve]\nkeywords = [\"injection\"]\ncwes = [\"CWE-89\"]\n\
                    [github]\necosystems = [\"PIP\"]\nseverities = [\"HIGH\", \"CRITICAL\"]\n\
                    [osv]\nosv-ecosystems = [\"PyPI\", \"Go\"]\n[repo]\nsince = \"2020-01-01\"\n";
    fs::write(folder.path().join("streamguard.toml"), settings).unwrap();
    collect(folder.path(), &["--collectors", "cve", "github", "osv", "repo"]);
    for source in ["cve", "github", "osv"] {
        assert!(!listed(folder.path(), source).is_empty(), "{source}");
    }
}
