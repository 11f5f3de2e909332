//! Variants of functions that mean the same.

use streamguard_code::{VariantKind, VariantMaker};
use streamguard_dataset::Language;

fn renamed(language: Language, text: &str) -> Option<String> {
    VariantMaker::new().vary(VariantKind::RenamedLocals, language, text, 7)
}

fn reformatted(language: Language, text: &str, seed: u64) -> Option<String> {
    VariantMaker::new().vary(VariantKind::Reformatted, language, text, seed)
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word)
}

#[test]
fn locals_get_other_names_and_what_others_see_stays() {
    let cases = [
        (
            Language::C,
            "static int take(struct box *b, int n) {\n  static int calls;\n  char *at = b->at;\n  calls++;\n  /* n */\n  return put(at, n, b->n);\n}\n",
            // `n` is a member as well, but in its place the parser sees no variable.
            vec!["take", "box", "calls", "put"],
            vec!["b"],
        ),
        (
            Language::Python,
            "def take(rows, limit=3):\n    global seen\n    seen = 1\n    found = rows.found\n    size = len(rows)\n    return put(size, size=size)\n",
            vec!["take", "rows", "limit", "seen", "found", "put"],
            vec![],
        ),
        (
            Language::Python,
            "def take(rows, limit=3):\n    limit = limit or 10\n    found = rows[0]\n    other = rows[1]\n    return f\"{found}\", other\n",
            vec!["take", "rows", "limit", "found"],
            vec!["other"],
        ),
        (
            Language::JavaScript,
            "function take(row) { const found = row.a, other = row.b; return `${found}` + other; }",
            vec!["take", "found"],
            vec!["other"],
        ),
        (
            Language::Java,
            "int take(String text) { int n = text.length(); for (int i = 0; i < n; i++) { put(i, this.text); } return n; }",
            vec!["take", "length", "put", "text"],
            vec!["n", "i"],
        ),
        (
            Language::JavaScript,
            "function take(rows, key) { const found = rows.map((row) => row.key); let n = found.length; return { n, all: found }; }",
            vec!["take", "map", "key", "length", "n", "all"],
            vec!["rows", "found"],
        ),
        (
            Language::Go,
            "func take(rows []int) Options { limit := len(rows); n := limit; return Options{limit: n} }",
            vec!["take", "len", "limit", "Options"],
            vec!["rows", "n"],
        ),
    ];
    for (language, text, kept, replaced) in cases {
        let variant = renamed(language, text);
        if replaced.is_empty() {
            // The only local is also the name of an argument.
            assert!(variant.is_none(), "{variant:?}");
            continue;
        }
        let variant = variant.unwrap_or_else(|| panic!("no variant of {text}"));
        assert_eq!(variant.lines().count(), text.lines().count());
        kept.iter().for_each(|word| assert!(has_word(&variant, word), "{word} is gone: {variant}"));
        replaced.iter().for_each(|word| assert!(!has_word(&variant, word), "{word} is there: {variant}"));
    }
}

#[test]
fn both_sides_of_a_fix_get_the_same_names() {
    let before = "int take(int count) {\n  int sum = count * 2;\n  return get(sum);\n}\n";
    let after = before.replace("  return", "  if (sum > 9) return 0;\n  return");
    let (before, after) = (renamed(Language::C, before).unwrap(), renamed(Language::C, &after).unwrap());
    let lines: Vec<&str> = before.lines().collect();
    assert!(lines.iter().all(|line| after.lines().any(|other| other == *line)), "{before}\n{after}");
}

#[test]
fn what_a_macro_may_see_keeps_its_name() {
    let text = "int take(int a) {\n#define TWICE (a + a)\n  int b = TWICE;\n  return b;\n}\n";
    let variant = renamed(Language::C, text).unwrap();
    assert!(has_word(&variant, "a") && !has_word(&variant, "b"), "{variant}");
}

#[test]
fn another_layout_has_the_same_tokens() {
    let text =
        "int take(int a) {\n    if (a) {\n\n        put(\"  {\\n\");\n    }\n    return a; // one  two\n}\n";
    let mut layouts = std::collections::BTreeSet::new();
    for seed in 0..3 {
        for braces in [0, 256] {
            let variant = reformatted(Language::C, text, seed + braces).unwrap();
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&variant), words(text));
            assert!(variant.contains("\"  {\\n\"") && variant.contains("// one  two"), "{variant}");
            assert_eq!(variant.contains(")\n"), braces > 0, "{variant}");
            layouts.insert(variant);
        }
    }
    assert_eq!(layouts.len(), 6);
    let python = "def f(a):\n    if a:\n        return \"\"\"x\n    y\"\"\"\n    return 0\n";
    let variant = reformatted(Language::Python, python, 0).unwrap();
    assert!(variant.contains("\n  if a:\n    return \"\"\"x\n    y\"\"\"\n"), "{variant}");
}

#[test]
fn what_the_parser_does_not_understand_has_no_variant() {
    for kind in [VariantKind::RenamedLocals, VariantKind::Reformatted] {
        let broken = "int f(int a) {\n  int b = (a;\n  return b;\n}\n";
        assert_eq!(VariantMaker::new().vary(kind, Language::C, broken, 1), None);
        assert_eq!(VariantMaker::new().vary(kind, Language::Sql, "select 1", 1), None);
    }
}
