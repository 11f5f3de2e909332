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
        "\u{200b}",
        "!",
        "。",
        "”",
        "&quot;",
        "<br>",
        "%0A",
        " (fix)",
        "%20",
        "!!",
        "）。",
        "&gt;",
        "</a>",
        "%0D%0A",
        "\t",
        "|",
        "&#39;)",
        "\u{200e}",
        "（fix）",
        "【fix】",
        "\\n",
        "\\r\\nfix",
        "%20(fix)",
        "%20and%20more",
        "%3Cbr%3E",
        "%0Amore",
        "&amp;",
        "&rsquo;",
        "\">link</a>",
        "_",
        "~~",
        "](x)",
        "|fix",
        "'s",
        "’s",
        "—see",
        "·",
        "→",
        "«",
        "%23diff",
        "%3Fdiff",
        "-fix",
        ".html",
        "%EF%BC%89",
    ] {
        let found = parse(&format!("{url}{litter}")).unwrap_or_else(|| panic!("{litter:?}"));
        assert_eq!(shown(&found.target), "commit A", "{litter:?}");
    }
    check(&[
        ("https://github.com/o/r/commit/({A})", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/commit/`{A}`", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/commit/%22{A}%22", "github.com/o/r", "commit A"),
        ("https://github.com/o/\u{200b}r/commit\u{200b}/{A}", "github.com/o/r", "commit A"),
        ("https://github\u{200b}.com/o/r/commit/{A}", "github.com/o/r", "commit A"),
        ("hxxps://github[.]com/o/r/commit/{A}", "github.com/o/r", "commit A"),
        (
            "https://sourceware.org/git/?p=glibc.git%3Ba%3Dcommit%3Bh%3D{A}",
            "sourceware.org/git/glibc",
            "commit A",
        ),
        ("https://https://github.com/o/r/commit/{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/commit/%20{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/commit/%E2%80%8B{A}", "github.com/o/r", "commit A"),
        ("https://github.com./o/r/commit/{A}", "github.com/o/r", "commit A"),
        ("https://github.com/o/r/commit/8eba394（fix）", "github.com/o/r", "commit 8eba394"),
        ("https://github.com/o/r/pull/12](x)", "github.com/o/r", "pull 12"),
        ("https://github.com/o/r/pull/12_", "github.com/o/r", "pull 12"),
        ("https://github.com/o/r/compare/{A}...{B}）", "github.com/o/r", "compare A B"),
        (
            "https://www.google.com/url?q=https%3A%2F%2Fgithub.com/o/r/commit/{A}&sa=D",
            "github.com/o/r",
            "commit A",
        ),
        (
            "https://www.google.com/url?sa=t&url=https://github.com/o/r/commit/{A}",
            "github.com/o/r",
            "commit A",
        ),
        (
            "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fgit.busybox.net%2Fbusybox%2Fcommit%2F%3Fid%3D{A}&data=1",
            "git.busybox.net/busybox",
            "commit A",
        ),
        ("https://urldefense.com/v3/__https://github.com/o/r/commit/{A}__;!!x", "github.com/o/r", "commit A"),
        (
            "https://sourceware.org/git/?p=glibc.git&amp;a=commit&amp;h={A}",
            "sourceware.org/git/glibc",
            "commit A",
        ),
    ]);
}

#[test]
fn schemes_are_read_as_writers_type_them() {
    let place = format!("github.com/o/r/commit/{A}");
    for (before, after) in [
        ("HTTPS://", ""),
        ("Https://", ""),
        ("https:///", ""),
        ("https//", ""),
        ("http:/", ""),
        ("http://https//", ""),
        ("ttps://", ""),
        ("hhttps://", ""),
        ("", ""),
        ("www.", ""),
        ("//", ""),
        ("(", ") mends it"),
        ("url=https://", ""),
        ("see git+https://", " and url=https://example.org/"),
        ("Fix: ", "."),
    ] {
        let found = parse_all(&format!("{before}{place}{after}"));
        let found: Vec<_> =
            found.iter().map(|pointer| (&*pointer.repository, shown(&pointer.target))).collect();
        assert_eq!(found, [("https://github.com/o/r", "commit A".to_owned())], "{before}{after}");
    }
    let encoded = format!("https://{place}").replace(':', "%3A").replace('/', "%2F");
    assert_eq!(parse_all(&encoded).len(), 1);
    assert_eq!(parse_all(&format!("https://{place}").replace('/', "\\/")).len(), 1);
    for scheme in ["ssh://", "ftp://", "file:///", "user@", "\u{ff47}"] {
        assert_eq!(parse_all(&format!("{scheme}{place}")), [], "{scheme}");
    }
}

#[test]
fn a_text_may_hold_several_urls() {
    let (a, b) = (format!("https://github.com/o/r/commit/{A}"), format!("https://github.com/o/r/commit/{B}"));
    for text in [
        format!("{a}, {b}"),
        format!("{a};{b}"),
        format!("{a}{b}"),
        format!("{a}\\n{b}"),
        format!("url={a} url={b}"),
        format!("see {a} (and {b})."),
        format!("{a} {b} {a} https://example.org/"),
        format!("{a}%20{b}"),
        format!("{a}%20and%20{b}"),
        format!("{a}/{b}"),
        format!("{a}+{b}"),
        format!("{a}={b}"),
        format!("{a}@{b}"),
        format!("https://web.archive.org/web/20200131000000/{a}/{b}"),
        format!("{} {}", a.replace("://", ":// "), b.replace("commit/", "commit/ ")),
    ] {
        let found: Vec<_> = parse_all(&text).iter().map(|pointer| shown(&pointer.target)).collect();
        assert_eq!(found, ["commit A", "commit B"], "{text}");
    }
    let archived = format!("https://web.archive.org/web/20200131000000/{a}");
    assert_eq!(parse_all(&archived).len(), 1);
    assert_eq!(parse_all("see https://github.com/o/r/commit/ or https://github.com/o/r/commit/ 8eba394"), []);
    assert_eq!(parse_all(&format!("https://example.org/?url={a}")), []);
    assert_eq!(parse_all(&format!("https://google.com.example.org/url?q={a}")), []);
}

#[test]
fn keys_ignore_case_where_the_host_does() {
    let key = |url: &str| repository_key(&parse(&format!("{url}/commit/{A}")).unwrap().repository);
    assert_eq!(key("https://github.com/Pylons/Waitress"), "https://github.com/pylons/waitress");
    assert_eq!(key("https://gitlab.gnome.org/GNOME/glib"), "https://gitlab.gnome.org/gnome/glib");
    assert_eq!(key("https://git.example.org/A/B"), "https://git.example.org/A/B");
}
