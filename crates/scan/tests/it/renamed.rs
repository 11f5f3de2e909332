//! Second tier: copies whose variables have other names.

use streamguard_scan::{
    FileScanner, Finding, Grade, IndexError, Signature, SignatureIndex, StatementReader, Verdict,
    build_with_renamed,
};

use super::{BEFORE, fixed, index_bytes, sample};

/// A function whose fix replaces a statement.
const COPY: &str = "static int append_name(struct names *list, const char *name, size_t room)\n{\n  size_t used = strlen(list->text);\n  if (list->count >= MAX_NAMES)\n    return -1;\n  list->last = list->text + used;\n  strcpy(list->last, name);\n  list->count++;\n  notify_readers(list);\n  update_digest(list->digest, name);\n  return 0;\n}\n";

fn index(pairs: &[(&str, &str)]) -> SignatureIndex {
    let samples: Vec<_> = pairs
        .iter()
        .enumerate()
        .map(|(number, (before, after))| {
            sample(before, after, &format!("CVE-2020-{number}"), "2020-01-01T00:00:00Z")
        })
        .collect();
    let mut exact = StatementReader::default();
    let mut renamed = StatementReader::renamed();
    let bytes = build_with_renamed(
        samples.iter().filter_map(|sample| Signature::of(sample, &mut exact, false)).collect(),
        samples.iter().filter_map(|sample| Signature::renamed(sample, &mut renamed)).collect(),
    );
    SignatureIndex::from_bytes_with_renamed(&bytes).expect("an index")
}

fn found(index: &SignatureIndex, text: &str) -> Vec<Finding> {
    let found = FileScanner::new(index).scan("vendor/copy.c", text.as_bytes());
    let unfiltered = FileScanner::new(index).with_prefilter(false).scan("vendor/copy.c", text.as_bytes());
    assert_eq!(found.findings, unfiltered.findings, "the prefilter loses nothing");
    found.findings
}

fn safe_copy() -> String {
    COPY.replace("strcpy(list->last, name)", "strlcpy(list->last, name, room - used)")
}

/// Gives the variables of both functions other names.
fn with_other_names(code: &str) -> String {
    let names = [
        ("name,", "label,"),
        ("name)", "label)"),
        ("list", "l"),
        ("used", "have"),
        ("room", "max"),
        ("length", "n"),
        ("kind", "k"),
        ("out", "to"),
        ("in->", "s->"),
        ("(in)", "(s)"),
        ("*in,", "*s,"),
    ];
    // Names of functions that are called keep theirs.
    let called = [("next_length", "@1"), ("next_kind", "@2"), ("(in, ", "(s, ")];
    let text = called.iter().fold(code.to_owned(), |text, (from, to)| text.replace(from, to));
    let text = names.iter().fold(text, |text, (from, to)| text.replace(from, to));
    text.replace("@1", "next_length").replace("@2", "next_kind")
}

#[test]
fn a_copy_with_other_names_is_a_finding_of_low_grade() {
    let replaced = safe_copy();
    let inserted = fixed();
    let index = index(&[(COPY, &replaced), (BEFORE, &inserted)]);
    for code in [COPY, BEFORE] {
        let findings = found(&index, &with_other_names(code));
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((finding.verdict, finding.grade), (Verdict::Vulnerable, Grade::Low));
        assert!(finding.renamed && !finding.identical);
    }
    for code in [&replaced, &inserted] {
        assert_eq!(found(&index, &with_other_names(code)), [], "a fixed copy is not a finding");
    }
}

#[test]
fn a_copy_with_its_names_is_told_once_and_better() {
    let replaced = safe_copy();
    let findings = found(&index(&[(COPY, &replaced)]), COPY);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.grade, finding.renamed), (Grade::High, false));
}

#[test]
fn a_function_of_the_same_shape_that_calls_others_is_another_one() {
    let replaced = safe_copy();
    let other = COPY
        .replace("strlen", "width_of")
        .replace("strcpy", "draw_text")
        .replace("notify_readers", "flush_screen")
        .replace("update_digest", "move_cursor");
    assert_eq!(found(&index(&[(COPY, &replaced)]), &other), []);
}

#[test]
fn what_many_fixes_remove_tells_nothing() {
    // A hundred fixes of functions that are alike but for names: the removed statement is in all of them.
    let names: Vec<(String, String)> = (0..100)
        .map(|number| {
            (
                COPY.replace("list", &format!("list{number}")),
                safe_copy().replace("list", &format!("list{number}")),
            )
        })
        .collect();
    let pairs: Vec<(&str, &str)> =
        names.iter().map(|(before, after)| (before.as_str(), after.as_str())).collect();
    assert_eq!(found(&index(&pairs), &with_other_names(COPY)), []);
}

#[test]
fn an_index_without_the_second_tier_says_so() {
    let bytes = index_bytes(&[sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z")]);
    assert_eq!(SignatureIndex::from_bytes_with_renamed(&bytes).err(), Some(IndexError::NotRenamed));
}
