//! Samples side by side, hostile ones too.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use streamguard_dataset::{JsonlWriter, Language, ParquetWriter, Sample, SampleKind, SampleLevel};
use tempfile::TempDir;

use crate::{run, stderr, stdout, streamguard};

/// Makes a pair of functions with all fields.
fn pair(name: &str, language: Language, weakness: &str, cwe: &str) -> Sample {
    let mut sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
    let body: String = (1..=12).map(|n| format!("    step_{n}(name)\n")).collect();
    let code = |line: &str| Some(format!("def {name}(name):\n{body}    {line}\n    return None\n"));
    sample.language = Some(language);
    sample.vulnerable_code = code("query(\"SELECT \" + name)");
    sample.fixed_code = code("query(\"SELECT ?\", name)");
    sample.vulnerability_type = Some(weakness.to_owned());
    sample.cwes = vec![cwe.to_owned()];
    sample.description = Some("Text becomes part of a statement".to_owned());
    sample.repository = Some("https://host.test/shop.git".to_owned());
    sample.commit = Some("c0ffee".to_owned());
    sample.commit_message = Some("Quote names\n\nMore of it".to_owned());
    sample.path_before = Some("app/db.py".to_owned());
    sample.path_after = Some("app/store.py".to_owned());
    sample.function = Some(name.to_owned());
    (sample.start_line_before, sample.end_line_before) = (Some(101), Some(115));
    (sample.start_line_after, sample.end_line_after) = (Some(201), Some(215));
    sample.label_evidence = vec!["cwe".to_owned(), "message".to_owned()];
    sample.label_confidence = Some(0.9);
    sample.quality_flags = vec![streamguard_dataset::QualityFlag::Renamed];
    sample.with_id()
}

/// Makes a folder with a dataset in `data/raw`.
fn folder(samples: &[Sample]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("data/raw");
    std::fs::create_dir_all(&raw).unwrap();
    let mut jsonl = JsonlWriter::create(&raw.join("samples.jsonl")).unwrap();
    let mut parquet = ParquetWriter::create(&raw.join("samples.parquet")).unwrap();
    for sample in samples {
        jsonl.write(sample).unwrap();
        parquet.write(sample).unwrap();
    }
    jsonl.finish().unwrap();
    parquet.finish().unwrap();
    folder
}

fn three() -> TempDir {
    folder(&[
        pair("first", Language::Python, "sql_injection", "CWE-89"),
        pair("second", Language::Ruby, "sql_injection", "CWE-89"),
        pair("third", Language::Cpp, "xss", "CWE-79"),
    ])
}

/// Returns the output of the program, and its exit code.
fn show(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = run(folder, &[&["examples"], arguments].concat());
    assert_eq!(stderr(&output), "", "{arguments:?}");
    (stdout(&output), output.status.code().unwrap())
}

#[test]
fn the_sides_stand_beside_each_other() {
    let folder = three();
    let (text, code) = show(folder.path(), &["--width", "100", "-n", "1"]);
    assert_eq!(code, 0);
    for known in [
        "1. SQL injection",
        "Python function, pair",
        "CWE-89",
        "Text becomes part",
        "app/db.py:101-115, after the fix app/store.py:201-215",
        "https://host.test/shop.git",
        "c0ffee Quote names\n",
        "0.90 from cwe, message",
        "renamed",
        "More: streamguard examples data/raw -n 1 --skip 1",
    ] {
        assert!(text.contains(known), "{known}: {text}");
    }
    let row = |wanted: &str| {
        let row = text.lines().find(|line| line.contains(wanted)).expect(wanted);
        row.split_once('│').map(|(left, right)| (left.trim_end(), right)).expect("two columns")
    };
    assert_eq!(row("def"), ("101   def first(name):", " 201   def first(name):"));
    assert_eq!(row("..."), ("      ... 9 lines ...", "       ... 9 lines ..."));
    assert_eq!(
        row("SELECT"),
        ("114 -     query(\"SELECT \" + name)", " 214 +     query(\"SELECT ?\", name)")
    );
    assert!(!text.contains("step_9(") && text.contains("step_10("), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100 || line.starts_with("More")), "{text}");
}

#[test]
fn a_narrow_screen_has_one_column() {
    let folder = three();
    let (text, _) = show(folder.path(), &["--width", "60", "-n", "1"]);
    let at = |wanted: &str| text.lines().position(|line| line == wanted).unwrap_or_else(|| panic!("{text}"));
    let removed = at("114     -     query(\"SELECT \" + name)");
    assert_eq!(at("    214 +     query(\"SELECT ?\", name)"), removed + 1);
    assert_eq!(at("115 215       return None"), removed + 2);
    assert!(!text.contains('│'));
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
}

#[test]
fn long_lines_are_wrapped_and_not_cut() {
    let mut sample = pair("long", Language::Python, "xss", "CWE-79");
    let long: String = (0..200).map(|n| format!("{n}漢,")).collect();
    sample.vulnerable_code = Some(format!("a = [{long}]"));
    let folder = folder(&[sample.with_id()]);
    for width in ["40", "79", "80", "101"] {
        let (text, _) = show(folder.path(), &["--width", width]);
        let lines: Vec<&str> = text.lines().filter(|line| line.contains('漢')).collect();
        let columns = |line: &str| line.chars().map(|c| if c == '漢' { 2 } else { 1 }).sum::<usize>();
        assert!(lines.iter().all(|line| columns(line) <= width.parse().unwrap()), "{text}");
        let joined: String = lines.iter().flat_map(|line| line.split('│').next()).collect();
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        assert!(digits(&joined).ends_with(&digits(&long)), "{text}");
    }
}

#[test]
fn one_side_alone_has_one_column() {
    let mut sample = Sample::new("exploitdb", SampleKind::Exploit, SampleLevel::File);
    sample.vulnerable_code = Some("import os\nos.system('id')\n".to_owned());
    let mut fixed = pair("fixed", Language::Python, "xss", "CWE-79");
    fixed.kind = SampleKind::Fixed;
    fixed.vulnerable_code = None;
    let empty = Sample::new("cve", SampleKind::Vulnerable, SampleLevel::File);
    let folder = folder(&[sample.with_id(), fixed.with_id(), empty.with_id()]);
    let (text, _) = show(folder.path(), &[]);
    assert!(text.contains("1. Unknown weakness"), "{text}");
    assert!(text.contains("    exploit\n1   import os\n2   os.system('id')\n"), "{text}");
    assert!(text.contains("      fixed\n201   def fixed(name):\n"), "{text}");
    assert!(text.contains("no code"), "{text}");
    assert!(!text.contains('│'), "{text}");
}

#[test]
fn filters_choose() {
    let folder = three();
    for (arguments, names) in [
        (&["--type", "sql_injection"][..], &["first", "second"][..]),
        (&["--type", "SQL_Injection", "--language", "RUBY"], &["second"]),
        (&["--type", "cwe-79"], &["third"]),
        (&["--language", "c++"], &["third"]),
        (&["--language", "py"], &["first"]),
        (&["--collector", "Repo"], &["first", "second", "third"]),
        (&["--skip", "2"], &["third"]),
        (&["--type", "CWE-89", "--skip", "1", "-n", "1"], &["second"]),
    ] {
        let (text, code) = show(folder.path(), arguments);
        assert_eq!(code, 0);
        let shown: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("   function    ")).collect();
        assert_eq!(shown, names, "{arguments:?}");
    }
    let (text, _) = show(folder.path(), &["--type", "sql_injection"]);
    assert!(text.ends_with("Samples 1 to 2; of 3 looked at, 2 match. There are no more.\n"), "{text}");
    let (text, _) = show(folder.path(), &["--type", "CWE-89", "-n", "1"]);
    assert!(text.ends_with("More: streamguard examples data/raw --type CWE-89 -n 1 --skip 1\n"), "{text}");
}

#[test]
fn a_filter_without_a_match_lists_the_values() {
    let folder = three();
    for (arguments, told) in [
        (&["--type", "csrf"][..], "types in the dataset: sql_injection 2, xss 1"),
        (&["--type", "CWE-1"], "weaknesses in the dataset: CWE-89 2, CWE-79 1"),
        (&["--language", "rust"], "languages in the dataset: cpp 1, python 1, ruby 1"),
        (&["--collector", "cve"], "collectors in the dataset: repo 3"),
        (&["--type", "xss", "--language", "ruby"], "languages that the other filters leave: cpp 1"),
        (&["--skip", "3"], "Of 3 samples 3 match; --skip 3 leaves none."),
    ] {
        let (text, code) = show(folder.path(), arguments);
        assert_eq!(code, 4, "{arguments:?}");
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn both_files_give_the_same_text() {
    let folder = three();
    let raw = folder.path().join("data/raw");
    let text = |dataset: &str| show(folder.path(), &[dataset, "--color", "always", "-n", "5"]).0;
    let expected = text("data/raw");
    assert_eq!(text("data/raw/samples.jsonl"), expected);
    assert_eq!(text("data/raw/samples.parquet"), expected);
    std::fs::remove_file(raw.join("samples.jsonl")).unwrap();
    assert_eq!(text("data/raw"), expected);
}

/// Text of a hostile repository.
const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\0\u{8}\r\n\t\u{202e}gnp.exe\u{2066}\u{200b}\u{7f}";

fn hostile() -> TempDir {
    let mut sample = pair("hostile", Language::JavaScript, HOSTILE, HOSTILE);
    for text in [
        &mut sample.description,
        &mut sample.repository,
        &mut sample.commit,
        &mut sample.path_before,
        &mut sample.path_after,
        &mut sample.function,
    ] {
        *text = Some(HOSTILE.to_owned());
    }
    sample.commit_message = Some(format!("{HOSTILE}{}", "m".repeat(1_000_000)));
    sample.collector = HOSTILE.to_owned();
    sample.advisory_ids = vec![HOSTILE.to_owned(); 1000];
    sample.label_evidence = vec![HOSTILE.to_owned()];
    sample.start_line_before = Some(u32::MAX);
    sample.vulnerable_code = Some(format!("'{HOSTILE}'\n{HOSTILE}var a = {HOSTILE}1;\n\u{301}"));
    sample.fixed_code = Some(format!("'{HOSTILE}'\nvar a = 2;{HOSTILE}\n{}", "x\0".repeat(500_000)));
    folder(&[sample.with_id()])
}

#[test]
fn hostile_text_stays_text() {
    let folder = hostile();
    for width in ["40", "120"] {
        let (text, code) = show(folder.path(), &["--width", width, "--color", "never"]);
        assert_eq!(code, 0);
        let is_harmful =
            |c: char| (c.is_control() && c != '\n') || "\u{200b}\u{202e}\u{2066}\u{2028}\u{feff}".contains(c);
        assert_eq!(text.chars().find(|&c| is_harmful(c)), None);
        assert!(text.len() > 500_000 * "\\u{0}".len(), "something was cut");
        let (colored, _) = show(folder.path(), &["--width", width, "--color", "always"]);
        assert_eq!(without_colors(&colored), text);
        let (nothing, code) =
            show(folder.path(), &["--type", &HOSTILE.replace('\0', ""), "--language", "go"]);
        assert_eq!(code, 4);
        assert_eq!(nothing.chars().find(|&c| is_harmful(c)), None);
    }
}

/// Removes the escape sequences of colours. A style may take several of them, one behind the other.
fn without_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut clean = parts.next().unwrap().to_owned();
    let (mut open, mut is_new) = (false, false);
    for part in parts {
        let (rendition, rest) = part.split_once('m').unwrap();
        assert!(rendition.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{rendition:?}");
        assert!((rendition == "0") == open || is_new, "a colour that is not ended in its row");
        open = rendition != "0";
        is_new = open && rest.is_empty();
        assert!(!open || !rest.contains('\n'), "a colour that is not ended in its row");
        clean.push_str(rest);
    }
    assert!(!clean.contains('\u{1b}'));
    clean
}

#[test]
fn colours_follow_flags_and_variables() {
    let folder = three();
    let colored = |color: &str, no_color: &str| {
        let mut command = streamguard(folder.path());
        command.args(["examples", "--color", color]).env("NO_COLOR", no_color);
        stdout(&command.output().unwrap()).contains('\u{1b}')
    };
    assert!(colored("always", ""));
    assert!(colored("always", "1"));
    assert!(!colored("never", ""));
    assert!(!colored("auto", "1"));
    assert!(!colored("auto", ""), "this is not a terminal");
    let (text, _) = show(folder.path(), &["--color", "always", "-n", "1"]);
    for painted in [
        "\u{1b}[1m\u{1b}[31m114 -\u{1b}[0m",
        "\u{1b}[1m\u{1b}[32m214 +\u{1b}[0m",
        "\u{1b}[35mdef\u{1b}[0m",
        "\u{1b}[7m\u{1b}[32m?\",\u{1b}[0m",
    ] {
        assert!(text.contains(painted), "{painted:?}: {text:?}");
    }
}

#[test]
fn errors_name_the_remedy() {
    let folder = three();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "").unwrap();
    std::fs::write(folder.path().join("none.jsonl"), "").unwrap();
    let good = std::fs::read_to_string(folder.path().join("data/raw/samples.jsonl")).unwrap();
    let first = good.lines().next().unwrap();
    std::fs::write(folder.path().join("damaged.jsonl"), format!("{first}\n{{\"id\": 1}}\n{first}\n"))
        .unwrap();
    std::fs::write(folder.path().join("torn.jsonl"), format!("{first}\n{}", &first[..99])).unwrap();
    std::fs::write(folder.path().join("damaged.parquet"), "PAR1").unwrap();
    for (arguments, code, said) in [
        (&["missing"][..], 2, "streamguard collect --output-dir"),
        (&["missing.jsonl"], 2, "no such file"),
        (&["empty"], 2, "streamguard collect --output-dir empty"),
        (&["notes.txt"], 2, "a .jsonl or a .parquet file"),
        (&["damaged.jsonl"], 1, "damaged.jsonl, line 2: not a sample"),
        (&["torn.jsonl"], 1, "torn.jsonl, line 2: the file ends inside"),
        (&["damaged.parquet"], 1, "damaged.parquet"),
        (&["-n", "0"], 2, "--count"),
        (&["--width", "10"], 2, "--width"),
        (&["--color", "sometimes"], 2, "--color"),
    ] {
        let output = run(folder.path(), &[&["examples"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
    let (text, code) = show(folder.path(), &["none.jsonl"]);
    assert_eq!((text.as_str(), code), ("The dataset has no samples.\n", 4));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = hostile();
    let mut command = streamguard(folder.path());
    command.args(["examples", "-n", "9"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("1. "));
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}
