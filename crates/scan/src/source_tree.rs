//! Source files of a folder on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use streamguard_dataset::Language;

use crate::ignore_rules::IgnoreRules;

/// Appends the source files below a folder to `files`, without what is hidden or what rules leave out, and what cannot be
/// looked into to `faults`. Links are not followed: they lead out of the tree, or in a circle.
pub(crate) fn list_files(root: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<String>) {
    let absolute = match root.canonicalize() {
        Ok(absolute) => absolute,
        Err(error) => return faults.push(fault(root, &error)),
    };
    let around = IgnoreRules::around(&absolute, faults);
    // Paths below the root, with the rules of the folders around them.
    let mut folders = vec![(PathBuf::new(), around)];
    while let Some((folder, around)) = folders.pop() {
        let shown = root.join(&folder);
        let rules = around.with_folder(&absolute.join(&folder), &shown, faults);
        let entries = match fs::read_dir(&shown) {
            Ok(entries) => entries,
            Err(error) => {
                faults.push(fault(&shown, &error));
                continue;
            }
        };
        for entry in entries {
            let entry = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)));
            let (name, kind) = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    faults.push(fault(&shown, &error));
                    continue;
                }
            };
            let path = folder.join(&name);
            let name = name.to_string_lossy();
            // Most files of most trees are not source code: no rule is asked about them.
            if !(kind.is_dir() || kind.is_file() && Language::from_path(&name).is_some()) {
                continue;
            }
            match rules.matched(&absolute.join(&path), kind.is_dir()) {
                Match::Ignore(()) => {}
                Match::None if name.starts_with('.') => {}
                _ if kind.is_dir() => folders.push((path, Rc::clone(&rules))),
                _ => files.push(root.join(path)),
            }
        }
    }
}

fn fault(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
