//! Exact duplicates.

use streamguard_dataset::{DuplicateFilter, Sample, SampleKind, SampleLevel};

fn sample(kind: SampleKind, vulnerable: Option<&str>, fixed: Option<&str>) -> Sample {
    let mut sample = Sample::new("repo", kind, SampleLevel::Function);
    sample.vulnerable_code = vulnerable.map(str::to_owned);
    sample.fixed_code = fixed.map(str::to_owned);
    sample
}

fn pair(vulnerable: &str, fixed: &str) -> Sample {
    sample(SampleKind::Pair, Some(vulnerable), Some(fixed))
}

#[test]
fn white_space_makes_no_difference() {
    let mut seen = DuplicateFilter::new();
    assert!(seen.insert(&pair("a b\nc", "x")));
    for same in [
        "a b\nc",
        "a b\r\nc",
        " a\tb c ",
        "a  b\n\n\nc\n",
        "a\u{b}b\u{c}c",
        "\u{a0}a\u{85}b\u{3000}c",
        "a\u{1680}b\u{2000}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}c",
    ] {
        assert!(!seen.insert(&pair(same, "x")), "{same:?}");
    }
    for other in
        ["ab c", "a b cd", "a b", "", "a\u{200b}b c", "a\0b c", "A b c", "a\u{1c}b c", "a\u{feff}b c"]
    {
        assert!(seen.insert(&pair(other, "x")), "{other:?}");
    }
}

#[test]
fn kinds_and_sides_are_kept_apart() {
    let different = [
        pair("a", "b"),
        pair("b", "a"),
        pair("a b", ""),
        pair("", "a b"),
        sample(SampleKind::Pair, Some("a b"), None),
        sample(SampleKind::Pair, None, Some("a b")),
        sample(SampleKind::Pair, None, None),
        pair("", ""),
        sample(SampleKind::Vulnerable, Some("a"), Some("b")),
        sample(SampleKind::Vulnerable, Some("a"), None),
        sample(SampleKind::Fixed, Some("a"), None),
        sample(SampleKind::Exploit, Some("a"), None),
        pair("a text", "b"),
        pair("a none", "b"),
        pair("text", "none"),
    ];
    let mut seen = DuplicateFilter::new();
    assert!(seen.is_empty());
    assert!(different.iter().all(|sample| seen.insert(sample)));
    assert!(different.iter().all(|sample| !seen.insert(sample)));
    assert_eq!(seen.len(), different.len());
}

#[test]
fn only_the_code_counts() {
    let mut seen = DuplicateFilter::new();
    assert!(seen.insert(&pair("a", "b")));
    let mut other = pair("a", "b");
    (other.collector, other.level, other.repository) = ("cve".into(), SampleLevel::File, Some("x".into()));
    assert!(!seen.insert(&other));
}

#[test]
fn growing_tables_keep_all_keys() {
    let mut seen = DuplicateFilter::new();
    let numbered = |number: u32| sample(SampleKind::Exploit, Some(&number.to_string()), None);
    for number in 0..300_000 {
        assert!(seen.insert(&numbered(number)));
        assert!(!seen.insert(&numbered(number / 2)));
    }
    assert_eq!(seen.len(), 300_000);
}
