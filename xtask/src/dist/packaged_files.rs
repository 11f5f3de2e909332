//! Files of an installation: the program, and what it says about itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{output_of, third_party};

/// Shells with the places of their completions, which all of Debian's shells look at.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/streamguard"),
    ("zsh", "share/zsh/vendor-completions/_streamguard"),
    ("fish", "share/fish/vendor_completions.d/streamguard.fish"),
];

/// Documents of the project that are installed.
const DOCUMENTS: [&str; 3] = ["CHANGELOG.md", "LICENSE", "README.md"];

/// File of an installation.
pub(super) struct PackagedFile {
    /// Path below the prefix, such as `/usr`.
    pub(super) path: String,
    /// Whether it can be run.
    pub(super) executable: bool,
    /// Content.
    pub(super) bytes: Vec<u8>,
}

impl PackagedFile {
    /// Returns the permissions.
    pub(super) fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// Returns the program with its completions, manual pages and documents, in the order of their paths.
pub(super) fn gather(root: &Path, program: &[u8]) -> Result<Vec<PackagedFile>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("streamguard");
    fs::write(&path, program)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    let file = |path: String, bytes| PackagedFile { path, executable: false, bytes };
    let mut files =
        vec![PackagedFile { path: "bin/streamguard".to_owned(), executable: true, bytes: program.to_vec() }];
    for (shell, place) in COMPLETIONS {
        let script = output_of(Command::new(&path).args(["completions", shell]))?;
        files.push(file(place.to_owned(), script));
    }
    let pages = folder.path().join("pages");
    output_of(Command::new(&path).args(["man", "--output-dir"]).arg(&pages))?;
    for page in fs::read_dir(&pages)? {
        let name = page?.file_name().into_string().ok().context("a manual page has a name in ASCII")?;
        let bytes = fs::read(pages.join(&name))?;
        files.push(file(format!("share/man/man1/{name}"), bytes));
    }
    for name in DOCUMENTS {
        files.push(file(format!("share/doc/streamguard/{name}"), fs::read(root.join(name))?));
    }
    let notices = third_party::notices(root)?;
    files.push(file("share/doc/streamguard/THIRD-PARTY.txt".to_owned(), notices.into_bytes()));
    files.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(files)
}
