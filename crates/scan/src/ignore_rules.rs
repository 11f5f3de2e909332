//! Rules that leave parts of a tree out: those of `.ignore`, `.gitignore` and `.git/info/exclude`. The crate `ignore` applies
//! them, but would open whatever lies in the place of such a file: a pipe waits for ever, and a device has no end.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use streamguard_durable::read_regular;

/// Largest file of rules that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Rules of a folder, and of the folders around it.
pub(crate) struct IgnoreRules {
    outer: Option<Rc<Self>>,
    /// Its own, in the order of their precedence.
    own: [Gitignore; 3],
}

impl IgnoreRules {
    /// Returns the rules that hold for a folder, given by its path without links, before its own are read: git's for this user,
    /// and those of the folders around it.
    pub(crate) fn around(folder: &Path, faults: &mut Vec<String>) -> Rc<Self> {
        let (of_user, _) = Gitignore::global();
        let of_user = Rc::new(Self { outer: None, own: [Gitignore::empty(), Gitignore::empty(), of_user] });
        let mut around: Vec<&Path> = folder.ancestors().skip(1).collect();
        around.reverse();
        around.into_iter().fold(of_user, |outer, folder| outer.with_folder(folder, folder, faults))
    }

    /// Adds the rules of a folder in the one that these are of. Faults name it as `shown`.
    pub(crate) fn with_folder(
        self: Rc<Self>,
        folder: &Path,
        shown: &Path,
        faults: &mut Vec<String>,
    ) -> Rc<Self> {
        let exclude = git_folder(shown, faults).map(|git_folder| git_folder.join("info/exclude"));
        let files = [Some(shown.join(".ignore")), Some(shown.join(".gitignore")), exclude];
        let own = files.map(|file| {
            file.and_then(|file| read_rules(folder, &file, faults)).unwrap_or_else(Gitignore::empty)
        });
        match own.iter().all(Gitignore::is_empty) {
            true => self,
            false => Rc::new(Self { outer: Some(self), own }),
        }
    }

    /// Returns what the rules say of a path without links.
    pub(crate) fn matched(&self, path: &Path, is_folder: bool) -> Match<()> {
        for place in 0..self.own.len() {
            // The innermost folder decides.
            let mut rules = Some(self);
            while let Some(folder) = rules {
                match folder.own[place].matched(path, is_folder) {
                    Match::None => rules = folder.outer.as_deref(),
                    matched => return matched.map(|_| ()),
                }
            }
        }
        Match::None
    }
}

/// Returns the folder of git that has `info/exclude` for a folder: its `.git`, or what a file of that name leads to.
fn git_folder(folder: &Path, faults: &mut Vec<String>) -> Option<PathBuf> {
    let inner = folder.join(".git");
    if !inner.is_file() {
        return Some(inner);
    }
    let pointer = read_text(&inner, faults)?;
    let git_folder = folder.join(pointer.lines().next()?.strip_prefix("gitdir: ")?);
    let common = read_text(&git_folder.join("commondir"), faults)?;
    Some(git_folder.join(common.lines().next()?))
}

fn read_rules(folder: &Path, file: &Path, faults: &mut Vec<String>) -> Option<Gitignore> {
    let text = read_text(file, faults)?;
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{feff}').lines() {
        // As for git, a line that is not a pattern says nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().map_err(|error| faults.push(fault(file, &error))).ok()
}

/// Reads a file of a tree, if it is there.
fn read_text(file: &Path, faults: &mut Vec<String>) -> Option<String> {
    match read_regular(file, MAX_FILE_BYTES) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            if !matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
            ) {
                faults.push(fault(file, &error));
            }
            None
        }
    }
}

fn fault(file: &Path, error: &dyn std::error::Error) -> String {
    format!("{}: its rules do not count: {error}", file.display())
}
