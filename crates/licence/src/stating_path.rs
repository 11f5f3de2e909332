//! Names of files that state the licence of a repository.

/// Names, in upper case and without their ending, with which a file begins that holds the text of a licence.
const BEGINNINGS: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "UNLICENSE", "UNLICENCE"];

/// Parts of such names that speak of something else than the code of the repository.
const OTHERS: [&str; 12] = [
    "THIRD", "3RD", "VENDOR", "DEPEND", "BUNDLE", "FONT", "LOGO", "ARTWORK", "DOC", "HEADER", "TEMPLATE",
    "NOTICE",
];

/// Manifests that name the licence of the package, as an SPDX expression.
pub(crate) const MANIFESTS: [&str; 4] = ["Cargo.toml", "package.json", "composer.json", "pyproject.toml"];

/// Endings of source files: `license.go` is code about licences.
const SOURCE_ENDINGS: [&str; 14] =
    [".go", ".py", ".js", ".ts", ".c", ".h", ".cpp", ".rs", ".java", ".rb", ".php", ".cs", ".sh", ".html"];

/// Tells whether a path, relative to the root of a repository, is one of a file that may state its licence.
pub fn is_stating_path(path: &str) -> bool {
    is_text_path(path) || reuse_id(path).is_some() || MANIFESTS.contains(&path)
}

/// Tells whether a path is one of a file that holds the text of a licence.
pub(crate) fn is_text_path(path: &str) -> bool {
    if path.contains('/') || SOURCE_ENDINGS.iter().any(|ending| path.ends_with(ending)) {
        return false;
    }
    let name = path.to_ascii_uppercase();
    let named = BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || ["-LICENSE", "-LICENCE", "_LICENSE"].iter().any(|end| stem(&name).ends_with(end));
    named && !OTHERS.iter().any(|other| name.contains(other))
}

/// Returns the id that a file of a `LICENSES/` folder has as its name.
pub(crate) fn reuse_id(path: &str) -> Option<&str> {
    let name = path.strip_prefix("LICENSES/").filter(|name| !name.contains('/'))?;
    let id = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".md")).unwrap_or(name);
    spdx::license_id(id).map(|known| known.name)
}

/// Returns what follows in a name such as `LICENSE-MIT` or `LICENSE.Apache-2.0.txt`, in upper case, or an empty text.
pub(crate) fn name_suffix(path: &str) -> String {
    let name = path.to_ascii_uppercase();
    let rest = BEGINNINGS.iter().find_map(|beginning| name.strip_prefix(beginning)).unwrap_or_default();
    let rest = [".TXT", ".MD", ".RST"].iter().find_map(|ending| rest.strip_suffix(ending)).unwrap_or(rest);
    rest.trim_start_matches(['-', '_', '.']).to_owned()
}

fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_about_other_code_state_nothing() {
        for path in
            ["LICENSE", "LICENCE.md", "COPYING.LESSER", "LICENSE-MIT", "MIT-LICENSE.txt", "Cargo.toml"]
        {
            assert!(is_stating_path(path), "{path}");
        }
        for path in ["LICENSE-3RD-PARTY", "license.go", "src/LICENSE", "LICENSES/NOBODY.txt", "README.md"] {
            assert!(!is_stating_path(path), "{path}");
        }
    }
}
