//! URLs as they stand in texts: with what is around them, several at once, and their keys.

use streamguard_fixes::reference::{parse, parse_all, repository_key};

use super::hosts::{A, B, check, check_none, shown};

#[test]
fn addresses_of_packages_and_parents_in_comparisons() {
    let long = A.repeat(2)[..64].to_owned();
    check(&[
        ("git://github.com/o/r.git#{A}", "github.com/o/r", "commit A"),
        ("https://git.example.org/o/r.git#{A}", "git.example.org/o/r", "commit A"),
        ("https://github.com/o/r/compare/{A}^...{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/compare/{A}~1..{A}.diff", "github.com/o/r", "commit A"),
        ("https://patch-diff.githubusercontent.com/raw/o/r/commit/{A}.patch", "github.com/o/r", "commit A"),
        (
            &format!("https://codeberg.org/o/r/commit/{long}"),
            "codeberg.org/o/r",
            &format!("commit {}", long.replace(A, "A")),
        ),
    ]);
    check_none(&[
        "git://github.com/o/r.git#main",
        "git://github.com/o/r/commit/{A}",
        "https://github.com/o/r/compare/{A}^...{B}",
        "https://github.com/o/r#{A}",
    ]);
}

#[test]
fn what_texts_leave_around_a_url_is_no_part_of_it() {
    let url = format!("https://github.com/o/r/commit/{A}");
    for litter in [
        "\u{200b}", "!", "。", "”", "&quot;", "<br>", "%0A", " (fix)", "%20", "!!", "）。", "&gt;", "</a>",
        "%0D%0A", "\t", "|", "&#39;)",
    ] {
        let found = parse(&format!("{url}{litter}")).unwrap_or_else(|| panic!("{litter:?}"));
        assert_eq!(shown(&found.target), "commit A", "{litter:?}");
    }
    check(&[
        ("https://https://github.com/o/r/commit/{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/commit/%20{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/{A}", "github.com/o/r", "commit A"),
        (
            "https://sourceware.org/git/?p=glibc.git&amp;a=commit&amp;h={A}",
            "sourceware.org/git/glibc",
            "commit A",
        ),
    ]);
}

#[test]
fn a_text_may_hold_several_urls() {
    let (a, b) = (format!("https://github.com/o/r/commit/{A}"), format!("https://github.com/o/r/commit/{B}"));
    for text in [
        format!("{a}, {b}"),
        format!("{a};{b}"),
        format!("{a}{b}"),
        format!("see {a} (and {b})."),
        format!("{a} {b} {a} https://example.org/"),
    ] {
        let found: Vec<_> = parse_all(&text).iter().map(|pointer| shown(&pointer.target)).collect();
        assert_eq!(found, ["commit A", "commit B"], "{text}");
    }
    let archived = format!("https://web.archive.org/web/20200131000000/{a}");
    assert_eq!(parse_all(&archived).len(), 1);
    assert_eq!(parse_all(&format!("https://example.org/?url={a}")), []);
}

#[test]
fn keys_ignore_case_where_the_host_does() {
    let key = |url: &str| repository_key(&parse(&format!("{url}/commit/{A}")).unwrap().repository);
    assert_eq!(key("https://github.com/Pylons/Waitress"), "https://github.com/pylons/waitress");
    assert_eq!(key("https://gitlab.gnome.org/GNOME/glib"), "https://gitlab.gnome.org/gnome/glib");
    assert_eq!(key("https://git.example.org/A/B"), "https://git.example.org/A/B");
}
