//! The package of Debian and its descendants.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::packaged_files::PackagedFile;
use super::program_archive::gzipped;
use super::{VERSION, output_of};

/// Returns the architecture as Debian names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// Returns the name of the package.
pub(super) fn file_name() -> String {
    format!("streamguard_{VERSION}_{}.deb", architecture())
}

/// Returns the package.
pub(super) fn write(files: &[PackagedFile], epoch: u64) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let (tree, package) = (folder.path().join("tree"), folder.path().join("package"));
    let mut bytes = 0;
    for file in files {
        let (path, content) = policy(file)?;
        bytes += content.len();
        write_file(&tree, &format!("usr/{path}"), file.mode(), &content)?;
    }
    write_file(&tree, "DEBIAN/control", 0o644, control(bytes.div_ceil(1024)).as_bytes())?;
    // dpkg-deb gives this time to all files that are younger, and xz writes other bytes for other numbers of threads.
    let command = ["--root-owner-group", "--threads-max=1", "--build"];
    output_of(
        Command::new("dpkg-deb")
            .args(command)
            .arg(&tree)
            .arg(&package)
            .env("SOURCE_DATE_EPOCH", epoch.to_string()),
    )?;
    Ok(fs::read(&package)?)
}

/// Returns the path and content that Debian's policy wants for a file: manual pages, changelogs and long texts are
/// compressed, and the licence has another name.
///
/// See <https://www.debian.org/doc/debian-policy/ch-docs.html>.
fn policy(file: &PackagedFile) -> Result<(String, Vec<u8>)> {
    let path = &file.path;
    if path.starts_with("share/man/") || path.ends_with("THIRD-PARTY.txt") {
        return Ok((format!("{path}.gz"), gzipped(&file.bytes)?));
    }
    match path.strip_prefix("share/doc/streamguard/") {
        Some("CHANGELOG.md") => Ok(("share/doc/streamguard/changelog.gz".to_owned(), gzipped(&file.bytes)?)),
        Some("LICENSE") => Ok(("share/doc/streamguard/copyright".to_owned(), file.bytes.clone())),
        _ => Ok((path.clone(), file.bytes.clone())),
    }
}

/// Returns the description of the package. The C library is the one that the wheel is linked for; git is what
/// collectors fetch repositories with.
fn control(kilobytes: usize) -> String {
    let (architecture, authors) = (architecture(), env!("CARGO_PKG_AUTHORS"));
    format!(
        "Package: streamguard\nVersion: {VERSION}\nArchitecture: {architecture}\nMaintainer: {authors}\n\
         Installed-Size: {kilobytes}\nDepends: libc6 (>= 2.17)\nRecommends: ca-certificates, git\n\
         Section: science\nPriority: optional\n\
         Description: builds datasets of vulnerable and fixed source code\n \
         It collects advisories, follows them to the commits that fix them, and\n \
         extracts the functions that those commits change.\n"
    )
}

/// Writes a file with its folders. Their permissions are set, since the umask decides them otherwise.
fn write_file(tree: &Path, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
    let path = tree.join(path);
    fs::create_dir_all(path.parent().unwrap_or(tree))?;
    fs::write(&path, bytes)?;
    for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(tree)) {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    Ok(())
}
