//! Git repositories that tests build on this machine.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether git can be run. Otherwise the test that asks is reported as skipped.
pub fn has_git() -> bool {
    let found = Command::new("git").arg("--version").output().is_ok();
    if !found {
        crate::skip("git is missing, no repository can be built");
    }
    found
}

/// Returns git with fixed authors and dates, isolated from the configuration of the user.
pub fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    for (name, value) in [
        ("HOME", "/nonexistent"),
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.org"),
        ("GIT_AUTHOR_DATE", "1700000000 +0000"),
        ("GIT_COMMITTER_NAME", "C"),
        ("GIT_COMMITTER_EMAIL", "c@example.org"),
        ("GIT_COMMITTER_DATE", "1700000000 +0000"),
        ("GIT_ALLOW_PROTOCOL", "file"),
    ] {
        command.env(name, value);
    }
    command.args(["-c", "core.protectNTFS=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0"]);
    command.current_dir(folder);
    command
}

/// Runs git and returns its output without the last newline.
///
/// # Panics
/// If git fails.
pub fn run_git<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> String {
    run_git_with_input(folder, arguments, b"")
}

/// Runs git with some input and returns its output without the last newline.
///
/// # Panics
/// If git fails.
pub fn run_git_with_input<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> String {
    let mut command = git_command(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("git");
    child.stdin.take().expect("a pipe").write_all(input).expect("git reads its input");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

/// Writes a file and its folders.
///
/// # Panics
/// If the file cannot be written.
pub fn write_file(repository: &Path, path: impl AsRef<OsStr>, content: impl AsRef<[u8]>) {
    let path = repository.join(path.as_ref());
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder that can be made");
    fs::write(path, content).expect("a file that can be written");
}

/// Commits everything in the folder and returns the id of the commit.
///
/// # Panics
/// If git fails.
pub fn commit_all(repository: &Path, message: &str) -> String {
    run_git(repository, ["add", "-A"]);
    run_git_with_input(repository, ["commit", "-q", "--allow-empty", "-F", "-"], message.as_bytes());
    run_git(repository, ["rev-parse", "HEAD"])
}
