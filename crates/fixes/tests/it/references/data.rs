//! All URLs in the recorded data: nearly every URL of a commit or pull request is parsed. The pattern for
//! such URLs is loose and independent of the parser.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use streamguard_fixes::reference::parse;

/// Pattern of URLs of commits and pull requests in git repositories. Those of Subversion and Mercurial
/// (`/changeset/`, `/rev/`) do not match.
const KINDS: &[(&str, &str)] = &[
    (
        "commit",
        r"(?i)/commits?/[0-9a-f]{7,}|commit.*[?&;]id=[0-9a-f]{7}|[;&?]a=commit(diff)?\b|(%3b)a=commit(diff)?\b|/commitdiff/|/\+/[0-9a-f]{7}|/ci/[0-9a-f]{7}|/c/[0-9a-f]{40}",
    ),
    ("pull", r"(?i)/pull/\d|/merge_requests/\d|/pull-requests?/\d"),
    ("compare", r"/compare/[^/]*\.\."),
];

static URL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"https?://[^\s"'<>`\\|{}\]]+"#).unwrap());

/// Collects all files below a folder, sorted.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Returns the content of a file, unpacked.
fn text(path: &Path) -> Option<String> {
    let unpacked = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).arg(path).output().ok()?;
        output.status.success().then_some(output.stdout)
    };
    let bytes = match path.extension()?.to_str()? {
        "zip" => unpacked("unzip", &["-p"])?,
        "gz" => unpacked("gzip", &["-dc"])?,
        _ => std::fs::read(path).ok()?,
    };
    Some(String::from_utf8_lossy(&bytes).replace("\\/", "/").replace("\\u0026", "&"))
}

#[test]
fn the_urls_of_the_data_are_parsed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let mut paths = Vec::new();
    for source in ["nvd", "ghsa", "osv", "exploitdb", "git"] {
        files(&data.join(source), &mut paths);
    }
    let (mut urls, mut unreadable) = (BTreeSet::new(), Vec::new());
    for path in &paths {
        match text(path) {
            Some(text) => urls.extend(URL.find_iter(&text).map(|url| url.as_str().to_owned())),
            None => unreadable.push(path),
        }
    }
    let mut err = std::io::stderr();
    if urls.is_empty() || !unreadable.is_empty() {
        let _ = writeln!(err, "SKIPPED: no data in {}, or no unzip and gzip: {unreadable:?}", data.display());
        return;
    }
    let kinds: Vec<(&str, Regex)> =
        KINDS.iter().map(|(kind, pattern)| (*kind, Regex::new(pattern).unwrap())).collect();
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for url in urls.iter().filter(|url| !url.contains("://gist.")) {
        let Some((kind, _)) = kinds.iter().find(|(_, pattern)| pattern.is_match(url)) else { continue };
        let (all, understood) = counts.entry(kind).or_default();
        *all += 1;
        match parse(url) {
            Some(_) => *understood += 1,
            None => {
                let _ = writeln!(err, "not understood: {kind} {}", url.escape_debug());
            }
        }
    }
    let _ = writeln!(err, "{} URLs; by kind, all and understood: {counts:?}", urls.len());
    let (all, understood) = counts.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    assert!(all > 9_000, "{all}");
    assert!(understood * 1_000 >= all * 995, "{understood} of {all}");
}
