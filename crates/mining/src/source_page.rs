//! Web pages that show a file of a repository at a commit.

use url::Url;

/// File at a commit, with the lines of a function.
pub(super) struct SourceLines<'a> {
    pub(super) commit: &'a str,
    pub(super) path: &'a str,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Returns the address of the page that shows these lines, on hosts whose addresses are known.
pub(super) fn source_page(repository: &str, lines: &SourceLines<'_>) -> Option<String> {
    let mut page = Url::parse(repository).ok().filter(|url| url.scheme() == "https")?;
    let SourceLines { commit, path, start, end } = *lines;
    let host = page.host_str()?.to_owned();
    // cgit serves the page below the name with its ending, all others below the name without.
    let is_cgit = host == "git.kernel.org";
    if !is_cgit && let Some(bare) = page.path().strip_suffix(".git").map(str::to_owned) {
        page.set_path(&bare);
    }
    let (between, fragment): (&[&str], _) = match &*host {
        "github.com" => (&["blob", commit], format!("L{start}-L{end}")),
        "codeberg.org" => (&["src", "commit", commit], format!("L{start}-L{end}")),
        "bitbucket.org" => (&["src", commit], format!("lines-{start}:{end}")),
        "git.kernel.org" => (&["tree"], format!("n{start}")),
        _ if host == "gitlab.com" || host.starts_with("gitlab.") => {
            (&["-", "blob", commit], format!("L{start}-{end}"))
        }
        _ if host.ends_with(".googlesource.com") => (&["+", commit], start.to_string()),
        _ => return None,
    };
    page.path_segments_mut().ok()?.pop_if_empty().extend(between).extend(path.split('/'));
    if is_cgit {
        page.query_pairs_mut().append_pair("id", commit);
    }
    page.set_fragment(Some(&fragment));
    Some(page.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(repository: &str, path: &str) -> Option<String> {
        source_page(repository, &SourceLines { commit: "c0ffee", path, start: 7, end: 19 })
    }

    #[test]
    fn each_host_has_its_own_form() {
        for (repository, expected) in [
            ("https://github.com/a/b", "https://github.com/a/b/blob/c0ffee/src/x.c#L7-L19"),
            ("https://github.com/a/b.git", "https://github.com/a/b/blob/c0ffee/src/x.c#L7-L19"),
            ("https://gitlab.com/g/h/b", "https://gitlab.com/g/h/b/-/blob/c0ffee/src/x.c#L7-19"),
            ("https://gitlab.gnome.org/a/b", "https://gitlab.gnome.org/a/b/-/blob/c0ffee/src/x.c#L7-19"),
            ("https://codeberg.org/a/b", "https://codeberg.org/a/b/src/commit/c0ffee/src/x.c#L7-L19"),
            ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/src/c0ffee/src/x.c#lines-7:19"),
            ("https://chromium.googlesource.com/a", "https://chromium.googlesource.com/a/+/c0ffee/src/x.c#7"),
            (
                "https://git.kernel.org/pub/scm/git/git.git",
                "https://git.kernel.org/pub/scm/git/git.git/tree/src/x.c?id=c0ffee#n7",
            ),
        ] {
            assert_eq!(page(repository, "src/x.c").as_deref(), Some(expected));
        }
        for unknown in ["https://git.example/a/b", "/srv/git/a", "ssh://git@github.com/a/b", "a"] {
            assert_eq!(page(unknown, "x.c"), None, "{unknown}");
        }
    }

    #[test]
    fn a_path_stays_a_path() {
        assert_eq!(
            page("https://github.com/a/b", "a b/50%#?.c").as_deref(),
            Some("https://github.com/a/b/blob/c0ffee/a%20b/50%25%23%3F.c#L7-L19")
        );
    }
}
