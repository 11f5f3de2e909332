//! Running git, sealed off from everything that could lead it astray.
//!
//! It takes nothing from the user's or the system's configuration, runs no hook, asks nobody,
//! and speaks one protocol only.

use std::collections::VecDeque;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::address::Place;
use super::{Fetching, GitError};

/// How often a running git is looked at.
pub(super) const TICK: Duration = Duration::from_millis(50);

/// How often what it wrote is measured.
const MEASURE: Duration = Duration::from_millis(500);

/// How often it is told how far it got.
const TELL: Duration = Duration::from_secs(1);

/// Longest that one git may take, in minutes; on a dead line it gives up long before.
const MINUTES: u64 = 60;

/// Lines of what git says that are kept, the last ones.
const LINES: usize = 5;

/// Bytes of a line that are kept.
const LINE: usize = 1 << 10;

/// Variables that git needs to find programs, certificates and proxies.
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

/// How a git ended that was left alone.
pub(super) enum Ended {
    /// It did what it was told.
    Well,
    /// It did not, and said this.
    Badly(String),
}

/// Runs git in a mirror, with some input.
///
/// # Errors
/// [`GitError`], if it was not git that failed.
pub(super) fn run(
    folder: &Path,
    place: &Place,
    arguments: &[&str],
    input: &[u8],
    fetching: &Fetching<'_>,
) -> Result<Ended, GitError> {
    let mut command = sealed(folder, place)?;
    command.args(arguments);
    if fetching.progress.is_some() {
        command.arg("--progress");
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    // A group of its own, so that its helpers end with it.
    command.process_group(0);
    streamguard_engine::kill_with_parent(&mut command);
    let mut child = command.spawn().map_err(GitError::Missing)?;
    let (mut stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let words = Words::default();
    let ended = std::thread::scope(|scope| {
        scope.spawn(move || {
            // If git is gone already, its exit code says why.
            let _ = stdin.as_mut().map(|stdin| stdin.write_all(input));
        });
        scope.spawn(|| stderr.map(|stderr| words.listen(stderr)));
        let measure = || measure(folder, place, fetching);
        let ended = attend(&mut child, place, &words, &measure, fetching);
        if ended.is_err() {
            // Gone already is as good.
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = child.wait();
        }
        // Measured once more, so that it is not the time it took that decides.
        ended.and_then(|status| measure().map(|()| status))
    });
    Ok(match ended? {
        status if status.success() => Ended::Well,
        status => {
            Ended::Badly(Some(words.last()).filter(|said| !said.is_empty()).unwrap_or(status.to_string()))
        }
    })
}

/// git with its environment and settings, and nothing to do yet.
fn sealed(folder: &Path, place: &Place) -> Result<Command, GitError> {
    let mut command = Command::new("git");
    command.env_clear();
    command.envs(ENVIRONMENT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
    for (name, value) in [
        ("HOME", "/nonexistent"),
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", "false"),
        ("GIT_SSH_COMMAND", "false"),
        ("GIT_ALLOW_PROTOCOL", place.protocol()),
        ("GIT_LFS_SKIP_SMUDGE", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        // Not the one around the cache, should the mirror be damaged.
        ("GIT_DIR", "."),
    ] {
        command.env(name, value);
    }
    for setting in [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "credential.helper=",
        "http.followRedirects=false",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=30",
        "submodule.recurse=false",
        "fetch.recurseSubmodules=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "protocol.version=2",
        // With a filter git knows no tolerance, and would refuse sound repositories of old (flask,
        // requests) for zero-padded modes. Odd trees do no harm here: they are only read.
        "fetch.fsckObjects=false",
    ] {
        command.args(["-c", setting]);
    }
    if let Some(pin) = place.pinned()? {
        command.args(["-c", &format!("http.curloptResolve={pin}")]);
    }
    if place.at != place.url {
        command.args(["-c", &format!("url.{}.insteadOf={}", place.at, place.url)]);
    }
    command.current_dir(folder);
    Ok(command)
}

/// Waits for git, unless it is to stop, takes too long, or writes too much.
fn attend(
    child: &mut Child,
    place: &Place,
    words: &Words,
    measure: &dyn Fn() -> Result<(), GitError>,
    fetching: &Fetching<'_>,
) -> Result<ExitStatus, GitError> {
    let start = Instant::now();
    let (mut measured, mut told) = (start, start);
    let name = place.url.splitn(4, '/').last().unwrap_or_default();
    if let Some(tell) = fetching.progress {
        tell(&format!("cloning {name}"));
    }
    loop {
        if (fetching.stop)() {
            return Err(GitError::Stopped);
        }
        if start.elapsed() > Duration::from_secs(60 * MINUTES) {
            return Err(GitError::TooSlow { url: place.url.clone(), minutes: MINUTES });
        }
        if let Some(status) = child.try_wait().map_err(GitError::Missing)? {
            return Ok(status);
        }
        if measured.elapsed() >= MEASURE {
            measure()?;
            measured = Instant::now();
        }
        if let Some(tell) = fetching.progress
            && told.elapsed() >= TELL
            && let Some(progress) = words.progress()
        {
            tell(&format!("cloning {name} {progress}"));
            told = Instant::now();
        }
        std::thread::sleep(TICK);
    }
}

/// Refuses a mirror that is larger than allowed.
fn measure(mirror: &Path, place: &Place, fetching: &Fetching<'_>) -> Result<(), GitError> {
    let limit = fetching.max_bytes;
    let is_large = size(&mirror.join("objects/pack")) > limit;
    if is_large { Err(GitError::TooLarge { url: place.url.clone(), limit }) } else { Ok(()) }
}

/// Bytes of the files in a folder.
fn size(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// What git says on its standard error.
#[derive(Default)]
struct Words(Mutex<Said>);

#[derive(Default)]
struct Said {
    last: VecDeque<String>,
    progress: Option<String>,
}

impl Words {
    /// Reads all of it, so that git is not held up.
    fn listen(&self, mut stderr: impl Read) {
        let (mut buffer, mut line) = ([0; 4 << 10], Vec::new());
        while let Ok(read @ 1..) = stderr.read(&mut buffer) {
            for &byte in &buffer[..read] {
                match byte {
                    // Progress ends with a carriage return, and is written over.
                    b'\n' | b'\r' => self.hear(&String::from_utf8_lossy(&std::mem::take(&mut line))),
                    _ if line.len() < LINE => line.push(byte),
                    _ => {}
                }
            }
        }
        self.hear(&String::from_utf8_lossy(&line));
    }

    fn hear(&self, line: &str) {
        let line = line.trim();
        let Ok(mut said) = self.0.lock() else { return };
        if let Some((what, percent)) = line.split_once('%').and_then(|(before, _)| before.split_once(':'))
            && ["Receiving objects", "Resolving deltas"].contains(&what)
        {
            said.progress = Some(format!("{}% {}", percent.trim(), what.to_ascii_lowercase()));
        } else if !line.is_empty() {
            said.last.truncate(LINES - 1);
            said.last.push_front(line.to_owned());
        }
    }

    /// How far it got, once.
    fn progress(&self) -> Option<String> {
        self.0.lock().ok()?.progress.take()
    }

    /// The last lines, fit to be shown.
    fn last(&self) -> String {
        let Ok(said) = self.0.lock() else { return String::new() };
        let lines: Vec<&str> = said.last.iter().rev().map(String::as_str).collect();
        lines.join("; ").escape_debug().to_string().replace("\\'", "'")
    }
}
