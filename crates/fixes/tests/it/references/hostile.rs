//! URLs that must be refused, and properties of all accepted ones.

use proptest::prelude::*;
use streamguard_fixes::reference::{GitTarget, RepositoryPointer, parse, parse_all, repository_key};
use streamguard_git::RepositorySource;

const PAGE: &str = "commit/8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba";

#[test]
fn hostile_urls_are_refused() {
    let long = format!("https://github.com/o/r/{PAGE}?x={}", "a".repeat(2_000));
    assert_eq!(parse(&long), None);
    for url in [
        "",
        "https://",
        "https:///o/r/{}",
        "//github.com/o/r/{}",
        "github.com/o/r/{}",
        "ftp://github.com/o/r/{}",
        "file:///github.com/o/r/{}",
        "git://github.com/o/r/{}",
        "ssh://github.com/o/r/{}",
        "ext::https://github.com/o/r/{}",
        "javascript://github.com/o/r/{}",
        "https://user@github.com/o/r/{}",
        "https://user:secret@github.com/o/r/{}",
        "https://github.com@evil.example/o/r/{}",
        "https://github.com:8443/o/r/{}",
        "https://github.com:/o/r/{}",
        "https://github.com\\@evil.example/o/r/{}",
        "https://github.com%2Fo/r/x/{}",
        "https://%67ithub.com/o/r/{}",
        "https://gith\u{fc}b.com/o/r/{}",
        "https://g\u{456}thub.com/o/r/{}",
        "https://\u{ff47}ithub.com/o/r/{}",
        "https://xn--gthub-n4a.com/o/r/{}",
        "https://github.com../o/r/{}",
        "https://-github.com/o/r/{}",
        "https://localhost/o/r/{}",
        "https://git.localhost/o/r/{}",
        "https://git/o/r/{}",
        "https://127.0.0.1/o/r/{}",
        "https://2130706433/o/r/{}",
        "https://0x7f.1/o/r/{}",
        "https://[::1]/o/r/{}",
        "https://github.com/-o/r/{}",
        "https://github.com/o/r+/{}",
        "https://git+hub.com/o/r/{}",
        "https://github.com/o/--upload-pack=x/{}",
        "https://github.com/o/.git/{}",
        "https://github.com/.o/r/{}",
        "https://github.com/o/../r/{}",
        "https://github.com/o/%2e%2E/{}",
        "https://github.com/o/r/x/../{}",
        "https://github.com/o/r%2F..%2Fx/{}",
        "https://github.com/o/r%00/{}",
        "https://github.com/o/r\n/{}",
        "https://github.com/o/r%0a/{}",
        "https://github.com/o/r\u{202e}/{}",
        "https://github.com/o/r;ls/{}",
        "https://github.com/o/$(id)/{}",
        "https://github.com/o/r/releases/tag/--output=x",
        "https://github.com/o/r/compare/a...b%00",
        "https://github.com/o/r/compare/a..../../b",
        "https://github.com/o/r/releases/tag/%1b%5b2J",
    ] {
        let url = url.replace("{}", PAGE);
        assert_eq!(parse(&url), None, "{url:?}");
    }
}

/// Checks that the results, if there are any, may be cloned and shown.
fn check(url: &str) {
    parse(url).into_iter().chain(parse_all(url)).for_each(|pointer| check_pointer(url, &pointer));
}

fn check_pointer(url: &str, pointer: &RepositoryPointer) {
    let remote = Ok(RepositorySource::Remote { url: pointer.repository.clone() });
    assert_eq!(RepositorySource::parse(&pointer.repository), remote, "{url:?}");
    let is_id = |id: &str| id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_name =
        |name: &str| !name.is_empty() && !name.starts_with('-') && name.bytes().all(|b| b.is_ascii_graphic());
    assert!(match &pointer.target {
        GitTarget::Commit(id) => is_id(id) && matches!(id.len(), 7..=40 | 64),
        GitTarget::State(id) => is_id(id) && matches!(id.len(), 40 | 64),
        GitTarget::Review(change) => change.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        GitTarget::Pull(number) => *number > 0,
        GitTarget::Compare(old, new) => is_name(old) && is_name(new),
        GitTarget::Tag(name) => is_name(name),
    });
    assert_eq!(
        repository_key(&pointer.repository).to_ascii_lowercase(),
        pointer.repository.to_ascii_lowercase()
    );
}

/// Generates URLs of random pieces.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "/",
        "/",
        "/",
        "..",
        ".",
        "-",
        "+",
        "?",
        "&",
        ";",
        "#",
        "%",
        "%2e",
        "%3B",
        "%00",
        "=",
        ":",
        "@",
        "~",
        "^!",
        "o",
        "r.git",
        "commit",
        "commits",
        "pull",
        "pulls",
        "12",
        "files",
        "merge_requests",
        "compare",
        "a...b",
        "blob",
        "releases/tag",
        "v1.0",
        "cgit",
        "p=x.git",
        "a=commit",
        "h=",
        "id=",
        "projects",
        "repos",
        "ci",
        "c",
        "8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba",
        "8eba394",
        "\u{e9}",
        "\u{202e}",
        "\0",
        " ",
        "web",
        "http:",
    ]);
    let host = prop::sample::select(vec![
        "github.com",
        "api.github.com",
        "gitlab.com",
        "bitbucket.org",
        "git.kernel.org",
        "codeberg.org",
        "go.googlesource.com",
        "sourceforge.net",
        "pagure.io",
        "sourceware.org",
        "web.archive.org",
        "x.example",
        "\u{ff47}ithub.com",
        "127.0.0.1",
    ]);
    (host, prop::collection::vec(piece, 0..24))
        .prop_map(|(host, pieces)| format!("https://{host}/{}", pieces.concat()))
}

#[test]
fn long_texts_take_little_time() {
    for piece in ["https://", "http//", "https%3A%2F%2F", "https://a.b/+", "\u{200b}", "~~", "[", "/"] {
        let text = piece.repeat((1 << 20) / piece.len());
        assert_eq!(parse_all(&text), []);
        assert_eq!(parse_all(&format!("https://github.com/{text}")), []);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_url_may_be_cloned(url in pieces()) {
        check(&url);
    }

    #[test]
    fn any_text_is_parsed_or_refused(url in "\\PC{0,80}") {
        check(&url);
        check(&format!("https://{url}"));
        check(&format!("https://github.com/o/r/commit/{url}"));
    }
}
