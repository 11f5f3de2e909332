//! Filters that README and help show, in the demo world: each gives the records that it asks for, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{lines, run, stderr, stdout};

/// Sources of advisories that have filters.
const SOURCES: [&str; 3] = ["cve", "github", "osv"];

/// Arguments of a filter.
type FilterArguments = &'static [&'static str];

/// A filter: its source, its arguments, and whether a record of the source fits.
type Filter = (&'static str, FilterArguments, fn(&Value) -> bool);

const FILTERS: &[Filter] = &[
    ("cve", &["--keywords", "SQL injection"], |record| {
        has_word(record, "sql") && has_word(record, "injection")
    }),
    ("cve", &["--keywords", "Upgrade USERS", "redirect"], |record| {
        has_word(record, "users") && has_word(record, "upgrade") || has_word(record, "redirect")
    }),
    ("cve", &["--cwes", "CWE-79"], |record| names(&record["cwes"]).contains("CWE-79")),
    ("cve", &["--cwes", "22", "CWE-89", "--keywords", "injection"], |record| {
        let cwes = names(&record["cwes"]);
        (cwes.contains("CWE-22") || cwes.contains("CWE-89")) && has_word(record, "injection")
    }),
    ("cve", &["--since", "2024-05-06"], |record| text(record, "modified") >= "2024-05-06"),
    ("cve", &["--since", "all"], |_| true),
    ("github", &["--ecosystems", "PIP", "npm"], |record| is_of(record, "PyPI") || is_of(record, "npm")),
    ("github", &["--severities", "LOW"], |record| is_rated(record, "LOW")),
    ("github", &["--severities", "moderate", "HIGH"], |record| {
        is_rated(record, "MEDIUM") || is_rated(record, "HIGH")
    }),
    ("github", &["--severities", "CRITICAL", "--ecosystems", "GO", "--since", "2023-01-31"], |record| {
        is_rated(record, "CRITICAL") && is_of(record, "Go") && text(record, "modified") >= "2023-01-31"
    }),
    ("github", &["--since", "2024-01-31"], |record| text(record, "modified") >= "2024-01-31"),
    ("osv", &["--osv-ecosystems", "PyPI"], |record| is_of(record, "PyPI")),
    ("osv", &["--osv-ecosystems", "Go", "Debian", "crates.io"], |record| {
        is_of(record, "Go") || is_of(record, "crates.io")
    }),
    ("osv", &["--osv-ecosystems", "all"], |_| true),
    ("osv", &["--since", "2024-01-31"], |record| text(record, "modified") >= "2024-01-31"),
];

/// Filters that nothing in the demo world fits, each with its source.
const EMPTY_FILTERS: &[(&str, FilterArguments)] = &[
    ("cve", &["--keywords", "no such words & others"]),
    ("cve", &["--cwes", "CWE-99999"]),
    ("cve", &["--since", "2025-12-31"]),
    ("cve", &["--since", "2999-01-01"]),
    ("github", &["--ecosystems", "PUB", "ERLANG", "SWIFT", "ACTIONS", "NUGET"]),
    ("github", &["--ecosystems", "GO", "--since", "2999-01-01"]),
    ("osv", &["--osv-ecosystems", "Debian", "pypi", "No such ecosystem"]),
    ("osv", &["--osv-ecosystems", "PyPI", "--since", "2999-01-01"]),
];

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

/// Reports whether a word of the description begins with these letters.
fn has_word(record: &Value, start: &str) -> bool {
    let description = text(record, "description").to_lowercase();
    description.split(|character: char| !character.is_alphanumeric()).any(|word| word.starts_with(start))
}

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn is_of(record: &Value, ecosystem: &str) -> bool {
    let affected = record["affected"].as_array().into_iter().flatten();
    affected.filter_map(|one| one["ecosystem"].as_str()).any(|name| name == ecosystem)
}

/// Reports whether GitHub lists an advisory under a severity: it finds it through a package.
fn is_rated(record: &Value, severity: &str) -> bool {
    record["severity"] == severity && record["affected"].as_array().is_some_and(|list| !list.is_empty())
}

/// Returns the records that a source listed in the output directory, by id.
fn listed(folder: &Path, source: &str) -> BTreeMap<String, Value> {
    let lines = lines(folder, &format!("{source}.advisories.jsonl"));
    let records = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.map(|record| (text(&record, "id").to_owned(), record)).collect()
}

/// Collects offline, and returns what was printed. Every run needs a new folder for its output, but not
/// for the demo world.
fn collect(folder: &Path, arguments: &[&str], code: i32) -> String {
    let _ = fs::remove_dir_all(folder.join("data"));
    let output = run(folder, &[&["collect", "--offline"], arguments].concat());
    let printed = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {printed}");
    printed
}

/// Collects a few samples of one source.
fn collect_source(folder: &Path, source: &str, filter: &[&str], code: i32) -> String {
    let target = format!("--{source}-samples=5");
    collect(folder, &[&["--collectors", source, &target], filter].concat(), code)
}

#[test]
fn each_filter_gives_what_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    for source in SOURCES {
        collect_source(folder.path(), source, &[], 0);
        let everything = listed(folder.path(), source);
        for (_, filter, fits) in FILTERS.iter().filter(|(of, ..)| *of == source) {
            collect_source(folder.path(), source, filter, 0);
            let mut expected = everything.clone();
            expected.retain(|_, record| fits(record));
            assert!(!expected.is_empty(), "{filter:?}");
            let records = listed(folder.path(), source);
            assert!(records == expected, "{filter:?}: {} of {}", records.len(), expected.len());
            assert!(!lines(folder.path(), "samples.jsonl").is_empty(), "{filter:?}");
        }
    }
}

#[test]
fn a_filter_that_nothing_fits_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (source, filter) in EMPTY_FILTERS {
        let printed = collect_source(folder.path(), source, filter, 4);
        assert!(printed.contains("nothing fits these settings"), "{filter:?}: {printed}");
        assert!(listed(folder.path(), source).is_empty(), "{filter:?}");
    }
    let printed = collect_source(folder.path(), "osv", &["--osv-ecosystems", "Linux", "Go"], 0);
    assert!(
        printed.contains("none fits the filter (ecosystem \"Linux\")") && !printed.contains("\"Go\""),
        "{printed}"
    );
}

#[test]
fn every_filter_of_the_help_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let help = stdout(&run(folder.path(), &["collect", "--help"]));
    let arguments = FILTERS.iter().flat_map(|(_, arguments, _)| *arguments);
    let tried: BTreeSet<&str> = arguments.copied().filter(|argument| argument.starts_with("--")).collect();
    let mut flags = BTreeSet::from(["--since"]);
    for source in SOURCES {
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
    let flags: Vec<&str> = FILTERS.iter().map(|(_, arguments, _)| arguments[0]).collect();
    let commands = readme.lines().filter_map(|line| line.strip_prefix("$ streamguard collect "));
    let mut tried = 0;
    for command in commands.filter(|command| flags.iter().any(|flag| command.contains(flag))) {
        let mut arguments: Vec<&str> = command.split(" #").next().unwrap().split_whitespace().collect();
        // The demo world has its own repositories in place of those that are named.
        if let Some(start) = arguments.iter().position(|argument| *argument == "--repo") {
            let length = arguments[start + 1..].iter().take_while(|value| !value.starts_with("--")).count();
            arguments.drain(start..=start + length);
        }
        collect(folder.path(), &arguments, 0);
        tried += 1;
    }
    assert!(tried >= 2, "{tried} commands");
    // All of them at once, as from a file of settings.
    let settings = "[cve]\nkeywords = [\"injection\"]\ncwes = [\"CWE-89\"]\n\
                    [github]\necosystems = [\"PIP\"]\nseverities = [\"HIGH\", \"CRITICAL\"]\n\
                    [osv]\nosv-ecosystems = [\"PyPI\", \"Go\"]\n[repo]\nsince = \"2020-01-01\"\n";
    fs::write(folder.path().join("streamguard.toml"), settings).unwrap();
    collect(folder.path(), &["--collectors", "cve", "github", "osv", "repo"], 0);
    for source in SOURCES {
        assert!(!listed(folder.path(), source).is_empty(), "{source}");
    }
}
