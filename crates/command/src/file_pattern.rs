//! Files whose names match a pattern such as `logs/**/*.gz`.

use std::fs;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::input_list::{InputError, MAX_ROWS};

/// Signs that make a part of a path a pattern.
const PATTERN_SIGNS: [char; 4] = ['*', '?', '[', '{'];

/// Largest number of folders below one another.
const MAX_DEPTH: usize = 64;

/// Returns the files whose names match a pattern, relative to `folder`. As in a shell, `*` stops at a slash and leaves
/// out names with a dot in front; `**` stands for folders of any depth.
pub(crate) fn matching_files(pattern: &str, folder: &Path) -> Result<Vec<String>, InputError> {
    let wrong = |error: globset::Error| InputError::Invalid(format!("the pattern {pattern:?}: {error}"));
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(wrong)?;
    let parts: Vec<&str> = pattern.split('/').collect();
    let fixed = parts.iter().take_while(|part| !part.contains(PATTERN_SIGNS)).count();
    // Only folders that the pattern can reach are read.
    let depth = if pattern.contains("**") { MAX_DEPTH } else { parts.len() - fixed.min(parts.len()) };
    let base = parts[..fixed.min(parts.len() - 1)].join("/");
    let base = if base.is_empty() && pattern.starts_with('/') { "/".to_owned() } else { base };
    let mut walk = PatternWalk {
        folder,
        matcher: glob.compile_matcher(),
        shows_hidden: parts.iter().any(|part| part.starts_with('.') && part.len() > 2),
        found: Vec::new(),
    };
    walk.visit(&base, depth.max(1))?;
    match walk.found.is_empty() {
        true => Err(InputError::Invalid(format!("no file matches {pattern:?}"))),
        false => Ok(walk.found),
    }
}

struct PatternWalk<'a> {
    folder: &'a Path,
    matcher: GlobMatcher,
    shows_hidden: bool,
    found: Vec<String>,
}

impl PatternWalk<'_> {
    /// Collects what matches below a folder, whose path is relative.
    fn visit(&mut self, path: &str, depth: usize) -> Result<(), InputError> {
        let absolute = self.folder.join(path);
        let unreadable = |source| InputError::Unreadable { path: absolute.clone(), source };
        let here = if path.is_empty() { Path::new(".") } else { Path::new(path) };
        for entry in fs::read_dir(self.folder.join(here)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // A name that is not UTF-8 cannot stand in a plan, and no pattern, which is UTF-8, names it.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') && !self.shows_hidden {
                continue;
            }
            let below = match path {
                "" => name,
                "/" => format!("/{name}"),
                path => format!("{path}/{name}"),
            };
            // Links to folders are not followed: they could lead in a circle.
            if entry.file_type().map_err(unreadable)?.is_dir() {
                if depth > 1 {
                    self.visit(&below, depth - 1)?;
                }
            } else if self.matcher.is_match(&below) && !self.folder.join(&below).is_dir() {
                self.found.push(below);
            }
            if self.found.len() > MAX_ROWS {
                return Err(InputError::Invalid(format!("more than {MAX_ROWS} files match")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a.gz", "b.txt", "logs/c.gz", "logs/deep/d.gz", ".hidden.gz", "logs/.x.gz"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::create_dir(folder.path().join("folder.gz")).unwrap();
        let found = |pattern: &str| {
            let mut found = matching_files(pattern, folder.path()).unwrap();
            found.sort();
            found
        };
        assert_eq!(found("*.gz"), ["a.gz"]);
        assert_eq!(found("./*.gz"), ["./a.gz"]);
        assert_eq!(found("*/*.gz"), ["logs/c.gz"]);
        assert_eq!(found("**/*.gz"), ["a.gz", "logs/c.gz", "logs/deep/d.gz"]);
        assert_eq!(found("{a,b}.*"), ["a.gz", "b.txt"]);
        assert_eq!(found(".hid*"), [".hidden.gz"]);
        assert_eq!(found("b.txt"), ["b.txt"]);
        let absolute = format!("{}/logs/*.gz", folder.path().display());
        assert_eq!(found(&absolute), [absolute.replace('*', "c")]);
        for pattern in ["*.nothing", "a[", "absent/*"] {
            assert!(matching_files(pattern, folder.path()).is_err(), "{pattern}");
        }
    }
}
