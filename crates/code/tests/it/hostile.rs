//! Hostile files: each is rejected or compared within a short time.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use streamguard_code::{FileChange, FileComparer, FileComparison};
use streamguard_dataset::{Language, Rejection};

/// Time after which work on one file counts as endless, on a machine however busy. It takes seconds.
const ENDLESS: Duration = Duration::from_secs(600);

/// One file name per grammar.
const PATHS: &[&str] = &[
    "a.py", "a.js", "a.ts", "a.tsx", "A.java", "a.c", "a.cpp", "a.go", "a.php", "a.rb", "a.rs", "a.cs",
    "a.h", "a.dart", "a.kt", "a.lua", "a.scala", "a.sol", "a.swift", "a.vue", "a.y",
];

fn run(path: &str, before: &[u8], after: &[u8]) -> Result<FileComparison, Rejection> {
    let started = Instant::now();
    let change = FileChange { path_before: Some(path), path_after: Some(path), before, after };
    let found = FileComparer::new().compare(&change);
    assert!(started.elapsed() < ENDLESS, "{path} took {:?}", started.elapsed());
    found
}

/// Runs `work` with a small stack, on which deep recursion overflows.
fn with_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(work).expect("a thread");
    thread.join().expect("no overflow, no panic");
}

#[test]
fn survives_nested_brackets() {
    with_small_stack(|| {
        let mut text = String::from("x = ");
        for row in 0..2_000 {
            text.push_str(&"[".repeat(100));
            text.push_str(if row % 2 == 0 { "\n" } else { "\n\n" });
        }
        let other = text.replacen("[[", "[ [", 5);
        for path in PATHS {
            let _ = run(path, text.as_bytes(), other.as_bytes());
        }
    });
}

#[test]
fn survives_readings_that_are_merged_at_any_depth() {
    with_small_stack(|| {
        for repeated in ["-{", "{*"] {
            let text = format!("{}\n", repeated.repeat(39)).repeat(1_500);
            let _ = run("a.c", text.as_bytes(), format!("{text}x\n").as_bytes());
        }
    });
}

/// Ordered pairs of these characters, alone and after a name, in every grammar. `cargo xtask attack-code` measures
/// them all, in files of up to 1 MB.
#[test]
fn repetitions_of_a_few_characters_end() {
    const CHARACTERS: [&str; 12] = ["=", ">", "~", "-", ",", "&", "(", "{", "<", ":", "\"", "*"];
    let pairs = CHARACTERS.iter().flat_map(|first| CHARACTERS.iter().map(move |second| [*first, *second]));
    let pairs: Vec<String> =
        pairs.filter(|[first, second]| first != second).map(|pair| pair.concat()).collect();
    let repeated = pairs.iter().cloned().chain(pairs.iter().map(|pair| format!("a{pair}")));
    // One grammar each, in turn: all of them with all grammars take an hour.
    for (at, repeated) in repeated.enumerate() {
        let path = PATHS[at % PATHS.len()];
        let text = format!("{}\n", repeated.repeat(20)).repeat(5_000 / 20 / repeated.len());
        let _ = run(path, text.as_bytes(), format!("{text}x\n").as_bytes());
    }
}

#[test]
fn survives_nested_functions() {
    with_small_stack(|| {
        let nested =
            |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
        let cases = [
            ("a.js", nested("function abcdefghijklmnopqrstuvwxyz() {\n", "}\n", 10_000)),
            ("a.js", nested("it('x', () => {\n", "});\n", 10_000)),
            ("a.js", format!("x{}", "\n.then(function () { a(); })".repeat(10_000))),
            ("a.rs", nested("mod abcdefghijklmnopqrstuvwxyz { fn f() {\n", "}}\n", 8_000)),
            ("A.java", nested("class A { void f() {\n", "}}\n", 8_000)),
            ("a.cpp", nested("namespace abcdefghijklmnopqrstuvwxyz {\n", "}\n", 8_000)),
            ("a.rb", nested("def a\n", "end\n", 20_000)),
        ];
        for (path, text) in cases {
            let other = text.replace('\n', "\n ");
            let found = run(path, text.as_bytes(), other.as_bytes());
            if let Ok(found) = found {
                let size: usize = found
                    .changes
                    .iter()
                    .flat_map(|c| [&c.before, &c.after])
                    .flatten()
                    .map(|c| c.text.len())
                    .sum();
                assert!(size < 200 << 20, "{path}: {size} bytes");
            }
            let _ = run(path, b"", text.as_bytes());
        }
    });
}

#[test]
fn survives_many_functions_of_one_name() {
    let text = "int f(int a) {\n  return 1;\n}\n".repeat(10_000);
    let other = text.replace("return 1", "return 2");
    assert_eq!(run("a.c", text.as_bytes(), other.as_bytes()).expect("comparable").changes.len(), 10_000);
    let renamed: String = (0..10_000).map(|i| format!("int f{i}(int a) {{\n  return {i};\n}}\n")).collect();
    let _ = run("a.c", text.as_bytes(), renamed.as_bytes()).expect("comparable");
}

#[test]
fn survives_random_bytes() {
    // A linear congruential generator (Knuth's MMIX); any would do.
    let mut state = 1_u64;
    let mut bytes = |size: usize| -> Vec<u8> {
        (0..size)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((state >> 56) as u8).max(1)
            })
            .collect()
    };
    let (before, after, large) = (bytes(15_000), bytes(15_000), bytes(1 << 20));
    let long = ["a.cpp", "a.py"].map(|path| (path, &large));
    for (path, before) in PATHS.iter().map(|path| (*path, &before)).chain(long) {
        match run(path, before, &after) {
            Ok(found) => assert!(found.invalid_utf8),
            Err(rejection) => assert_eq!(rejection, Rejection::ParseFailed),
        }
    }
}

#[test]
fn rejects_files_that_are_not_source_code() {
    assert_eq!(run("a.py", b"a = 1\0\n", b"a = 2\n"), Err(Rejection::BinaryFile));
    assert_eq!(run("a.py", b"a = 1\n", b"a = 2\0\n"), Err(Rejection::BinaryFile));
    assert_eq!(run("a.js", b"a\n", &vec![b'a'; 5 << 20]), Err(Rejection::OversizedFile));
    assert_eq!(run("a.js", b"a\n", &vec![b'a'; 1 << 20]), Err(Rejection::MinifiedFile));
    assert_eq!(run("a.py", b"a\n", b"a\n"), Err(Rejection::Unchanged));
    assert_eq!(run("a.py", b"", b""), Err(Rejection::Unchanged));
    assert_eq!(run("a.xyz", b"a\n", b"b\n"), Err(Rejection::UnknownLanguage));
    let nowhere = FileChange { path_before: None, path_after: None, before: b"a", after: b"b" };
    assert_eq!(FileComparer::new().compare(&nowhere), Err(Rejection::UnknownLanguage));
}

#[test]
fn replaces_and_reports_bytes_that_are_not_utf8() {
    let found = run("a.py", b"def f():\n    return '\xff\xfe'\n", b"def f():\n    return '\xff!'\n")
        .expect("comparable");
    assert!(found.invalid_utf8);
    let change = &found.changes[0];
    assert_eq!(
        change.before.as_ref().map(|code| code.text.as_str()),
        Some("def f():\n    return '\u{fffd}\u{fffd}'")
    );
    assert!(!run("a.py", b"a = 1\n", b"a = 2\n").expect("comparable").invalid_utf8);
}

#[test]
fn survives_two_long_files_without_a_common_line() {
    let lines = |lead: char| (0..100_000).map(|i| format!("{lead}{}\n", i * 7 % 1000)).collect::<String>();
    let found = run("a.sql", lines('a').as_bytes(), lines('b').as_bytes()).expect("comparable");
    assert_eq!(found.language, Language::Sql);
    assert_eq!(found.changes.len(), 1);
}

#[test]
fn survives_half_a_million_lines_of_two_kinds() {
    let lines = |order: &str| order.repeat(80_000);
    let found =
        run("a.sql", lines("a\nb\nb\n").as_bytes(), lines("b\na\nb\n").as_bytes()).expect("comparable");
    assert!(!found.changes.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any two sequences of tokens compare without a panic, and always with the same result.
    #[test]
    fn survives_random_token_sequences(
        path in prop::sample::select(PATHS),
        before in prop::collection::vec(prop::sample::select(TOKENS), 0..60),
        after in prop::collection::vec(prop::sample::select(TOKENS), 0..60),
    ) {
        let (before, after) = (before.concat(), after.concat());
        let change = FileChange {
            path_before: Some(path), path_after: Some(path), before: before.as_bytes(), after: after.as_bytes(),
        };
        let mut comparer = FileComparer::new();
        let found = comparer.compare(&change);
        prop_assert_eq!(comparer.compare(&change), found);
    }
}

const TOKENS: &[&str] = &[
    "\n",
    "\r\n",
    "  ",
    "def f(a):\n",
    "class A",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    ":",
    "=",
    "=>",
    "\"",
    "'",
    "`",
    "//",
    "/*",
    "*/",
    "#",
    "<<~A\n",
    "A\n",
    "<?php ",
    "?>",
    "function f",
    "func (t *T) ",
    "fn f",
    "impl A for B ",
    "namespace a\\b",
    "const x = ",
    "x.y(",
    "@a\n",
    "#[a]\n",
    "template <",
    ">",
    "::",
    "~",
    "operator",
    "do |x|\n",
    "end\n",
    "return",
    "\u{feff}",
    "é",
    "\u{1F600}",
    "\\\n",
    "#if A\n",
    "#endif\n",
    "int f(",
    "public ",
    "get ",
    "\t",
];
