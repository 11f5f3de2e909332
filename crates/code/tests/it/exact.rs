//! The exact text of functions, to the byte.

use proptest::prelude::*;
use streamguard_code::{CodeSnippet, FileChange, FileComparer};
use streamguard_dataset::SampleLevel;

use super::{changes, compare};

fn after(path: &str, before: &str, after: &str) -> Vec<String> {
    let found = compare(path, before, after);
    found.changes.into_iter().filter_map(|change| change.after).map(|code| code.text).collect()
}

#[test]
fn decorators_belong_to_a_function_and_comments_before_it_do_not() {
    let old = "# Runs it.\n@app.route('/x')\n@login\ndef run():\n    return 1\n";
    let new = old.replace("return 1", "return 2");
    assert_eq!(after("a.py", old, &new), ["@app.route('/x')\n@login\ndef run():\n    return 2"]);
    let old = "/// Runs.\n#[inline]\n// Why.\n#[must_use]\npub fn run() -> u8 {\n    1\n}\n";
    let new = old.replace("    1\n", "    2\n");
    let text = "#[inline]\n// Why.\n#[must_use]\npub fn run() -> u8 {\n    2\n}";
    assert_eq!(after("a.rs", old, &new), [text]);
    let old = "class A {\n  /** Doc. */\n  @Get('/x')\n  run() {\n    return 1;\n  }\n}\n";
    let new = old.replace("return 1", "return 2");
    assert_eq!(after("a.ts", old, &new), ["@Get('/x')\n  run() {\n    return 2;\n  }"]);
}

#[test]
fn the_statement_around_an_assigned_function_belongs_to_it() {
    let old = "export const f = async () => {\n  return 1;\n};\n";
    let new = old.replace('1', "2");
    assert_eq!(after("a.js", old, &new), ["export const f = async () => {\n  return 2;\n};"]);
    let old = "const a = 1, f = function () {\n  return 1;\n};\n";
    let new = old.replace("return 1", "return 2");
    assert_eq!(after("a.js", old, &new), ["f = function () {\n  return 2;\n}"]);
}

#[test]
fn keeps_windows_line_ends() {
    let old = "def f():\r\n    return 1\r\n\r\ndef g():\r\n    return 1\r\n";
    let new = old.replacen("return 1", "return 2", 1);
    assert_eq!(after("a.py", old, &new), ["def f():\r\n    return 2"]);
    assert_eq!(changes("a.py", old, &new), ["f 1-2 -> 1-2 Code"]);
}

#[test]
fn accepts_a_byte_order_mark_and_a_missing_line_end() {
    let old = "\u{feff}int f() {\n  return 1;\n}\nint g() {\n  return 1;\n}";
    let new = old.replace("return 1", "return 2");
    assert_eq!(after("a.c", old, &new), ["int f() {\n  return 2;\n}", "int g() {\n  return 2;\n}"]);
    let ended = format!("{old}\n");
    assert_eq!(changes("a.c", old, &ended), [""; 0]);
}

#[test]
fn hunks_are_reported_only_if_no_function_changed() {
    let old = "import os\nLIMIT = 1\n\n\ndef f():\n    return 1\n";
    let outside = old.replace("LIMIT = 1", "LIMIT = 2");
    let found = compare("a.py", old, &outside);
    assert_eq!(found.changed_lines_outside, 2);
    assert_eq!(found.changes.len(), 1);
    let change = &found.changes[0];
    assert_eq!(change.level, SampleLevel::Hunk);
    let text = "import os\nLIMIT = 2\n\n\ndef f():".to_owned();
    assert_eq!(change.after, Some(CodeSnippet { text, start_line: 1, end_line: 5 }));
    let diff = change.line_diff();
    assert_eq!((diff.removed, diff.added), (vec!["LIMIT = 1"], vec!["LIMIT = 2"]));
    let both = outside.replace("return 1", "return 2");
    let found = compare("a.py", old, &both);
    assert_eq!(found.changed_lines_outside, 2);
    assert_eq!(found.changes[0].level, SampleLevel::Function);
}

#[test]
fn new_and_deleted_files_have_one_side() {
    let text = "def f():\n    return 1\n";
    assert_eq!(changes("a.py", "", text), ["f - -> 1-2 Code"]);
    assert_eq!(changes("a.py", text, ""), ["f 1-2 -> - Code"]);
    assert_eq!(changes("a.py", "", "X = 1\n"), ["(lines) - -> 1-1 Code"]);
}

#[test]
fn a_file_that_changed_its_language_is_compared_line_by_line() {
    let change = FileChange {
        path_before: Some("a.js"),
        path_after: Some("a.py"),
        before: b"function f() {}\n",
        after: b"def f():\n    pass\n",
    };
    let found = FileComparer::new().compare(&change).expect("comparable");
    assert_eq!(found.language.name(), "python");
    assert!(found.changes.iter().all(|change| change.level == SampleLevel::Hunk));
    let renamed = FileChange { path_before: Some("old/b.py"), before: b"def f():\n    return 1\n", ..change };
    let found = FileComparer::new().compare(&renamed).expect("comparable");
    assert_eq!(found.changes[0].name.as_deref(), Some("f"));
}

/// Files to edit at random, with their paths.
const FILES: &[(&str, &str)] = &[
    ("a.py", include_str!("cases/python.before.py")),
    ("a.js", include_str!("cases/javascript.before.js")),
    ("a.ts", include_str!("cases/typescript.before.ts")),
    ("a.java", include_str!("cases/java.before.java")),
    ("a.c", include_str!("cases/c.before.c")),
    ("a.cpp", include_str!("cases/cpp.before.cpp")),
    ("a.cs", include_str!("cases/csharp.before.cs")),
    ("a.go", include_str!("cases/go.before.go")),
    ("a.php", include_str!("cases/php.before.php")),
    ("a.rb", include_str!("cases/ruby.before.rb")),
    ("a.rs", include_str!("cases/rust.before.rs")),
    ("a.sh", include_str!("cases/shell.before.sh")),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// After any edit, the text of each change is in the file, from its first line to its last.
    #[test]
    fn texts_are_slices_of_the_file(
        file in 0..FILES.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8), 1..5),
    ) {
        let (path, before) = FILES[file];
        let mut lines: Vec<&str> = before.split_inclusive('\n').collect();
        for (at, other, kind) in &edits {
            if lines.is_empty() {
                break;
            }
            let (at, other) = (at.index(lines.len()), other.index(lines.len()));
            match kind {
                0 => { lines.remove(at); }
                1 => lines.insert(at, "    changed(\"ü\");\n"),
                2 => lines.swap(at, other),
                _ => { let line = lines[other]; lines.insert(at, line); }
            }
        }
        let after = lines.concat();
        let change = FileChange {
            path_before: Some(path), path_after: Some(path), before: before.as_bytes(), after: after.as_bytes(),
        };
        if let Ok(found) = FileComparer::new().compare(&change) {
            for change in &found.changes {
                for (code, text) in [(&change.before, before), (&change.after, &after)] {
                    let Some(code) = code else { continue };
                    let lines: Vec<&str> = text.split_inclusive('\n').collect();
                    let slice = lines[code.start_line as usize - 1..code.end_line as usize].concat();
                    prop_assert!(slice.contains(&code.text));
                    let slice = slice.strip_suffix('\n').unwrap_or(&slice);
                    prop_assert_eq!(slice.split('\n').count(), code.text.split('\n').count());
                }
            }
        }
    }
}
