//! Runs of the git program, sealed off from everything that could lead it astray.
//!
//! git takes nothing from the configuration of the user or the system, runs no hook, asks no question, and speaks one
//! protocol only.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::context::FetchContext;
use crate::error::GitError;
use crate::fetch_target::FetchTarget;
use crate::git_stderr::GitStderr;

/// Pause between two checks of a running git, or of a lock that another process holds.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Pause between two measurements of the mirror.
const MEASURE_INTERVAL: Duration = Duration::from_millis(500);

/// Pause between two reports of git's progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Longest run of one git, in minutes. On a dead line it gives up long before, by `http.lowSpeedTime`.
const TIMEOUT_MINUTES: u64 = 60;

/// Variables that git inherits, to find programs, certificates and proxies. All others are removed: many of them
/// change what git does (`GIT_DIR`, `GIT_PROXY_COMMAND`, `GIT_EXTERNAL_DIFF`, ..).
pub const ENVIRONMENT: [&str; 10] = [
    "PATH",
    "GIT_SSL_CAINFO",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// The end of a git that was not interrupted.
pub(crate) enum GitExit {
    /// Exit code 0.
    Success,
    /// The disk of this machine is full, with the last lines of git's messages.
    DiskFull(String),
    /// Any other end, with the last lines of git's messages.
    Failure(String),
}

/// Runs git in a mirror, with `input` on its standard input.
///
/// # Errors
/// [`GitError`], if git could not be run or was interrupted.
pub(crate) fn run(
    folder: &Path,
    target: &FetchTarget,
    arguments: &[&str],
    input: &[u8],
    context: &FetchContext<'_>,
) -> Result<GitExit, GitError> {
    let mut command = sealed_command(folder, target)?;
    command.args(arguments);
    if context.progress.is_some() {
        command.arg("--progress");
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    // In a group of its own, git can be killed together with its helpers, such as git-remote-https.
    command.process_group(0);
    streamguard_engine::kill_with_parent(&mut command);
    let mut child = command.spawn().map_err(GitError::Missing)?;
    let (mut stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let messages = GitStderr::default();
    let ended = std::thread::scope(|scope| {
        scope.spawn(move || {
            // Fails if git is gone already; then its exit code and messages say why.
            let _ = stdin.as_mut().map(|stdin| stdin.write_all(input));
        });
        scope.spawn(|| stderr.map(|stderr| messages.read_all(stderr)));
        let measure = || check_size(folder, target, context);
        let ended = supervise(&mut child, target, &messages, &measure, context);
        if ended.is_err() {
            // Fails if all of the group has ended already.
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = child.wait();
        }
        // The size is checked once more at the end. Otherwise it would depend on timing whether a mirror that grew
        // too large within the last interval is accepted.
        ended.and_then(|status| measure().map(|()| status))
    });
    let status = ended?;
    let last_lines =
        || Some(messages.last_lines()).filter(|lines| !lines.is_empty()).unwrap_or(status.to_string());
    Ok(match status.success() {
        true => GitExit::Success,
        false if messages.is_disk_full() => GitExit::DiskFull(last_lines()),
        false => GitExit::Failure(last_lines()),
    })
}

/// Returns git with its environment and settings, and without a subcommand.
fn sealed_command(folder: &Path, target: &FetchTarget) -> Result<Command, GitError> {
    let mut command = Command::new("git");
    command.env_clear();
    command.envs(ENVIRONMENT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
    for (name, value) in [
        // No ~/.gitconfig, ~/.netrc, ~/.ssh.
        ("HOME", "/nonexistent"),
        // Messages are told apart by their English words.
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", "false"),
        ("GIT_SSH_COMMAND", "false"),
        // Without this list, git would also follow `ext::`, which runs a command, and local paths.
        ("GIT_ALLOW_PROTOCOL", target.protocol()),
        ("GIT_LFS_SKIP_SMUDGE", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        // In a partial clone, git would fetch each missing file on its own as soon as it looks at one.
        ("GIT_NO_LAZY_FETCH", "1"),
        // Should the mirror be damaged, git must not take a repository around the cache in its place.
        ("GIT_DIR", "."),
    ] {
        command.env(name, value);
    }
    for setting in [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "credential.helper=",
        // A redirect could lead to a host that is not allowed; it is resolved and checked by this crate.
        "http.followRedirects=false",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=30",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "protocol.version=2",
        // With a filter, fsck knows no tolerance, and would refuse sound old repositories (flask, requests) for
        // zero-padded modes. Malformed trees do no harm here: they are only read.
        "fetch.fsckObjects=false",
    ] {
        command.args(["-c", setting]);
    }
    if let Some(addresses) = target.pinned_addresses()? {
        command.args(["-c", &format!("http.curloptResolve={addresses}")]);
    }
    if target.fetch_url != target.url {
        command.args(["-c", &format!("url.{}.insteadOf={}", target.fetch_url, target.url)]);
    }
    command.current_dir(folder);
    Ok(command)
}

/// Waits for git, unless it is to stop, takes too long, or writes too much.
fn supervise(
    child: &mut Child,
    target: &FetchTarget,
    messages: &GitStderr,
    measure: &dyn Fn() -> Result<(), GitError>,
    context: &FetchContext<'_>,
) -> Result<ExitStatus, GitError> {
    let start = Instant::now();
    let (mut measured, mut shown) = (start, start);
    let name = target.url.splitn(4, '/').last().unwrap_or_default();
    if let Some(show) = context.progress {
        show(&format!("cloning {name}"));
    }
    loop {
        if (context.stop)() {
            return Err(GitError::Stopped);
        }
        if start.elapsed() > Duration::from_secs(60 * TIMEOUT_MINUTES) {
            return Err(GitError::TooSlow { url: target.url.clone(), minutes: TIMEOUT_MINUTES });
        }
        if let Some(status) = child.try_wait().map_err(GitError::Missing)? {
            return Ok(status);
        }
        if measured.elapsed() >= MEASURE_INTERVAL {
            measure()?;
            measured = Instant::now();
        }
        if let Some(show) = context.progress
            && shown.elapsed() >= PROGRESS_INTERVAL
            && let Some(progress) = messages.take_progress()
        {
            show(&format!("cloning {name} {progress}"));
            shown = Instant::now();
        }
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// Refuses a mirror that is larger than allowed.
fn check_size(mirror: &Path, target: &FetchTarget, context: &FetchContext<'_>) -> Result<(), GitError> {
    let limit = context.max_bytes;
    // All objects of a fetch are written as packs.
    let is_large = folder_bytes(&mirror.join("objects/pack")) > limit;
    if is_large { Err(GitError::TooLarge { url: target.url.clone(), limit }) } else { Ok(()) }
}

/// Returns the bytes of the files in a folder.
fn folder_bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}
