//! Copies of a function, as other projects have them.

use streamguard_scan::{FileScanner, Verdict};

use super::{BEFORE, fixed, index, sample};

/// Returns the verdict on each function of a text about the one known fix.
fn verdicts(text: &str) -> Vec<Verdict> {
    let index = index(&[sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z")]);
    let found = FileScanner::new(&index).scan("vendor/copy.c", text.as_bytes());
    let unfiltered = FileScanner::new(&index).with_prefilter(false).scan("vendor/copy.c", text.as_bytes());
    assert_eq!(found.findings, unfiltered.findings, "the prefilter loses nothing");
    assert!(unfiltered.parsed);
    found.findings.iter().map(|finding| finding.verdict).collect()
}

#[test]
fn planted_copies_are_told_from_fixed_ones() {
    let reformatted = BEFORE.replace("\n  ", "\n\t/* kept; { */ ").replace(" = ", "=");
    let renamed = BEFORE.replace("read_record", "vendor_read");
    let rewritten = BEFORE.replace("in->offset += length", "advance(in, length)");
    for vulnerable in [BEFORE, &reformatted, &renamed, &rewritten] {
        assert_eq!(verdicts(vulnerable), [Verdict::Vulnerable], "{vulnerable}");
    }
    // The fix only inserts: where it would stand, other code is not evidence.
    let beside = BEFORE.replace("  log_record(kind, length);\n", "  trace(length);\n");
    assert_eq!(verdicts(&beside), [Verdict::Unclear]);
    let backported = fixed().replace("  log_record(kind, length);\n", "");
    for sound in [&fixed(), &backported] {
        assert_eq!(verdicts(sound), [Verdict::Fixed], "{sound}");
    }
    let other = "int main(int argc, char **argv)\n{\n  int length;\n  int kind;\n  run(argc);\n  print(argv[0]);\n  wait_for(argc);\n  return 0;\n}\n";
    assert_eq!(verdicts(other), []);
}

#[test]
fn a_copy_among_broken_code_is_found() {
    let text = format!("MACRO((int a)\n#define B(x) {{ \\\n  x\nint c = 'd;\n}}\n{BEFORE}\nint b(");
    assert_eq!(verdicts(&text), [Verdict::Vulnerable]);
}

#[test]
fn later_versions_have_the_earlier_fixes() {
    // The later version replaced what the first fix added.
    let later = fixed().replace("if (length > in->limit)\n    return -1;", "check(length, in);");
    let newest = later.replace("return kind;", "in->kind = kind;\n  return kind;");
    let index = index(&[
        sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z"),
        sample(&later, &newest, "CVE-2021-1", "2021-01-01T00:00:00Z"),
    ]);
    let found = FileScanner::new(&index).scan("a.c", later.as_bytes()).findings;
    let vulnerable = found.iter().filter(|finding| finding.verdict == Verdict::Vulnerable);
    let ids: Vec<_> = vulnerable.map(|finding| finding.fix.advisories[0].as_str()).collect();
    assert_eq!(ids, ["CVE-2021-1"]);
}

#[test]
fn a_sibling_of_the_fixed_function_is_not_called_vulnerable() {
    let sibling = BEFORE
        .replace("read_record", "read_list")
        .replace("log_record(kind, length);", "log_record(kind, length);\n  begin(in);")
        .replace("copy_bytes(out, in->data, length)", "copy_list(out, in)");
    let renamed_copy = BEFORE.replace("read_record", "vendor_read");
    let index = index(&[sample(BEFORE, &with_other_length(), "CVE-2020-1", "2020-01-01T00:00:00Z")]);
    let vulnerable = |text: &str| {
        let found = FileScanner::new(&index).scan("vendor/copy.c", text.as_bytes()).findings;
        let found = found.into_iter().filter(|finding| finding.verdict == Verdict::Vulnerable);
        found.map(|finding| finding.function).collect::<Vec<_>>()
    };
    assert_eq!(vulnerable(&sibling), ["read_list"], "it stands alone, as a copy would");
    assert_eq!(vulnerable(&format!("{BEFORE}{sibling}")), ["read_record"]);
    assert_eq!(vulnerable(&format!("{}{sibling}", with_other_length())), Vec::<String>::new());
    assert_eq!(vulnerable(&format!("{BEFORE}{renamed_copy}")).len(), 2, "alike but for its name");
}

/// Returns the code after a fix that changes a statement.
fn with_other_length() -> String {
    BEFORE.replace("in->offset += length", "in->offset = bounded(in, length)")
}
